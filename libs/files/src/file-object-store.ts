/*
 * Objects of one kind as files of a folder, one each; there are no namespaces, so a key is a name. Memory is what is on disk: it changes when the folder was synced,
 * and not before. Writes of one object come one after the other; those of different objects that wait share a sync.
 *   A file that cannot be read is left where it is, its name is not given to another object, and health() says so:
 *   what was written there may have been an act.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import { InvalidValue } from '#contracts/errors';
import {
  type Created,
  keyOf,
  type ObjectStore,
  type StoreChange,
  type StoredObject,
  type StoreUnavailable,
} from '#contracts/store';
import type { Codec } from '#contracts/codec';
import { decodedJson } from './decoded-json.js';
import { CommitQueue, type Step } from './commit-queue.js';
import { nodeDisk, type Disk, type Entry } from './disk.js';
import { reasonOf, unavailable } from './failures.js';
import { checkPlace, fileOf } from './object-name.js';
import { ObjectTable, type Draft } from './object-table.js';
import { SyncedFolder } from './synced-folder.js';

export interface FileObjectStoreOptions<T> {
  readonly folder: string;
  readonly codec: Codec<T>;
  /** In health(): store/findings. */
  readonly component: string;
  /** 10,000 */
  readonly maxObjects?: number;
  /** 1 MiB */
  readonly maxObjectBytes?: number;
  /** Of all objects together; 256 MiB. */
  readonly maxTotalBytes?: number;
  /** A file that cannot be read gives way to a new object of its name: for what is derived from elsewhere. */
  readonly replaceUnreadable?: boolean;
  readonly clock?: Clock;
  readonly disk?: Disk;
  /** 5,000 */
  readonly probeAfterMs?: number;
}

/** A file of the folder that is no object, and why. */
export interface SetAside {
  readonly path: string;
  readonly reason: string;
}

const READERS = 16;
const MOST_NAMED = 3;

export class FileObjectStore<T extends StoredObject> implements ObjectStore<T>, AsyncDisposable {
  readonly #component: string;
  readonly #codec: Codec<T>;
  readonly #replaceUnreadable: boolean;
  readonly #folder: SyncedFolder;
  readonly #queue: CommitQueue;
  readonly #table: ObjectTable<T>;
  /** By file name. */
  readonly #setAside = new Map<string, SetAside>();
  private constructor(folder: SyncedFolder, options: FileObjectStoreOptions<T>) {
    this.#folder = folder;
    this.#queue = new CommitQueue(folder);
    this.#component = options.component;
    this.#codec = options.codec;
    this.#replaceUnreadable = options.replaceUnreadable ?? false;
    this.#table = new ObjectTable<T>({ ...options, clock: options.clock ?? systemClock, newUid: randomUUID });
  }

  /** @throws {StoreUnavailable} when there is no folder and none can be made, or it cannot be read */
  static async open<T extends StoredObject>(options: FileObjectStoreOptions<T>): Promise<FileObjectStore<T>> {
    const { disk = nodeDisk, clock = systemClock, folder: path, probeAfterMs } = options;
    const probe = probeAfterMs === undefined ? {} : { probeAfterMs };
    const folder = await SyncedFolder.open({ disk, clock, path, owner: 'object', ...probe });
    const store = new FileObjectStore<T>(folder, options);
    await store.#load();
    return store;
  }

  list(): readonly T[] {
    return this.#table.list();
  }

  get(name: string): T | null {
    return this.#table.get(name);
  }

