/*
 * The segments of the audit trail on disk: which there are, how much of the newest counts, and which ids they hold.
 */
import { join } from 'node:path';
import { BrokenInvariant } from '#contracts/errors';
import { entryOf } from './audit-lines.js';
import { backwardLines } from './backward-lines.js';
import type { Disk } from './disk.js';
import { codeOf, reasonOf } from './failures.js';

export interface SegmentOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly segmentBytes: number;
  readonly segments: number;
}

/** A segment, and how many of its bytes count; null: all there are. */
export interface Segment {
  readonly number: number;
  readonly size: number | null;
}

const NAME = /^(\d{8,15})\.ndjson$/;

export function segmentFile(number: number): string {
  return `${String(number).padStart(8, '0')}.ndjson`;
}

export class AuditSegments {
  readonly #options: SegmentOptions;
  /** Ascending; the last is written to. */
  #numbers: number[] = [];
  #size = 0;
  /** The next write goes to a new segment, whatever room there is. */
  #isSealed = true;
  /** There may be more in the newest segment than counts. */
  #isTorn = false;
  #highest = 0;
  /** A segment that may be on disk and does not count. */
  #leftover: number | null = null;
  #ids = new Set<string>();
  #idsBefore = new Set<string>();
  #damage: string | null = null;

  constructor(options: SegmentOptions) {
    this.#options = options;
  }

  /** What could not be read at the start; null: nothing. */
  get damage(): string | null {
    return this.#damage;
  }

  /** Bytes that one write may have without a new segment, or in a new one. */
  get room(): number {
    const left = this.#isSealed ? 0 : this.#options.segmentBytes - this.#size;
    return left > 0 ? left : this.#options.segmentBytes;
  }

  /** In one of the two newest segments. */
  has(id: string): boolean {
    return this.#ids.has(id) || this.#idsBefore.has(id);
  }

  /** Newest first. */
  list(): readonly Segment[] {
    const newest = this.#numbers.at(-1);
    return this.#numbers.map((number) => ({ number, size: number === newest ? this.#size : null })).reverse();
  }

  async load(): Promise<void> {
    const { disk, folder } = this.#options;
    const found = (await disk.entries(folder)).flatMap(({ name, isFile }) => {
      const number = Number(NAME.exec(name)?.[1]);
      return Number.isNaN(number) ? [] : [{ number, isFile }];
    });
    this.#highest = Math.max(0, ...found.map((each) => each.number));
    this.#numbers = found.flatMap(({ number, isFile }) => (isFile ? [number] : [])).sort((a, b) => a - b);
    const [newest, before] = [this.#numbers.at(-1), this.#numbers.at(-2)];
    if (before !== undefined) this.#idsBefore = await this.#idsOf(before, null);
    if (newest !== undefined) await this.#loadNewest(newest);
    await this.mend().catch((error: unknown) => this.#note(newest ?? 0, error));
  }

  /** Committed when it resolves; when it rejects, none of it counts. */
  async append(ids: readonly string[], data: Buffer): Promise<void> {
    const { disk } = this.#options;
    await this.mend();
    const newest = this.#numbers.at(-1);
    if (newest === undefined || this.#isSealed || this.#size + data.length > this.#options.segmentBytes) {
      await this.#startSegment(data);
    } else {
      this.#isTorn = true;
      await disk.writeAt(this.#path(newest), this.#size, data);
      this.#isTorn = false;
      this.#size += data.length;
    }
    for (const id of ids) this.#ids.add(id);
  }

  /** Cuts off what does not count. */
  async mend(): Promise<void> {
    if (this.#leftover !== null) await this.#removeLeftover(this.#leftover);
    const newest = this.#numbers.at(-1);
    if (!this.#isTorn || newest === undefined) return;
    await this.#options.disk.truncate(this.#path(newest), this.#size);
    this.#isTorn = false;
  }

  async #startSegment(data: Buffer): Promise<void> {
    const { disk, folder } = this.#options;
    const number = this.#highest + 1;
    try {
      await disk.writeNew(this.#path(number), data);
      await disk.syncFolder(folder);
    } catch (error) {
      this.#leftover = number;
      throw error;
    }
    this.#leftover = null;
    this.#highest = number;
    this.#numbers.push(number);
    this.#size = data.length;
    this.#isSealed = false;
    this.#idsBefore = this.#ids;
    this.#ids = new Set();
    await this.#removeOldest();
  }

  // Synced: it must not come back after what is written next.
  async #removeLeftover(number: number): Promise<void> {
    const { disk, folder } = this.#options;
    await disk.remove(this.#path(number)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    await disk.syncFolder(folder);
    this.#leftover = null;
  }

  async #removeOldest(): Promise<void> {
    while (this.#numbers.length > this.#options.segments) {
      const [oldest] = this.#numbers;
      if (oldest === undefined) throw new BrokenInvariant('There is no oldest segment.');
      try {
        await this.#options.disk.remove(this.#path(oldest));
      } catch {
        return; // tried again with the next segment
      }
      this.#numbers.shift();
    }
  }

  async #loadNewest(number: number): Promise<void> {
    const { disk, segmentBytes } = this.#options;
    try {
      const size = await disk.size(this.#path(number));
      this.#size = await this.#wholeLines(number, size);
      this.#isTorn = this.#size < size;
      this.#isSealed = this.#size >= segmentBytes;
      this.#ids = await this.#idsOf(number, this.#size);
    } catch (error) {
      this.#note(number, error);
    }
  }

  /** How many of its bytes are whole lines. */
  async #wholeLines(number: number, size: number): Promise<number> {
    const { disk } = this.#options;
    if (size === 0) return 0;
    const last = await disk.readAt(this.#path(number), size - 1, size);
    if (last.toString() === '\n') return size;
    for await (const { start } of backwardLines(disk, this.#path(number), size)) return start;
    return 0;
  }

  async #idsOf(number: number, size: number | null): Promise<Set<string>> {
    const { disk, segmentBytes } = this.#options;
    const ids = new Set<string>();
    try {
      const end = size ?? (await disk.size(this.#path(number)));
      const least = end - 2 * segmentBytes;
      for await (const { text, start } of backwardLines(disk, this.#path(number), end)) {
        if (start < least) break; // larger than this trail would have made it
        const entry = entryOf(text);
        if (entry !== null) ids.add(entry.id);
      }
    } catch (error) {
      this.#note(number, error);
    }
    return ids;
  }

  #note(number: number, error: unknown): void {
    this.#damage = `${this.#path(number)} cannot be read: ${reasonOf(error)}`;
  }

  #path(number: number): string {
    return join(this.#options.folder, segmentFile(number));
  }
}
