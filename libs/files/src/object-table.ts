/*
 * The objects of one kind in memory, and what may become of them: what create and update would write, decided without
 * writing. A draft is made from the newest state, and then put when it was committed or abandoned; until then it takes up room.
 *   Keys are unique and in byte order. The last resource version is never lower than that of any object ever kept.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '#contracts/clock';
import { deepFreeze, inWords, type Codec } from '#contracts/codec';
import { InvalidValue, NotFound } from '#contracts/errors';
import {
  Conflict,
  keyOf,
  MOST_OBJECTS,
  placeOf,
  type StoreChange,
  type StoredObject,
  TooManyObjects,
} from '#contracts/store';
import { MIB } from '#contracts/units';
import { checkPlace } from './object-name.js';

export interface TableOptions<T> {
  readonly codec: Codec<T>;
  readonly clock: Clock;
  readonly newUid: () => string;
  /** True: every object has a namespace; absent: none has. */
  readonly namespaced?: boolean;
  /** 10,000 */
  readonly maxObjects?: number;
  /** Of one object as JSON; 1 MiB. */
  readonly maxObjectBytes?: number;
  /** Of all objects together as JSON; 256 MiB. */
  readonly maxTotalBytes?: number;
}

/** What would be kept: the object, and its one line of JSON. */
export interface Draft<T> {
  readonly key: string;
  readonly object: T;
  readonly text: string;
}

interface Kept<T> {
  readonly object: T;
  readonly bytes: number;
}

export class ObjectTable<T extends StoredObject> {
  readonly maxObjectBytes: number;
  readonly #options: TableOptions<T>;
  readonly #kept = new Map<string, Kept<T>>();
  readonly #keys: string[] = [];
  readonly #listeners = new Set<(change: StoreChange<T>) => void>();
  /** New names that are drafted and not put yet, and what all drafts would add. */
  readonly #drafted = new Map<string, { readonly isNew: boolean; readonly bytes: number }>();
  #listed: readonly T[] | null = null;
  #lastVersion = 0;
  #totalBytes = 0;

