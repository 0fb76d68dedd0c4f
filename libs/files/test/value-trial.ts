/*
 * One random life of a FileValue on a simulated disk. Throws when an acknowledged value is lost, or one that failed is
 * seen in this process.
 */
import { BrokenInvariant } from '#contracts/errors';
import { StoreUnavailable } from '#contracts/store';
import type { Codec } from '#contracts/codec';
import { FileValue } from '../src/file-value.js';
import { chanceOf, SimulatedDisk, untilQuiet, type Chance } from './simulated-disk.js';
import type { TrialFigures } from './store-trial.js';

const codec: Codec<number> = {
  kind: 'number',
  decode: (value) => (typeof value === 'number' ? { ok: true, object: value } : { ok: false, problems: [] }),
};

export async function valueTrial(seed: number): Promise<TrialFigures> {
  const trial = new ValueTrial(chanceOf(seed));
  await trial.start();
  for (let round = 1; round <= 20; round++) await trial.round();
  return trial.figures;
}

class ValueTrial {
  readonly figures = { acknowledged: 0, failed: 0, crashes: 0 };
  readonly #chance: Chance;
  readonly #disk: SimulatedDisk;
  #value!: FileValue<number>;
  #acknowledged: number | null = null;
  #possible: (number | null)[] = [];

  constructor(chance: Chance) {
    this.#chance = chance;
    this.#disk = new SimulatedDisk(chance);
  }

  async start(): Promise<void> {
    this.#value = await FileValue.open({
      path: '/state/value.json',
      codec,
      component: 'value',
      disk: this.#disk,
      whenUnreadable: () => -1,
      probeAfterMs: 3_600_000,
    });
  }

  async round(): Promise<void> {
    this.#disk.faults = this.#chance() < 0.5 ? 0.2 : 0;
    const isCut = this.#chance() < 0.3;
    if (isCut) this.#disk.stepsLeft = Math.floor(this.#chance() * 12);
    // Few values, so that what is set is often what there is.
    const setting = this.#set([null, 1, 2][Math.floor(this.#chance() * 3)] ?? null);
    if (isCut) await this.#powerCut();
    else await setting;
  }

  async #powerCut(): Promise<void> {
    await untilQuiet(this.#disk);
    this.figures.crashes += 1;
    this.#disk.faults = 0;
    this.#disk.crash();
    await this.start();
    const found = this.#value.get();
    if (found !== this.#acknowledged && !this.#possible.includes(found))
      throw new BrokenInvariant(`It is ${String(found)}, acknowledged was ${String(this.#acknowledged)}.`);
    this.#acknowledged = found;
    this.#possible = [];
  }

  async #set(next: number | null): Promise<void> {
    this.#possible.push(next);
    try {
      await this.#value.set(next);
      this.#acknowledged = next;
      this.#possible = [];
      this.figures.acknowledged += 1;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.figures.failed += 1;
    }
    if (this.#value.get() !== this.#acknowledged)
      throw new BrokenInvariant('It is not what was acknowledged.');
  }
}
