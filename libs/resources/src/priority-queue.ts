/*
 * What waits for its turn inside one process: by virtual start, first in first out where that is equal. Bounded.
 */
import type { QueuePriority } from '#contracts/cleanup';
import type { Clock } from '#contracts/clock';
import { virtualStartMs } from './virtual-start.js';

interface Waiting<T> {
  readonly value: T;
  readonly startMs: number;
  readonly number: number;
}

export class PriorityQueue<T> {
  /** A binary heap: each comes before its two children at 2i+1 and 2i+2. */
  readonly #heap: Waiting<T>[] = [];
  #number = 0;

  constructor(
    private readonly clock: Clock,
    readonly capacity: number,
  ) {}

  get length(): number {
    return this.#heap.length;
  }

  /** False: full; it was not taken in. */
  offer(value: T, priority: QueuePriority): boolean {
    if (this.#heap.length >= this.capacity) return false;
    this.#number += 1;
    const startMs = virtualStartMs(this.clock.monotonicMs(), priority);
    this.#heap.push({ value, startMs, number: this.#number });
    this.#rise(this.#heap.length - 1);
    return true;
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