  constructor(options: TableOptions<T>) {
    this.#options = options;
    this.maxObjectBytes = options.maxObjectBytes ?? MIB;
  }

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): T | null {
    return this.#kept.get(key)?.object ?? null;
  }

  list(): readonly T[] {
    this.#listed ??= Object.freeze(this.#keys.map((key) => this.#kept.get(key)?.object as T));
    return this.#listed;
  }

  /** @throws {InvalidValue | TooManyObjects} */
  draftCreate(object: T): Draft<T> {
    checkPlace(object.metadata, this.#options.namespaced ?? false);
    const draft = this.#draft(object, {
      uid: this.#options.newUid(),
      resourceVersion: this.#nextVersion(),
      generation: 1,
      creationTimestamp: new Date(this.#options.clock.nowMs()).toISOString(),
    });
    return this.#reserve(draft);
  }

  /** Null: it is the same as the one that is kept. @throws {Conflict | NotFound | InvalidValue | TooManyObjects} */
  draftUpdate(object: T): Draft<T> | null {
    const current = this.#current(object);
    const stamp = { ...storeFieldsOf(current), resourceVersion: this.#nextVersion() };
    const draft = this.#draft(object, stamp, current);
    if (isSame(draft.object, current)) return null;
    const changed = !isDeepStrictEqual(specOf(draft.object), specOf(current));
    const final = changed ? this.#draft(object, { ...stamp, generation: stamp.generation + 1 }) : draft;
    return this.#reserve(final);
  }

  /** It is committed: from now on it is what there is. */
  put({ key, object, text }: Draft<T>): void {
    this.#drafted.delete(key);
    const isNew = this.load(object, text.length);
    this.#emit({ kind: isNew ? 'Added' : 'Modified', object: this.get(key) ?? object });
  }

  /** It was not committed. */
  abandon({ key }: Draft<T>): void {
    this.#drafted.delete(key);
  }

  /** As put, without telling anybody; true when it was not there. */
  load(object: T, textLength: number): boolean {
    const { resourceVersion } = object.metadata;
    const key = keyOf(object.metadata);
    const before = this.#kept.get(key);
    this.#kept.set(key, { object: deepFreeze(object), bytes: textLength });
    this.#totalBytes += textLength - (before?.bytes ?? 0);
    this.#lastVersion = Math.max(this.#lastVersion, Number(resourceVersion));
    this.#listed = null;
    if (before === undefined) this.#keys.splice(placeOf(this.#keys, key), 0, key);
    return before === undefined;
  }

  remove(key: string): void {
    const before = this.#kept.get(key);
    if (before === undefined) return;
    this.#kept.delete(key);
    this.#totalBytes -= before.bytes;
    this.#listed = null;
    this.#keys.splice(placeOf(this.#keys, key), 1);
    this.#emit({ kind: 'Deleted', object: before.object });
  }

  onChange(callback: (change: StoreChange<T>) => void): Disposable {
    const listener = (change: StoreChange<T>): void => callback(change);
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #current(object: T): T {
    const { uid, resourceVersion } = object.metadata;
    const key = keyOf(object.metadata);
    const current = this.get(key);
    if (current === null)
      throw new NotFound(`There is no ${this.#options.codec.kind} ${JSON.stringify(key)}.`);
    const isNewest = resourceVersion === current.metadata.resourceVersion;
    const isSameOne = uid === undefined || uid === current.metadata.uid;
    if (isNewest && isSameOne) return current;
    throw new Conflict(
      `${this.#options.codec.kind} ${key} was written since it was read (${resourceVersion ?? 'no'} resourceVersion, now ${String(current.metadata.resourceVersion)}): read it again.`,
    );
  }

  /**
   * Through JSON: what is kept is what would be read again, and nobody else holds it. A spec that is the kept one itself,
   * which is frozen and valid, stays the same object and is not checked again.
   */
  #draft(object: T, stamp: Partial<StoredObject['metadata']>, kept?: T): Draft<T> {
    const { codec } = this.#options;
    const key = keyOf(object.metadata);
    const { uid: _u, resourceVersion: _r, generation: _g, creationTimestamp: _c, ...own } = object.metadata;
    const text = JSON.stringify({ ...object, metadata: { ...own, ...stamp } });
    if (Buffer.byteLength(text) > this.maxObjectBytes)
      throw new InvalidValue(`${codec.kind} ${key} is larger than ${this.maxObjectBytes} bytes.`);
    const decoded = codec.decode({ ...(JSON.parse(text) as object), ...sharedSpec(object, kept) }, kept);
    if (!decoded.ok)
      throw new InvalidValue(`${codec.kind} ${key} is not valid: ${inWords(decoded.problems)}`);
    return { key, object: decoded.object, text };
  }

  #reserve(draft: Draft<T>): Draft<T> {
    const { codec, maxObjects = MOST_OBJECTS, maxTotalBytes = 256 * MIB } = this.#options;
    const before = this.#kept.get(draft.key)?.bytes;
    const isNew = before === undefined;
    const bytes = draft.text.length - (before ?? 0);
    let count = this.size;
    let total = this.#totalBytes + bytes;
    for (const each of this.#drafted.values()) {
      count += each.isNew ? 1 : 0;
      total += each.bytes;
    }
    if (isNew && count >= maxObjects)
      throw new TooManyObjects(
        `There are ${count} objects of kind ${codec.kind} already: delete closed ones.`,
      );
    if (total > maxTotalBytes && bytes > 0)
      throw new TooManyObjects(
        `Objects of kind ${codec.kind} would take ${total} bytes: delete closed ones.`,
      );
    this.#drafted.set(draft.key, { isNew, bytes });
    return draft;
  }

  #nextVersion(): string {
    this.#lastVersion += 1;
    return String(this.#lastVersion);
  }

  // What a listener does wrong is its own defect: it surfaces by itself and takes nothing from the others.
  #emit(change: StoreChange<T>): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

/** What an update keeps, whatever it says. */
function storeFieldsOf({ metadata }: StoredObject): { readonly generation: number } {
  const { uid, generation = 1, creationTimestamp } = metadata;
  return {
    ...(uid !== undefined && { uid }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    generation,
  };
}

function isSame(next: StoredObject, current: StoredObject): boolean {
  const { resourceVersion } = current.metadata;
  return isDeepStrictEqual({ ...next, metadata: { ...next.metadata, resourceVersion } }, current);
}

function sharedSpec(object: StoredObject, kept?: StoredObject): { readonly spec?: unknown } {
  const spec = specOf(object);
  return kept !== undefined && spec !== undefined && spec === specOf(kept) ? { spec } : {};
}

function specOf(object: StoredObject): unknown {
  return 'spec' in object ? object.spec : undefined;
}
