/*
 * What one subscriber has not taken yet. Bounded: at most `capacity` normal and `criticalCapacity` critical notices.
 *   normal: a like one (same coalescing key) takes the place of the one that waits; else the oldest makes room.
 *   critical: never dropped and never coalesced; a subscriber that cannot take one more is cut off, and told.
 *   Criticals overtake normals; within each the order is that of publishing.
 */
import type { NoticePriority } from '#contracts/notice';
import { Ring } from './ring.js';

export interface ChannelOptions<N> {
  readonly capacity: number;
  readonly criticalCapacity: number;
  /** Like notices have one key; undefined: unlike any other. */
  readonly likeness: (notice: N) => string | undefined;
}

export type Offered = 'Queued' | 'Coalesced' | 'DroppedOldest' | 'CutOff';

export class Channel<N> {
  readonly #normal: Ring<N>;
  readonly #critical: Ring<N>;
  /** Key of a queued notice to its number in the ring. Numbers below the ring's head are history. */
  readonly #waiting = new Map<string, number>();
  readonly #likeness: (notice: N) => string | undefined;

  constructor({ capacity, criticalCapacity, likeness }: ChannelOptions<N>) {
    this.#normal = new Ring(capacity);
    this.#critical = new Ring(criticalCapacity);
    this.#likeness = likeness;
  }

  get length(): number {
    return this.#normal.length + this.#critical.length;
  }

  offer(notice: N, priority: NoticePriority): Offered {
    return priority === 'critical' ? this.#offerCritical(notice) : this.#offerNormal(notice);
  }

  take(): N | undefined {
    const critical = this.#critical.shift();
    if (critical !== undefined) return critical;
    const normal = this.#normal.shift();
    if (this.#normal.length === 0 && this.#waiting.size > 0) this.#waiting.clear();
    return normal;
  }

  clear(): void {
    this.#normal.clear();
    this.#critical.clear();
    this.#waiting.clear();
  }

  #offerCritical(notice: N): Offered {
    if (this.#critical.length === this.#critical.capacity) return 'CutOff';
    this.#critical.push(notice);
    return 'Queued';
  }

  #offerNormal(notice: N): Offered {
    const key = this.#likeness(notice);
    const place = key === undefined ? undefined : this.#waiting.get(key);
    if (place !== undefined && place >= this.#normal.head) {
      this.#normal.replace(place, notice);
      return 'Coalesced';
    }
    const full = this.#normal.length === this.#normal.capacity;
    if (full) this.#normal.shift();
    const number = this.#normal.push(notice);
    if (key !== undefined) this.#remember(key, number);
    return full ? 'DroppedOldest' : 'Queued';
  }

  // Keys of notices that were taken stay until there are as many as two rings hold: bounded, and cheap in the mean.
  #remember(key: string, number: number): void {
    this.#waiting.set(key, number);
    if (this.#waiting.size <= 2 * this.#normal.capacity) return;
    for (const [old, place] of this.#waiting) if (place < this.#normal.head) this.#waiting.delete(old);
  }
}
