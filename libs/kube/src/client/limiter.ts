/*
 * How often and how much at once this process asks the API server: a token bucket and a bound on what runs. What waits
 * goes by priority, then in order; acts never wait for status writes. Bounded: who comes when too many wait is refused.
 */
import type { Clock } from '#contracts/clock';
import { ApiUnavailable } from './errors.js';

/** lead: who is late with it leads no longer. act: something is waiting for it. status: what can be said later, or not at all. */
export type RequestPriority = 'lead' | 'act' | 'status';

export interface LimiterOptions {
  /** Requests a second in the long run. */
  readonly qps: number;
  /** How many may come at once after a pause. */
  readonly burst: number;
  readonly mostRunning: number;
  /** Of each priority. */
  readonly mostWaiting: number;
  readonly clock: Clock;
}

interface Waiter {
  readonly start: () => void;
}

export class Limiter {
  readonly #options: LimiterOptions;
  readonly #waiting: Readonly<Record<RequestPriority, Set<Waiter>>> = {
    lead: new Set(),
    act: new Set(),
    status: new Set(),
  };
  #tokens: number;
  #filledAtMs: number;
  #running = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAtMs = options.clock.monotonicMs();
  }

  /** How many wait now. */
  get waiting(): number {
    return Object.values(this.#waiting).reduce((sum, line) => sum + line.size, 0);
  }

  /** @throws {ApiUnavailable} when too many wait, and what `signal` aborts with */
  async run<R>(priority: RequestPriority, signal: AbortSignal, work: () => Promise<R>): Promise<R> {
    await this.#turn(priority, signal);
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#pump();
    }
  }

  #turn(priority: RequestPriority, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const line = this.#waiting[priority];
    if (line.size >= this.#options.mostWaiting)
      throw new ApiUnavailable(
        `${line.size} requests wait for the API server already; this one was not sent.`,
        false,
        null,
      );
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        line.delete(waiter);
        reject(signal.reason as Error);
      };
      const waiter = {
        start: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      line.add(waiter);
      this.#pump();
    });
  }

  #pump(): void {
    this.#fill();
    while (this.#running < this.#options.mostRunning && this.#tokens >= 1) {
      const next = this.#next();
      if (next === null) return;
      this.#tokens -= 1;
      this.#running += 1;
      next.start();
    }
    if (this.waiting > 0 && this.#tokens < 1) this.#wakeLater();
  }

  #next(): Waiter | null {
    for (const line of [this.#waiting.lead, this.#waiting.act, this.#waiting.status]) {
      for (const waiter of line) {
        line.delete(waiter);
        return waiter;
      }
    }
    return null;
  }

  #fill(): void {
    const { qps, burst, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledAtMs) * qps) / 1000);
    this.#filledAtMs = nowMs;
  }

  #wakeLater(): void {
    if (this.#timer !== null) return;
    const waitMs = Math.ceil(((1 - this.#tokens) * 1000) / this.#options.qps);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#pump();
    }, waitMs);
  }
}
