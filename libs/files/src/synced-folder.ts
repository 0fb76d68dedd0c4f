/*
 * A folder of small files that are replaced as a whole: written beside, synced, renamed, and the folder synced. That
 * last sync is the commit point; several changes share one. After a crash each file is the old one or the new one.
 *   A change that failed is not there: where it may have reached the disk (its rename was called and the folder not
 *   synced), what was there before is written again before anything else is committed.
 *   While changes fail, a probe of the size that failed tries again by itself until it is taken.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '#contracts/clock';
import type { Disk, Entry } from './disk.js';
import { codeOf, unavailable } from './failures.js';
import { Outage, type Failure } from './outage.js';
import { Turns } from './turns.js';

export interface Change {
  readonly file: string;
  /** Null removes it. */
  readonly data: string | null;
  /** What is committed of it, asked for only when it must be written again. */
  readonly before: () => string | null;
}

export interface SyncedFolderOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly clock: Clock;
  /** Folders with several owners: each sweeps only what is its own. */
  readonly owner: string;
  /** 5,000 */
  readonly probeAfterMs?: number;
}

const TEMPORARY = '.tmp-';
// Of the four threads that do all file work of a process, one is left to the others.
const WRITERS = 3;

export class SyncedFolder implements AsyncDisposable {
  readonly path: string;
  readonly #disk: Disk;
  readonly #outage: Outage;
  readonly #temporaryPrefix: string;
  // What another process left half written has other names.
  readonly #run = randomUUID().slice(0, 8);
  readonly #uncertain = new Map<string, () => string | null>();
  readonly #turns = new Turns();
  #temporaries = 0;

  private constructor({ disk, path, clock, owner, probeAfterMs }: SyncedFolderOptions) {
    this.path = path;
    this.#disk = disk;
    this.#temporaryPrefix = `${TEMPORARY}${owner}-`;
    this.#outage = new Outage({ path, clock, probeAfterMs, probe: async () => this.probe() });
  }

  /** Makes it when it is not there, and removes what a crash left half written. @throws {StoreUnavailable} */
  static async open(options: SyncedFolderOptions): Promise<SyncedFolder> {
    const folder = new SyncedFolder(options);
    try {
      await options.disk.makeFolder(options.path);
    } catch (error) {
      throw unavailable(options.path, error);
    }
    await folder.#sweep();
    return folder;
  }

  /** Why changes are not taken now; null: they are. */
  get failure(): Failure {
    return this.#outage.failure;
  }

  /** False: a failed change may be on disk, and is made good with the next commit, an empty one too. */
  get isCertain(): boolean {
    return this.#uncertain.size === 0;
  }

  async entries(): Promise<readonly Entry[]> {
    const entries = await this.#disk.entries(this.path);
    return entries.filter((each) => !each.name.startsWith(TEMPORARY));
  }

  async read(file: string, most: number): Promise<Buffer> {
    return this.#disk.read(join(this.path, file), most);
  }

