/*
 * Of what an informer keeps, those objects that are whole and valid: the rest is counted and named.
 */
import { keyOf, type StoreChange, type StoredObject } from '#contracts/store';
import type { Informer } from '../watch/informer.js';
import { Listeners } from '../watch/listeners.js';
import type { Kept } from './kept.js';

const MOST_NAMED = 3;

export class VisibleObjects<T extends StoredObject> {
  readonly #informer: Informer<Kept<T>>;
  readonly #shown = new Map<string, T>();
  readonly #invalid = new Map<string, string>();
  readonly #listeners = new Listeners<StoreChange<T>>();
  #listed: readonly T[] | null = null;

  constructor(informer: Informer<Kept<T>>) {
    this.#informer = informer;
    informer.onChange((change) => this.#take(change));
  }

  get(key: string): T | null {
    return this.#shown.get(key) ?? null;
  }

  list(): readonly T[] {
    this.#listed ??= Object.freeze(
      this.#informer.list().flatMap((kept) => (kept.is === 'Whole' ? [kept.object] : [])),
    );
    return this.#listed;
  }

  get setAside(): readonly { readonly key: string; readonly reason: string }[] {
    return [...this.#invalid].map(([key, reason]) => ({ key, reason }));
  }

  /** Null: all are valid. */
  problem(plural: string): string | null {
    if (this.#invalid.size === 0) return null;
    const named = this.setAside.slice(0, MOST_NAMED).map(({ key, reason }) => `${key}: ${reason}`);
    return `${this.#invalid.size} ${plural} are not valid and are left alone, mend or delete them: ${named.join(' · ')}`;
  }

  onChange(callback: (change: StoreChange<T>) => void): Disposable {
    return this.#listeners.add(callback);
  }

  #take({ kind, object: kept }: StoreChange<Kept<T>>): void {
    const key = keyOf(kept.metadata);
    const invalid = kind !== 'Deleted' && kept.is === 'Invalid' ? kept.reason : null;
    if (invalid === null) this.#invalid.delete(key);
    else this.#invalid.set(key, invalid);
    this.#listed = null;
    this.#show(key, kind !== 'Deleted' && kept.is === 'Whole' ? kept.object : null);
  }

  #show(key: string, object: T | null): void {
    const was = this.#shown.get(key);
    if (object !== null) {
      this.#shown.set(key, object);
      this.#listeners.tell({ kind: was === undefined ? 'Added' : 'Modified', object });
    } else if (was !== undefined) {
      this.#shown.delete(key);
      this.#listeners.tell({ kind: 'Deleted', object: was });
    }
  }
}
