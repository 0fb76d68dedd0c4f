/*
 * Where objects live: Kubernetes, or in local mode files of the state dir. One port, one conformance suite
 * (libs/testing). A promise that resolves means: on disk, or acknowledged by the API server. That is the commit point.
 */
import { MemwardenError } from './errors.js';

/** As much of an object as a store must know. `resourceVersion` is the store's: compared, never interpreted. */
export interface StoredObject {
  readonly metadata: {
    readonly name: string;
    /** Absent where there are no namespaces: in local mode, and for kinds of the whole cluster. */
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    /** Raised by the store when spec changes. */
    readonly generation?: number;
    readonly creationTimestamp?: string;
  };
}

/** By what a store finds an object: its name, or `namespace/name` where there are namespaces. */
export function keyOf({ namespace, name }: StoredObject['metadata']): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The key of what an object refers to by name: references stay within a namespace. */
export function keyBeside({ metadata }: StoredObject, { name }: { readonly name: string }): string {
  return keyOf({ ...metadata, name });
}

/** Where the key stands in keys in byte order, or would stand. */
export function placeOf(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Somebody wrote this object since it was read: read it again and decide anew. */
export class Conflict extends MemwardenError {
  override readonly code = 'Conflict';
  override readonly retryable = true;
}

/** The store does not take writes (disk full, read-only, API server away). Nothing was written. */
export class StoreUnavailable extends MemwardenError {
  override readonly code = 'StoreUnavailable';
  override readonly retryable = true;
}

/** More objects of a kind than are kept. */
export class TooManyObjects extends MemwardenError {
  override readonly code = 'TooManyObjects';
}

export type Created<T> =
  | { readonly kind: 'Created'; readonly object: T }
  /** An object of this name is there, untouched: creating twice is one object. */
  | { readonly kind: 'AlreadyExists'; readonly object: T };

export type StoreChange<T> =
  | { readonly kind: 'Added' | 'Modified'; readonly object: T }
  | { readonly kind: 'Deleted'; readonly object: T };

/** Of one kind; above it nothing is created. */
export const MOST_OBJECTS = 10_000;

/** Objects of one kind. Reads come from memory and show every write of this process that has resolved. */
export interface ObjectStore<T extends StoredObject> {
  /** By key in byte order. */
  list(): readonly T[];
  /** @param key as `keyOf` says it */
  get(key: string): T | null;
  /** @throws {StoreUnavailable | TooManyObjects | InvalidValue} */
  create(object: T): Promise<Created<T>>;
  /** The whole object, status and spec; `metadata.resourceVersion` must be the newest. @throws {Conflict | NotFound | StoreUnavailable} */
  update(object: T): Promise<T>;
  /** Not there: nothing to do. @throws {StoreUnavailable} */
  delete(key: string): Promise<void>;
  /** After the change is committed, in order. */
  onChange(callback: (change: StoreChange<T>) => void): Disposable;
}

/** Why an object is not taken: `path` in the object (spec.match.processes), `message` for people. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A policy as its source has it now. The object is the last good generation, null when there never was one. */
export interface SourcedPolicy<T extends StoredObject> {
  /** File path, or namespace/name. */
  readonly source: string;
  readonly name: string;
  readonly object: T | null;
  /** Of the newest edit; null: it was accepted and is `object`. */
  readonly rejected: {
    readonly reason: 'Invalid' | 'Unsupported' | 'Unreadable' | 'Duplicate';
    readonly problems: readonly Problem[];
  } | null;
}

/** Port: policies as people write them. */
export interface PolicySource<T extends StoredObject> {
  list(): readonly SourcedPolicy<T>[];
  onChange(callback: () => void): Disposable;
}

/** Port: one small value that outlives the process: the pause, the breaker. */
export interface StoredValue<V> {
  get(): V | null;
  /** Null removes it. @throws {StoreUnavailable} */
  set(value: V | null): Promise<void>;
}