  /** Of different files. An answer for each: null when it is committed, else why it is not. Never throws. */
  async commit(changes: readonly Change[]): Promise<readonly Failure[]> {
    return this.#alone(async () => {
      const mended = await this.#mend();
      const failures = mended === null ? await this.#apply(changes) : changes.map(() => mended);
      this.#note(changes, mended === null ? failures : [mended]);
      return failures;
    });
  }

  /** Tries whether changes are taken again; true when they are. */
  async probe(): Promise<boolean> {
    return this.#alone(async () => {
      const failure = (await this.#mend()) ?? (await this.#tryWriting());
      if (failure === null) this.#outage.recovered();
      else this.#outage.failed(failure, 0);
      return failure === null;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#outage[Symbol.dispose]();
    await this.#turns.idle();
  }

  async #alone<R>(work: () => Promise<R>): Promise<R> {
    return this.#turns.alone(async () => this.#outage.watch(work));
  }

  async #apply(changes: readonly Change[]): Promise<Failure[]> {
    const failures: Failure[] = changes.map(() => null);
    const temporaries = await this.#writeBeside(changes, failures);
    await Promise.all(
      changes.map(async (change, i) => {
        if (failures[i] === null) failures[i] = await this.#swap(change, temporaries[i] ?? null);
      }),
    );
    if (failures.every((each) => each !== null)) return failures; // of none, too
    const unsynced = await this.#attempt(this.path, async () => this.#disk.syncFolder(this.path));
    if (unsynced === null) return failures;
    for (const [i, change] of changes.entries()) {
      if (failures[i] !== null) continue;
      this.#uncertain.set(change.file, change.before);
      failures[i] = unsynced;
    }
    return failures;
  }

  async #writeBeside(changes: readonly Change[], failures: Failure[]): Promise<(string | null)[]> {
    const temporaries = changes.map((each) => (each.data === null ? null : this.#newTemporary()));
    let next = 0;
    const writer = async (): Promise<void> => {
      while (next < changes.length) {
        const i = next++;
        const temporary = temporaries[i] ?? null;
        const data = changes[i]?.data ?? null;
        if (temporary !== null && data !== null) failures[i] = await this.#writeTemporary(temporary, data);
      }
    };
    await Promise.all(Array.from({ length: Math.min(WRITERS, changes.length) }, writer));
    return temporaries;
  }

  async #writeTemporary(temporary: string, data: string): Promise<Failure> {
    const failure = await this.#attempt(temporary, async () =>
      this.#disk.writeNew(temporary, Buffer.from(data)),
    );
    if (failure !== null) await this.#discard(temporary);
    return failure;
  }

  async #swap(change: Change, temporary: string | null): Promise<Failure> {
    const path = join(this.path, change.file);
    const failure = await this.#attempt(path, async () =>
      temporary === null ? this.#removeIfThere(path) : this.#disk.rename(temporary, path),
    );
    if (failure === null) return null;
    this.#uncertain.set(change.file, change.before);
    if (temporary !== null) await this.#discard(temporary);
    return failure;
  }

  async #removeIfThere(path: string): Promise<void> {
    try {
      await this.#disk.remove(path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }

  /** Writes what is committed over what may be something else. */
  async #mend(): Promise<Failure> {
    if (this.#uncertain.size === 0) return null;
    const changes = [...this.#uncertain].map(([file, before]) => ({ file, data: before(), before }));
    const failures = await this.#apply(changes);
    for (const [i, { file }] of changes.entries()) if (failures[i] === null) this.#uncertain.delete(file);
    return failures.find((each) => each !== null) ?? null;
  }

  async #tryWriting(): Promise<Failure> {
    const path = this.#newTemporary();
    const failure = await this.#attempt(path, async () => {
      await this.#disk.writeNew(path, Buffer.alloc(this.#outage.probeBytes));
    });
    await this.#discard(path);
    return failure;
  }

  async #attempt(path: string, work: () => Promise<void>): Promise<Failure> {
    try {
      await work();
      return null;
    } catch (error) {
      return unavailable(path, error);
    }
  }

  // Best effort: what stays is removed at the next start.
  async #discard(path: string): Promise<void> {
    await this.#disk.remove(path).catch(() => undefined);
  }

  async #sweep(): Promise<void> {
    const entries = await this.#disk.entries(this.path);
    for (const { name } of entries)
      if (name.startsWith(this.#temporaryPrefix)) await this.#discard(join(this.path, name));
  }

  #newTemporary(): string {
    this.#temporaries += 1;
    return join(this.path, `${this.#temporaryPrefix}${this.#run}-${this.#temporaries}`);
  }

  #note(changes: readonly Change[], failures: readonly Failure[]): void {
    const failed = failures.find((each) => each !== null) ?? null;
    const sizes = changes.map((each, i) => (failures[i] === null ? 0 : (each.data?.length ?? 0)));
    // A removal says nothing about room.
    if (failed !== null) this.#outage.failed(failed, Math.max(0, ...sizes));
    else if (changes.some((each) => each.data !== null)) this.#outage.recovered();
  }
}
