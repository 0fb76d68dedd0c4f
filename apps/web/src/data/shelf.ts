/*
 * One kind of object, kept as the controller has it: read whole, then by name as notices come.
 * Always holds: at most one read is under way; what is noticed meanwhile is read once, after it; what was shown stays
 * until something newer came; a failed read is tried again later, and is said.
 */
import type { Surroundings } from '../config.js';
import type { Answer } from './api.js';
import { retryDelayMs, type Problem } from './live.js';

export interface ShelfState<T> {
  /** Null: never read. */
  readonly items: ReadonlyMap<string, T> | null;
  readonly problem: Problem | null;
  /** When it was last known to be as the controller has it. */
  readonly readAtMs: number;
  /** There are more than are kept here. */
  readonly hasMore: boolean;
}

export interface ShelfSource<T> {
  readonly readAll: (
    node: string | null,
  ) => Promise<Answer<{ readonly items: readonly T[]; readonly hasMore: boolean }>>;
  readonly readOne: (name: string) => Promise<Answer<T | null>>;
  /** What an item is kept under; by default its name. */
  readonly keyOf?: (item: T) => string;
  readonly changed: () => void;
}

export function emptyShelf<T>(): ShelfState<T> {
  return { items: null, problem: null, readAtMs: NaN, hasMore: false };
}

/** Notices of a burst are read together. */
const REST_MS = 120;
/** Whole lists are not read more often than this, whatever is noticed. */
const LEAST_BETWEEN_LISTS_MS = 1_000;
/** More names than this are one list. */
const MOST_NAMES = 12;

export class Shelf<T extends { readonly name: string }> {
  readonly #source: ShelfSource<T>;
  readonly #surroundings: Surroundings;
  #state: ShelfState<T> = emptyShelf();
  #node: string | null = null;
  #wanted: Set<string> | 'all' | null = null;
  #isReading = false;
  #isStopped = false;
  #failures = 0;
  #listedAtMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: ShelfSource<T>, surroundings: Surroundings) {
    this.#source = source;
    this.#surroundings = surroundings;
  }

  get state(): ShelfState<T> {
    return this.#state;
  }

  /** Another node: what was kept of the last one goes. */
  showNode(node: string | null): void {
    this.#node = node;
    this.#become(emptyShelf());
    this.#listedAtMs = -Infinity;
    this.wantNow();
  }

  /** All of them, without the patience that failures taught: something says that it is worth it. */
  wantNow(): void {
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.want(null);
  }

  /** Null: all of them. */
  want(name: string | null): void {
    if (this.#isStopped) return;
    if (name === null || this.#wanted === 'all') this.#wanted = 'all';
    else this.#wanted = widened(this.#wanted, name);
    if (!this.#isReading) this.#schedule(this.#delayMs());
  }

  /** What an act of this page was answered with: shown at once. */
  put(item: T): void {
    const items = new Map(this.#state.items).set(item.name, item);
    this.#become({ ...this.#state, items });
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #delayMs(): number {
    if (this.#failures > 0) return retryDelayMs(this.#failures - 1, this.#surroundings.chance());
    return this.#state.items === null ? 0 : REST_MS;
  }

  /** How long a list has still to wait: names that are due may have become one meanwhile. */
  #listWaitMs(): number {
    if (this.#wanted !== 'all' || this.#state.items === null) return 0;
    return this.#listedAtMs + LEAST_BETWEEN_LISTS_MS - this.#surroundings.nowMs();
  }

  /**
   * A read that is due stays due: notices without end must not put it off without end. A list waits once more at most,
   * and never longer than between lists: the clock may be set back.
   */
  #schedule(delayMs: number, hasWaited = false): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const waitMs = hasWaited ? 0 : this.#listWaitMs();
      if (waitMs > 0) this.#schedule(Math.min(waitMs, LEAST_BETWEEN_LISTS_MS), true);
      else void this.#read();
    }, delayMs);
  }

  async #read(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null || this.#isReading) return;
    const node = this.#node;
    this.#wanted = null;
    this.#isReading = true;
    const problem = wanted === 'all' ? await this.#readList(node) : await this.#readNames(wanted, node);
    this.#isReading = false;
    if (problem !== null && node === this.#node) this.#failed(problem);
    else this.#failures = 0;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#wanted !== null) this.#schedule(this.#delayMs());
  }

  async #readList(node: string | null): Promise<Problem | null> {
    this.#listedAtMs = this.#surroundings.nowMs();
    const answer = await this.#source.readAll(node);
    if (!answer.ok) return answer.problem;
    const { items, hasMore } = answer.value;
    const kept = new Map(items.map((item) => [this.#source.keyOf?.(item) ?? item.name, item]));
    if (node === this.#node)
      this.#become({ items: kept, problem: null, readAtMs: this.#listedAtMs, hasMore });
    return null;
  }

  async #readNames(names: ReadonlySet<string>, node: string | null): Promise<Problem | null> {
    const readAtMs = this.#surroundings.nowMs();
    const answers = await Promise.all(
      [...names].map(async (name) => ({ name, answer: await this.#source.readOne(name) })),
    );
    if (node !== this.#node) return null;
    const items = new Map(this.#state.items);
    for (const { name, answer } of answers) {
      if (!answer.ok) return answer.problem;
      if (answer.value === null) items.delete(name);
      else items.set(name, answer.value);
    }
    this.#become({ ...this.#state, items, problem: null, readAtMs });
    return null;
  }

  /** What was missed meanwhile is not known by name: all is read again. */
  #failed(problem: Problem): void {
    this.#failures += 1;
    this.#wanted = 'all';
    this.#become({ ...this.#state, problem });
  }

  #become(state: ShelfState<T>): void {
    this.#state = state;
    if (!this.#isStopped) this.#source.changed();
  }
}

function widened(wanted: Set<string> | null, name: string): Set<string> | 'all' {
  const names = new Set(wanted).add(name);
  return names.size > MOST_NAMES ? 'all' : names;
}
