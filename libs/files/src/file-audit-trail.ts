/*
 * The audit trail as segments of NDJSON: appended and synced, the oldest removed when there are too many.
 *   Of the newest segment, exactly the first `size` bytes count: whole lines that were acknowledged. What a failed or
 *   torn write left after them is cut off before the next one.
 *   In memory are the ids of the two newest segments, never the entries.
 */
import { join } from 'node:path';
import type { ComponentHealth } from '#contracts/agent';
import type { AuditEntry, AuditPage, AuditTrail } from '#contracts/audit';
import { systemClock, type Clock } from '#contracts/clock';
import { StoreUnavailable } from '#contracts/store';
import { MIB } from '#contracts/units';
import { lineOf } from './audit-lines.js';
import { readPage } from './audit-page.js';
import { AuditSegments } from './audit-segments.js';
import { nodeDisk, type Disk } from './disk.js';
import { unavailable } from './failures.js';
import { Outage } from './outage.js';
import { Turns } from './turns.js';

export interface FileAuditTrailOptions {
  readonly folder: string;
  /** 1 MiB */
  readonly segmentBytes?: number;
  /** 10 */
  readonly segments?: number;
  readonly clock?: Clock;
  readonly disk?: Disk;
  readonly probeAfterMs?: number;
}

interface Waiting {
  readonly id: string;
  readonly line: Buffer;
  readonly done: () => void;
  readonly failed: (error: StoreUnavailable) => void;
}

const MOST_WAITING = 10_000;
const MOST_BYTES_AT_ONCE = 256 * 1024;

export class FileAuditTrail implements AuditTrail, AsyncDisposable {
  readonly #folder: string;
  readonly #disk: Disk;
  readonly #outage: Outage;
  readonly #turns = new Turns();
  readonly #segments: AuditSegments;
  readonly #pending = new Map<string, Promise<void>>();
  #waiting: Waiting[] = [];
  #working: Promise<void> | null = null;
  #ended = false;

  private constructor(options: FileAuditTrailOptions) {
    const {
      folder,
      disk = nodeDisk,
      clock = systemClock,
      probeAfterMs,
      segmentBytes = MIB,
      segments = 10,
    } = options;
    this.#folder = folder;
    this.#disk = disk;
    this.#outage = new Outage({ path: folder, clock, probeAfterMs, probe: async () => this.probe() });
    this.#segments = new AuditSegments({ disk, folder, segmentBytes, segments });
  }

  /** @throws {StoreUnavailable} when there is no folder and none can be made, or it cannot be read */
  static async open(options: FileAuditTrailOptions): Promise<FileAuditTrail> {
    const trail = new FileAuditTrail(options);
    try {
      await trail.#disk.makeFolder(options.folder);
      await trail.#segments.load();
    } catch (error) {
      throw unavailable(options.folder, error);
    }
    return trail;
  }

  /** @throws {StoreUnavailable | InvalidValue} */
  async record(entry: AuditEntry): Promise<void> {
    if (this.#segments.has(entry.id)) return;
    const pending = this.#pending.get(entry.id);
    if (pending !== undefined) return pending;
    const line = Buffer.from(lineOf(entry));
    if (this.#ended) throw new StoreUnavailable(`${this.#folder} was closed.`);
    if (this.#waiting.length >= MOST_WAITING)
      throw new StoreUnavailable(`${MOST_WAITING} entries wait for ${this.#folder}: the disk is too slow.`);
    const written = new Promise<void>((done, failed) => {
      this.#waiting.push({ id: entry.id, line, done, failed });
    });
    this.#pending.set(entry.id, written);
    this.#working ??= this.#work();
    return written;
  }

  async read(query: { readonly limit: number; readonly continue?: string }): Promise<AuditPage> {
    return readPage({ disk: this.#disk, folder: this.#folder, segments: this.#segments.list() }, query);
  }

  /** Null: it takes writes. */
  get failure(): StoreUnavailable | null {
    return this.#outage.failure;
  }

  health(): ComponentHealth {
    const component = 'audit';
    const reason = this.failure?.message ?? this.#segments.damage;
    return reason === null ? { component, state: 'ok' } : { component, state: 'degraded', reason };
  }

  /** Tries whether entries are taken again; true when they are. */
  async probe(): Promise<boolean> {
    return this.#turns.alone(async () => {
      const failure = await this.#outage.watch(async () => this.#attempt(async () => this.#tryWriting()));
      if (failure === null) this.#outage.recovered();
      else this.#outage.failed(failure, 0);
      return failure === null;
    });
  }

  /** What was asked for before is done first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#working;
    this.#outage[Symbol.dispose]();
    await this.#turns.idle();
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // those who record in the same turn share the first sync
    while (this.#waiting.length > 0) await this.#append(this.#take());
    this.#working = null;
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    const data = Buffer.concat(batch.map((each) => each.line));
    const ids = batch.map((each) => each.id);
    const write = async (): Promise<StoreUnavailable | null> =>
      this.#attempt(async () => this.#segments.append(ids, data));
    const failure = await this.#turns.alone(async () => this.#outage.watch(write));
    if (failure === null) this.#outage.recovered();
    else this.#outage.failed(failure, data.length);
    for (const each of batch) {
      this.#pending.delete(each.id);
      if (failure === null) each.done();
      else each.failed(failure);
    }
  }

  async #tryWriting(): Promise<void> {
    const path = join(this.#folder, '.tmp-probe');
    await this.#segments.mend();
    await this.#disk.remove(path).catch(() => undefined);
    try {
      await this.#disk.writeNew(path, Buffer.alloc(this.#outage.probeBytes));
    } finally {
      await this.#disk.remove(path).catch(() => undefined);
    }
  }

  async #attempt(work: () => Promise<void>): Promise<StoreUnavailable | null> {
    try {
      await work();
      return null;
    } catch (error) {
      return unavailable(this.#folder, error);
    }
  }

  /** At least one; together they are no more than what one segment and one write should have. */
  #take(): Waiting[] {
    const most = Math.min(MOST_BYTES_AT_ONCE, this.#segments.room);
    let bytes = 0;
    let count = 0;
    for (const { line } of this.#waiting) {
      if (count > 0 && bytes + line.length > most) break;
      bytes += line.length;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