  /** Files that are no objects: left where they are. */
  get setAside(): readonly SetAside[] {
    return [...this.#setAside.values()];
  }

  /** Null: it takes writes. */
  get failure(): StoreUnavailable | null {
    return this.#folder.failure;
  }

  health(): ComponentHealth {
    const failure = this.failure;
    if (failure !== null) return { component: this.#component, state: 'degraded', reason: failure.message };
    if (this.#setAside.size === 0) return { component: this.#component, state: 'ok' };
    const named = this.setAside
      .slice(0, MOST_NAMED)
      .map(({ path, reason }) => `${JSON.stringify(path)}: ${reason}`);
    const count = `${this.#setAside.size} files are no ${this.#codec.kind} and are left alone, mend or remove them and start again`;
    return { component: this.#component, state: 'degraded', reason: `${count}: ${named.join(' · ')}` };
  }

  async create(object: T): Promise<Created<T>> {
    const key = keyOf(object.metadata);
    return this.#queue.run<Created<T>>({
      key,
      plan: () => {
        const there = this.#table.get(key);
        if (there !== null) return { kind: 'Done', answer: { kind: 'AlreadyExists', object: there } };
        checkPlace(object.metadata, false);
        this.#refuseSetAside(key);
        return this.#write(this.#table.draftCreate(object), (kept) => ({ kind: 'Created', object: kept }));
      },
    });
  }

  async update(object: T): Promise<T> {
    const key = keyOf(object.metadata);
    return this.#queue.run<T>({
      key,
      plan: () => {
        const draft = this.#table.draftUpdate(object);
        if (draft === null) return { kind: 'Done', answer: this.#table.get(key) ?? object };
        return this.#write(draft, (kept) => kept);
      },
    });
  }

  async delete(name: string): Promise<void> {
    await this.#queue.run<undefined>({
      key: name,
      plan: () => {
        if (this.#table.get(name) === null) return { kind: 'Done', answer: undefined };
        const change = { file: fileOf(name), data: null, before: () => this.#committed(name) };
        const committed = (): undefined => {
          this.#table.remove(name);
        };
        return { kind: 'Write', change, committed };
      },
    });
  }

  onChange(callback: (change: StoreChange<T>) => void): Disposable {
    return this.#table.onChange(callback);
  }

  /** Tries whether writes are taken again, without waiting for the next try; true when they are. */
  async probe(): Promise<boolean> {
    return this.#folder.probe();
  }

  /** What was asked for before is done first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  #write<R>(draft: Draft<T>, answer: (kept: T) => R): Step<R> {
    const { key, text } = draft;
    const change = { file: fileOf(key), data: `${text}\n`, before: () => this.#committed(key) };
    const committed = (): R => {
      this.#setAside.delete(change.file);
      this.#table.put(draft);
      return answer(draft.object);
    };
    return { kind: 'Write', change, committed, failed: () => this.#table.abandon(draft) };
  }

  #committed(name: string): string | null {
    const object = this.#table.get(name);
    return object === null ? null : `${JSON.stringify(object)}\n`;
  }

  #refuseSetAside(name: string): void {
    const there = this.#setAside.get(fileOf(name));
    if (there === undefined || this.#replaceUnreadable) return;
    throw new InvalidValue(
      `There is a file of the name ${name} that cannot be read, and it is not written over: mend or remove ${there.path} and start again (${there.reason}).`,
    );
  }

  async #load(): Promise<void> {
    let entries: readonly Entry[];
    try {
      entries = await this.#folder.entries();
    } catch (error) {
      throw unavailable(this.#folder.path, error);
    }
    const objects = entries.filter((each) => each.name.endsWith('.json'));
    const next = objects.values();
    const reader = async (): Promise<void> => {
      for (const entry of next) await this.#loadOne(entry);
    };
    await Promise.all(Array.from({ length: READERS }, reader));
  }

  async #loadOne({ name: file, isFile }: Entry): Promise<void> {
    try {
      if (!isFile) throw new InvalidValue('It is no plain file.');
      const data = await this.#folder.read(file, this.#table.maxObjectBytes + 1);
      this.#table.load(decoded(data.toString(), file, this.#codec), data.length);
    } catch (error) {
      this.#setAside.set(file, { path: join(this.#folder.path, file), reason: reasonOf(error) });
    }
  }
}

/** @throws {InvalidValue} */
function decoded<T extends StoredObject>(text: string, file: string, codec: Codec<T>): T {
  const object = decodedJson(text, codec);
  const { name, uid, resourceVersion } = object.metadata;
  checkPlace(object.metadata, false);
  if (fileOf(name) !== file) throw new InvalidValue(`It holds ${name}, whose file is ${fileOf(name)}.`);
  if (uid === undefined || !/^\d{1,15}$/.test(resourceVersion ?? ''))
    throw new InvalidValue('It has no uid or no resourceVersion: this store has not written it.');
  return object;
}
