/*
 * One random life of a FileAuditTrail on a simulated disk: records that overlap, failures and power cuts. Throws when an
 * acknowledged entry is missing, an entry is there twice, or one is read that failed in this process.
 */
import { auditEntry } from '#testing';
import { BrokenInvariant } from '#contracts/errors';
import { StoreUnavailable } from '#contracts/store';
import { FileAuditTrail } from '../src/file-audit-trail.js';
import { chanceOf, SimulatedDisk, untilQuiet, type Chance } from './simulated-disk.js';

export interface AuditFigures {
  readonly acknowledged: number;
  readonly failed: number;
  readonly crashes: number;
}

export async function auditTrial(seed: number): Promise<AuditFigures> {
  const trial = new AuditTrial(chanceOf(seed));
  await trial.start();
  for (let round = 0; round < 10; round++) await trial.round();
  await trial.settle();
  return trial.figures;
}

class AuditTrial {
  readonly figures = { acknowledged: 0, failed: 0, crashes: 0 };
  readonly #chance: Chance;
  readonly #disk: SimulatedDisk;
  readonly #acknowledged: string[] = [];
  readonly #failed = new Set<string>();
  #trail!: FileAuditTrail;
  #life = 0;
  #next = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#disk = new SimulatedDisk(chance);
  }

  async start(): Promise<void> {
    this.#trail = await FileAuditTrail.open({
      folder: '/audit',
      disk: this.#disk,
      segmentBytes: 1500,
      segments: 1000,
      probeAfterMs: 3_600_000,
    });
  }

  async round(): Promise<void> {
    this.#disk.faults = this.#chance() < 0.4 ? 0.15 : 0;
    const isCut = this.#chance() < 0.3;
    if (isCut) this.#disk.stepsLeft = Math.floor(this.#chance() * 30);
    const ids = Array.from({ length: 1 + Math.floor(this.#chance() * 6) }, () => this.#anyId());
    const records = ids.map(async (id) => this.#record(id, this.#life));
    if (isCut) await this.#powerCut();
    else await Promise.all(records);
    this.#disk.faults = 0;
    await check(this.#trail, this.#acknowledged, this.#failed);
  }

  async settle(): Promise<void> {
    const isTaking = await this.#trail.probe();
    if (!isTaking || this.#trail.health().state !== 'ok') throw new BrokenInvariant('It does not recover.');
    await this.#trail.record(auditEntry(`${this.#next}`));
  }

  /** Mostly new; else one of the last two, which the newest segments must know. */
  #anyId(): string {
    if (this.#next > 2 && this.#chance() < 0.2)
      return String(this.#next - 1 - Math.floor(this.#chance() * 2));
    this.#next += 1;
    return String(this.#next - 1);
  }

  async #powerCut(): Promise<void> {
    await untilQuiet(this.#disk);
    this.#life += 1;
    this.figures.crashes += 1;
    this.#disk.faults = 0;
    this.#disk.crash();
    await this.start();
    this.#failed.clear();
  }

  async #record(id: string, life: number): Promise<void> {
    try {
      await this.#trail.record(auditEntry(id, { message: 'x'.repeat(Math.floor(this.#chance() * 300)) }));
      if (life !== this.#life) return;
      this.#failed.delete(id);
      if (!this.#acknowledged.includes(id)) this.#acknowledged.push(id);
      this.figures.acknowledged += 1;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (!this.#acknowledged.includes(id)) this.#failed.add(id);
      this.figures.failed += 1;
    }
  }
}

async function check(
  trail: FileAuditTrail,
  acknowledged: readonly string[],
  failed: ReadonlySet<string>,
): Promise<void> {
  const ids: string[] = [];
  let mark: string | null = null;
  do {
    const page = await trail.read({ limit: 7, ...(mark !== null && { continue: mark }) });
    ids.unshift(...page.entries.map((each) => each.id).reverse());
    mark = page.continue;
  } while (mark !== null);
  if (new Set(ids).size !== ids.length) throw new BrokenInvariant(`There twice: ${ids.join(' ')}`);
  const found = ids.filter((id) => acknowledged.includes(id));
  if (found.length !== acknowledged.length)
    throw new BrokenInvariant(`Missing: ${acknowledged.filter((id) => !ids.includes(id)).join(' ')}`);
  const forged = ids.filter((id) => failed.has(id));
  if (forged.length > 0) throw new BrokenInvariant(`They failed: ${forged.join(' ')}`);
}
