/*
 * The ports of contracts/store and contracts/audit without a disk, for specs of those who use them. They pass the same
 * suites as the real ones. `outage` is what a full disk or an API server that is away looks like.
 */
import { randomUUID } from 'node:crypto';
import type { Codec } from '#contracts/codec';
import { ObjectTable } from '#files';
import type { AuditEntry, AuditPage, AuditTrail } from '#contracts/audit';
import { systemClock, type Clock } from '#contracts/clock';
import { InvalidValue } from '#contracts/errors';
import {
  type Created,
  keyOf,
  type ObjectStore,
  type PolicySource,
  type SourcedPolicy,
  type StoreChange,
  type StoredObject,
  type StoredValue,
  StoreUnavailable,
} from '#contracts/store';

export interface MemoryStoreOptions<T> {
  /** Absent: everything is taken. */
  readonly codec?: Codec<T>;
  readonly clock?: Clock;
  readonly maxObjects?: number;
  /** As in a cluster: every object has a namespace. */
  readonly namespaced?: boolean;
}

function tableOf<T extends StoredObject>(options: MemoryStoreOptions<T>): ObjectTable<T> {
  return new ObjectTable<T>({
    codec: options.codec ?? { kind: 'object', decode: (value) => ({ ok: true, object: value as T }) },
    clock: options.clock ?? systemClock,
    newUid: randomUUID,
    ...(options.namespaced !== undefined && { namespaced: options.namespaced }),
    ...(options.maxObjects !== undefined && { maxObjects: options.maxObjects }),
  });
}

/** While `outage` is a text, no write is taken, and it is the reason. */
class Outage {
  outage: string | null = null;
  /** Called before every write: throw, wait or look there. */
  beforeWrite: () => Promise<void> | void = () => undefined;

  protected async admit(): Promise<void> {
    await this.beforeWrite();
    if (this.outage !== null) throw new StoreUnavailable(this.outage);
  }
}

export class MemoryObjectStore<T extends StoredObject> extends Outage implements ObjectStore<T> {
  readonly #table: ObjectTable<T>;

  constructor(options: MemoryStoreOptions<T> = {}) {
    super();
    this.#table = tableOf(options);
  }

  list(): readonly T[] {
    return this.#table.list();
  }

  get(key: string): T | null {
    return this.#table.get(key);
  }

  async create(object: T): Promise<Created<T>> {
    await this.admit();
    const there = this.#table.get(keyOf(object.metadata));
    if (there !== null) return { kind: 'AlreadyExists', object: there };
    const draft = this.#table.draftCreate(object);
    this.#table.put(draft);
    return { kind: 'Created', object: draft.object };
  }

  async update(object: T): Promise<T> {
    await this.admit();
    const draft = this.#table.draftUpdate(object);
    if (draft !== null) this.#table.put(draft);
    return this.#table.get(keyOf(object.metadata)) ?? object;
  }

  async delete(key: string): Promise<void> {
    await this.admit();
    this.#table.remove(key);
  }

  onChange(callback: (change: StoreChange<T>) => void): Disposable {
    return this.#table.onChange(callback);
  }
}

export class MemoryValue<V> extends Outage implements StoredValue<V> {
  #value: V | null = null;

  get(): V | null {
    return this.#value;
  }

  async set(value: V | null): Promise<void> {
    await this.admit();
    this.#value = structuredClone(value);
  }
}

export class MemoryAuditTrail extends Outage implements AuditTrail {
  readonly entries: AuditEntry[] = [];

  async record(entry: AuditEntry): Promise<void> {
    await this.admit();
    if (!this.entries.some((each) => each.id === entry.id)) this.entries.push(structuredClone(entry));
  }

  async read(query: { readonly limit: number; readonly continue?: string }): Promise<AuditPage> {
    const end = query.continue === undefined ? this.entries.length : Number(query.continue);
    if (!Number.isSafeInteger(end)) throw new InvalidValue('continue must be what the last answer gave.');
    const start = Math.max(0, end - query.limit);
    return { entries: this.entries.slice(start, end).reverse(), continue: start > 0 ? String(start) : null };
  }
}

export class MemoryPolicySource<T extends StoredObject> implements PolicySource<T> {
  readonly #listeners = new Set<() => void>();
  readonly #table: ObjectTable<T>;
  readonly #rejected = new Map<string, SourcedPolicy<T>['rejected']>();
  #policies: readonly SourcedPolicy<T>[] = [];

  constructor(options: MemoryStoreOptions<T> = {}) {
    this.#table = tableOf(options);
  }

  /** All of them, as they are from now on. */
  set(policies: readonly SourcedPolicy<T>[]): void {
    this.#policies = policies;
    for (const listener of this.#listeners) listener();
  }

  /** A person writes it, and it is valid. */
  accept(object: T): void {
    const { name } = object.metadata;
    const metadata = this.#table.get(name)?.metadata;
    const draft =
      metadata === undefined
        ? this.#table.draftCreate(object)
        : this.#table.draftUpdate({ ...object, metadata: { ...metadata, ...object.metadata } });
    if (draft !== null) this.#table.put(draft);
    this.#rejected.set(name, null);
    this.#show();
  }

  /** A person writes it, and it is not taken: the last that was accepted stays in force. */
  reject(name: string, rejected: NonNullable<SourcedPolicy<T>['rejected']>): void {
    this.#rejected.set(name, rejected);
    this.#show();
  }

  remove(name: string): void {
    this.#table.remove(name);
    this.#rejected.delete(name);
    this.#show();
  }

  list(): readonly SourcedPolicy<T>[] {
    return this.#policies;
  }

  onChange(callback: () => void): Disposable {
    const listener = (): void => callback();
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #show(): void {
    const names = [...this.#rejected.keys()].sort();
    this.set(
      names.map((name) => ({
        source: `memory/${name}`,
        name,
        object: this.#table.get(name),
        rejected: this.#rejected.get(name) ?? null,
      })),
    );
  }
}
