/*
 * A queue of fixed capacity. Each entry has a number that rises by one; the oldest makes room for the newest.
 */
export class Ring<T> {
  readonly #slots: (T | undefined)[];
  #head = 0;
  #tail = 0;

  constructor(readonly capacity: number) {
    this.#slots = new Array<T | undefined>(capacity).fill(undefined);
  }

  get length(): number {
    return this.#tail - this.#head;
  }

  /** The number of the oldest entry, and of the next one when there is none. */
  get head(): number {
    return this.#head;
  }

  /** Only when length < capacity. @returns the entry's number */
  push(value: T): number {
    const number = this.#tail;
    this.#slots[number % this.capacity] = value;
    this.#tail += 1;
    return number;
  }

  /** Puts another value in the place of an entry that is still queued. */
  replace(number: number, value: T): void {
    this.#slots[number % this.capacity] = value;
  }

  shift(): T | undefined {
    if (this.#head === this.#tail) return undefined;
    const slot = this.#head % this.capacity;
    const value = this.#slots[slot];
    this.#slots[slot] = undefined;
    this.#head += 1;
    return value;
  }

  clear(): void {
    while (this.shift() !== undefined);
  }
}
