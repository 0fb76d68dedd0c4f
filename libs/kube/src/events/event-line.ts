/*
 * What is still to be said in Events, and what was said lately. The same again is no new Event but one more in the series
 * of the first, as client-go's tools/events has it: same regarding, reason, action and type, whatever the note. Bounded:
 * what was said and is quiet goes first; where all is still to be said, the newest is dropped, and counted.
 */

export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export interface KubeEvent {
  /** What it is about: kubectl describe shows it there. */
  readonly regarding: EventSubject;
  /** What else had a part in it. */
  readonly related?: EventSubject;
  readonly type: 'Normal' | 'Warning';
  /** In CamelCase: why. At most 128 characters. */
  readonly reason: string;
  /** In CamelCase: what was done, or is to be done. At most 128 characters. */
  readonly action: string;
  /** For people. Cut after 1024 bytes. */
  readonly note: string;
}

/** One Event that is, or will be, at the API server. */
export interface SaidEvent {
  readonly event: KubeEvent;
  readonly first: Moment;
  last: Moment;
  /** How often so far, and how often as far as the API server knows; 0: it does not have it. */
  count: number;
  writtenCount: number;
  writtenAtMs: number;
  /** Null: not made yet. */
  name: string | null;
  failures: number;
}

/** What one clock says at one moment: durations are measured by the second. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export interface EventLineOptions {
  /** Events that are remembered. */
  readonly capacity: number;
}

/** One of the same after so long a silence is a new Event. */
const SERIES_ENDS_MS = 360_000;
/** A series that goes on is written so often. */
const SERIES_EVERY_MS = 60_000;
const MOST_FAILURES = 3;

export class EventLine {
  readonly #options: EventLineOptions;
  readonly #said = new Map<string, SaidEvent>();
  #dropped = 0;

  constructor(options: EventLineOptions) {
    this.#options = options;
  }

  /** How many were never said since there was no room, or the API server did not take them. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#said.size;
  }

  add(event: KubeEvent, now: Moment): void {
    const key = keyOf(event);
    const known = this.#said.get(key);
    if (known !== undefined && now.monotonicMs - known.last.monotonicMs < SERIES_ENDS_MS) {
      known.count += 1;
      known.last = now;
      return;
    }
    if (known === undefined && !this.#hasRoom()) {
      this.#dropped += 1;
      return;
    }
    this.#said.delete(key);
    const said = { event, first: now, last: now, count: 1, writtenCount: 0 };
    this.#said.set(key, { ...said, writtenAtMs: -Infinity, name: null, failures: 0 });
  }

  /** By the monotonic clock. What to write now, in the order in which it was said first; null: nothing. `isLast`: it is now or never. */
  next(nowMs: number, isLast = false): SaidEvent | null {
    for (const said of this.#said.values()) {
      if (said.count === said.writtenCount) continue;
      const isDue = said.writtenCount === 0 || nowMs - said.writtenAtMs >= SERIES_EVERY_MS;
      if (isDue || isLast) return said;
    }
    return null;
  }

  /** @param count as it was when it was sent */
  written(said: SaidEvent, name: string, count: number, nowMs: number): void {
    Object.assign(said, { name, writtenCount: count, writtenAtMs: nowMs, failures: 0 });
  }

  /** The Event is there no longer: Events live an hour. It is said anew. */
  gone(said: SaidEvent): void {
    Object.assign(said, { name: null, writtenCount: 0 });
  }

  /** @param isFinal it will never be taken */
  failed(said: SaidEvent, isFinal: boolean): void {
    said.failures += 1;
    if (!isFinal && said.failures < MOST_FAILURES) return;
    this.#said.delete(keyOf(said.event));
    this.#dropped += 1;
  }

  #hasRoom(): boolean {
    if (this.#said.size < this.#options.capacity) return true;
    for (const [key, { count, writtenCount }] of this.#said) {
      if (count !== writtenCount) continue;
      this.#said.delete(key);
      return true;
    }
    return false;
  }
}

function keyOf({ regarding, related, type, reason, action }: KubeEvent): string {
  return JSON.stringify([
    subjectKey(regarding),
    related === undefined ? null : subjectKey(related),
    type,
    reason,
    action,
  ]);
}

function subjectKey({ kind, namespace = '', name, uid = '' }: EventSubject): readonly string[] {
  return [kind, namespace, name, uid];
}
