/*
 * The page's address as a store of the selection: reading it, writing it, hearing of Back and Forward.
 */
import { decodeSelection, encodeSelection, type Selection } from '../model/selection.js';

export type Patch = Partial<Selection>;

/** Browsers refuse more than some hundred address changes in half a minute: a held key must not lose the selection. */
const WRITE_EVERY_MS = 120;

export class Address {
  readonly #listeners = new Set<() => void>();
  #selection: Selection = decodeSelection(window.location.hash);
  #write: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    window.addEventListener('hashchange', this.#moved);
    window.addEventListener('popstate', this.#moved);
  }

  readonly state = (): Selection => this.#selection;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Another node is another page: Back returns from it. Everything else changes this page's address. */
  choose(patch: Patch): void {
    const before = this.#selection;
    this.#selection = { ...before, ...patch };
    clearTimeout(this.#write);
    if (this.#selection.node !== before.node) this.#flush('pushState');
    else this.#write = setTimeout(() => this.#flush('replaceState'), WRITE_EVERY_MS);
    this.#tell();
  }

  #flush(how: 'pushState' | 'replaceState'): void {
    history[how](null, '', window.location.pathname + encodeSelection(this.#selection));
  }

  readonly #moved = (): void => {
    clearTimeout(this.#write);
    this.#selection = decodeSelection(window.location.hash);
    this.#tell();
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
