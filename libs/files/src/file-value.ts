/*
 * One small value in a file: the pause, the breaker. get() is what is on disk.
 */
import { basename, dirname } from 'node:path';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import type { StoredValue, StoreUnavailable } from '#contracts/store';
import { MIB } from '#contracts/units';
import { deepFreeze, type Codec } from '#contracts/codec';
import { decodedJson } from './decoded-json.js';
import { CommitQueue } from './commit-queue.js';
import { nodeDisk, type Disk } from './disk.js';
import { codeOf, reasonOf } from './failures.js';
import { SyncedFolder } from './synced-folder.js';

export interface FileValueOptions<V> {
  readonly path: string;
  readonly codec: Codec<V>;
  /** In health(): store/pause. */
  readonly component: string;
  /** What holds until the next set() when there is a file and it cannot be read: for a pause, a pause. */
  readonly whenUnreadable: (reason: string) => V | null;
  readonly clock?: Clock;
  readonly disk?: Disk;
  readonly probeAfterMs?: number;
}

export class FileValue<V> implements StoredValue<V>, AsyncDisposable {
  readonly #options: FileValueOptions<V>;
  readonly #folder: SyncedFolder;
  readonly #queue: CommitQueue;
  #value: V | null = null;
  #text: string | null = null;
  #unreadable: string | null = null;

  private constructor(folder: SyncedFolder, options: FileValueOptions<V>) {
    this.#options = options;
    this.#folder = folder;
    this.#queue = new CommitQueue(folder);
  }

  /** @throws {StoreUnavailable} when there is no folder and none can be made */
  static async open<V>(options: FileValueOptions<V>): Promise<FileValue<V>> {
    const { path, disk = nodeDisk, clock = systemClock, probeAfterMs } = options;
    const probe = probeAfterMs === undefined ? {} : { probeAfterMs };
    const folder = await SyncedFolder.open({
      disk,
      clock,
      path: dirname(path),
      owner: basename(path),
      ...probe,
    });
    const value = new FileValue<V>(folder, options);
    await value.#load();
    return value;
  }

  get(): V | null {
    return this.#value;
  }

  /** @throws {StoreUnavailable | InvalidValue} */
  async set(value: V | null): Promise<void> {
    const text = inJson(value);
    const kept = text === null ? null : deepFreeze(decodedJson(text, this.#options.codec));
    await this.#queue.run({
      key: '',
      plan: () => {
        if (text === this.#text && this.#unreadable === null) return { kind: 'Done', answer: undefined };
        const change = { file: basename(this.#options.path), data: text, before: () => inJson(this.#value) };
        return { kind: 'Write', change, committed: () => this.#keep(kept, text) };
      },
    });
  }

  /** Null: it takes writes. */
  get failure(): StoreUnavailable | null {
    return this.#folder.failure;
  }

  health(): ComponentHealth {
    const { component } = this.#options;
    const reason = this.failure?.message ?? this.#unreadable;
    return reason === null ? { component, state: 'ok' } : { component, state: 'degraded', reason };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  #keep(value: V | null, text: string | null): undefined {
    this.#value = value;
    this.#text = text;
    this.#unreadable = null;
  }

  async #load(): Promise<void> {
    const { path, codec, whenUnreadable } = this.#options;
    try {
      const text = (await this.#folder.read(basename(path), MIB)).toString();
      this.#text = text;
      this.#keep(deepFreeze(decodedJson(text, codec)), text);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      this.#unreadable = `${path} cannot be read (${reasonOf(error)}): mend it, or set it anew`;
      this.#value = whenUnreadable(this.#unreadable);
    }
  }
}

function inJson(value: unknown): string | null {
  return value === null ? null : `${JSON.stringify(value)}\n`;
}
