/*
 * What this process knows of one collection, from three sources that overtake each other: full lists, the watch, and the
 * answers to its own writes. What always holds:
 *   - an object never gives way to an older version of itself, and what was deleted does not come back by late news;
 *   - after a full list everything in the list's selection is as in the list, or later;
 *   - changes are told one by one, in order, after the cache has them.
 */
import { keyOf, type StoreChange, type StoredObject } from '#contracts/store';
import { Listeners } from './listeners.js';
import { SortedMap, type IndexFunctions } from './sorted-map.js';
import { isLater } from './versions.js';

export interface CacheOptions<T, I extends string> {
  readonly indexes: IndexFunctions<T, I>;
  /** Above it nothing more is kept. */
  readonly maxObjects: number;
}

/** What was deleted, as it was known last. Older incarnations of its name are over, too. */
export interface Deletion {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Answers of the watch to what this process deleted are waited for so long as there are no more than these. */
const MOST_DELETED = 10_000;

export class Cache<T extends StoredObject, I extends string> {
  readonly #options: CacheOptions<T, I>;
  readonly #objects: SortedMap<T, I>;
  readonly #listeners = new Listeners<StoreChange<T>>();
  /** By key: deleted by this process, and the watch has not said so yet. */
  readonly #deleted = new Map<string, Deletion>();
  /** Up to here the watch has told everything; empty: no list yet. */
  #position = '';
  #left = 0;

  constructor(options: CacheOptions<T, I>) {
    this.#options = options;
    this.#objects = new SortedMap(options.indexes);
  }

  get position(): string {
    return this.#position;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** How many were not kept since there was no room. */
  get left(): number {
    return this.#left;
  }

  get(key: string): T | null {
    return this.#objects.get(key) ?? null;
  }

  list(): readonly T[] {
    return this.#objects.list();
  }

  byIndex(name: I, value: string): readonly T[] {
    return this.#objects.byIndex(name, value);
  }

  onChange(callback: (change: StoreChange<T>) => void): Disposable {
    return this.#listeners.add(callback);
  }

  /** The watch: it was added or modified. */
  seen(object: T): void {
    this.#advance(object.metadata.resourceVersion);
    if (this.#isDeleted(object)) return;
    this.#put(object);
  }

  /** The watch: it is gone, or out of the selection. */
  gone({ metadata }: StoredObject): void {
    const key = keyOf(metadata);
    this.#advance(metadata.resourceVersion);
    if (this.#deleted.get(key)?.uid === metadata.uid) this.#deleted.delete(key);
    const kept = this.#objects.get(key);
    if (kept === undefined || isLater(versionOf(kept), metadata.resourceVersion ?? '')) return;
    this.#remove(key, kept);
  }

  /** The watch has told everything up to here. False: that is before what it told already; the server's time went back. */
  bookmark(resourceVersion: string): boolean {
    if (isLater(this.#position, resourceVersion)) return false;
    this.#position = resourceVersion;
    return true;
  }

  /** The answer to a write of this process. What the watch has told of already is not put back. */
  written(object: T): void {
    if (!isLater(versionOf(object), this.#position)) return;
    if (this.#isDeleted(object)) return;
    this.#put(object);
  }

  /** This process deleted it. */
  deleted(object: StoredObject): void {
    const { uid = '' } = object.metadata;
    const key = keyOf(object.metadata);
    const kept = this.#objects.get(key);
    if (kept?.metadata.uid !== uid) return;
    if (this.#deleted.size >= MOST_DELETED) this.#forgetOldest();
    this.#deleted.set(key, { uid, resourceVersion: versionOf(kept) });
    this.#remove(key, kept);
  }

  /** Deleted by this process as far as the server has not said so: what a list that begins now may forget at its end. */
  deletedSoFar(): ReadonlyMap<string, Deletion> {
    return new Map(this.#deleted);
  }

  /**
   * Everything that there is, as of `resourceVersion`.
   * @param deletedBefore what `deletedSoFar` said before the list was asked for
   */
  replace(
    next: ReadonlyMap<string, T>,
    resourceVersion: string,
    deletedBefore: ReadonlyMap<string, Deletion>,
  ): void {
    const wentBack = isLater(this.#position, resourceVersion);
    this.#forget(deletedBefore);
    this.#left = 0;
    for (const [key, kept] of [...this.#objects.entries()]) {
      const isNewer = !wentBack && isLater(versionOf(kept), resourceVersion);
      if (!next.has(key) && !isNewer) this.#remove(key, kept);
    }
    this.#position = resourceVersion;
    for (const object of next.values()) {
      if (!this.#isDeleted(object)) this.#put(object, wentBack);
    }
  }

  #put(object: T, isForced = false): void {
    const key = keyOf(object.metadata);
    const kept = this.#objects.get(key);
    if (kept === undefined) {
      if (!this.#hasRoom()) return;
      this.#objects.set(key, object);
      this.#listeners.tell({ kind: 'Added', object });
      return;
    }
    const isOther = versionOf(kept) !== versionOf(object);
    if (!isOther || !(isForced || isLater(versionOf(object), versionOf(kept)))) return;
    if (kept.metadata.uid !== object.metadata.uid) {
      this.#remove(key, kept);
      this.#put(object);
      return;
    }
    this.#objects.set(key, object);
    this.#listeners.tell({ kind: 'Modified', object });
  }

  #hasRoom(): boolean {
    if (this.#objects.size < this.#options.maxObjects) return true;
    this.#left += 1;
    return false;
  }

  #remove(key: string, kept: T): void {
    this.#objects.delete(key);
    this.#listeners.tell({ kind: 'Deleted', object: kept });
  }

  #advance(resourceVersion = ''): void {
    if (isLater(resourceVersion, this.#position)) this.#position = resourceVersion;
  }

  #forget(deleted: ReadonlyMap<string, Deletion>): void {
    for (const [key, each] of deleted) if (this.#deleted.get(key) === each) this.#deleted.delete(key);
  }

  #isDeleted(object: T): boolean {
    const { uid, resourceVersion = '' } = this.#deleted.get(keyOf(object.metadata)) ?? {};
    if (uid === undefined) return false;
    return uid === object.metadata.uid || isLater(resourceVersion, versionOf(object));
  }

  #forgetOldest(): void {
    for (const key of this.#deleted.keys()) {
      this.#deleted.delete(key);
      return;
    }
  }
}

function versionOf({ metadata }: StoredObject): string {
  return metadata.resourceVersion ?? '';
}
