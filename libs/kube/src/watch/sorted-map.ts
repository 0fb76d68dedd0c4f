/*
 * Values by key, listed in byte order of the keys, with typed indexes. A list that was given out never changes.
 */
import { placeOf } from '#contracts/store';

export type IndexFunctions<T, I extends string> = Readonly<Record<I, (value: T) => readonly string[]>>;

export class SortedMap<T, I extends string> {
  readonly #values = new Map<string, T>();
  readonly #indexes: ReadonlyMap<I, Map<string, Set<string>>>;
  readonly #functions: IndexFunctions<T, I>;
  #keys: string[] = [];
  #listed: readonly T[] | null = null;

  constructor(functions: IndexFunctions<T, I>) {
    this.#functions = functions;
    this.#indexes = new Map(
      (Object.keys(functions) as I[]).map((name) => [name, new Map<string, Set<string>>()]),
    );
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  list(): readonly T[] {
    this.#listed ??= Object.freeze(this.#keys.map((key) => this.#values.get(key) as T));
    return this.#listed;
  }

  entries(): IterableIterator<[string, T]> {
    return this.#values.entries();
  }

  byIndex(name: I, value: string): readonly T[] {
    const keys = this.#indexes.get(name)?.get(value);
    return keys === undefined ? [] : [...keys].sort(byteOrder).map((key) => this.#values.get(key) as T);
  }

  set(key: string, value: T): void {
    const before = this.#values.get(key);
    if (before === undefined) this.#keys.splice(placeOf(this.#keys, key), 0, key);
    else this.#unindex(key, before);
    this.#values.set(key, value);
    this.#index(key, value);
    this.#listed = null;
  }

  delete(key: string): void {
    const before = this.#values.get(key);
    if (before === undefined) return;
    this.#unindex(key, before);
    this.#values.delete(key);
    this.#keys.splice(placeOf(this.#keys, key), 1);
    this.#listed = null;
  }

  #index(key: string, value: T): void {
    for (const [name, index] of this.#indexes) {
      for (const each of this.#functions[name](value)) {
        const keys = index.get(each);
        if (keys === undefined) index.set(each, new Set([key]));
        else keys.add(key);
      }
    }
  }

  #unindex(key: string, value: T): void {
    for (const [name, index] of this.#indexes) {
      for (const each of this.#functions[name](value)) {
        const keys = index.get(each);
        keys?.delete(key);
        if (keys?.size === 0) index.delete(each);
      }
    }
  }
}

function byteOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
