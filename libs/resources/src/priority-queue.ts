/*
 * What waits for its turn inside one process: by virtual start, first in first out where that is equal. Whoever takes
 * waits without asking again. Bounded.
 */
import type { QueuePriority } from '#contracts/cleanup';
import type { Clock } from '#contracts/clock';
import { virtualStartMs } from './virtual-start.js';

interface Waiting<T> {
  readonly value: T;
  readonly startMs: number;
  readonly number: number;
}

interface Taker<T> {
  readonly resolve: (value: T | null) => void;
}

export class PriorityQueue<T> {
  /** A binary heap: each comes before its two children at 2i+1 and 2i+2. */
  readonly #heap: Waiting<T>[] = [];
  readonly #takers = new Set<Taker<T>>();
  #number = 0;
  #isClosed = false;

  constructor(
    private readonly clock: Clock,
    readonly capacity: number,
  ) {}

  get length(): number {
    return this.#heap.length;
  }

  /** False: full or closed; it was not taken in. */
  offer(value: T, priority: QueuePriority): boolean {
    if (this.#isClosed) return false;
    const [taker] = this.#takers;
    if (taker !== undefined) {
      this.#takers.delete(taker);
      taker.resolve(value);
      return true;
    }
    if (this.#heap.length >= this.capacity) return false;
    this.#number += 1;
    const startMs = virtualStartMs(this.clock.monotonicMs(), priority);
    this.#heap.push({ value, startMs, number: this.#number });
    this.#rise(this.#heap.length - 1);
    return true;
  }

  /** The first there is, or the next that comes; null when the signal is aborted, or the queue closed and empty. */
  async take(signal?: AbortSignal): Promise<T | null> {
    const first = this.poll();
    if (first !== undefined) return first;
    if (this.#isClosed || signal?.aborted === true) return null;
    return await this.#wait(signal);
  }

  /** Undefined: nothing waits now. */
  poll(): T | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (first !== last) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return first.value;
  }

  /** Nothing comes in any more; what waits can still be taken. */
  close(): void {
    this.#isClosed = true;
    for (const taker of this.#takers) taker.resolve(null);
    this.#takers.clear();
  }

  async #wait(signal: AbortSignal | undefined): Promise<T | null> {
    const { promise, resolve } = Promise.withResolvers<T | null>();
    const taker = { resolve };
    this.#takers.add(taker);
    const leave = (): void => {
      this.#takers.delete(taker);
      resolve(null);
    };
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return one !== undefined;
    return one.startMs === other.startMs ? one.number < other.number : one.startMs < other.startMs;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (one === undefined || other === undefined) return;
    this.#heap[a] = other;
    this.#heap[b] = one;
  }

  #rise(at: number): void {
    for (let place = at; place > 0;) {
      const parent = (place - 1) >> 1;
      if (!this.#before(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(at: number): void {
    for (let place = at; ;) {
      const left = 2 * place + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(child, place)) return;
      this.#swap(place, child);
      place = child;
    }
  }
}
