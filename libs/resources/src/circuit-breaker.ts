/*
 * Stops asking something that keeps failing. Closed: everything passes. Open: nothing does, for a while. HalfOpen: one
 * passes, and decides. The breaker of all acts (#contracts/cleanup OpenBreaker) is another: a person resets that one.
 */
import type { Clock } from '#contracts/clock';
import { Busy } from './errors.js';

export interface CircuitBreakerOptions {
  /** For people. */
  readonly name: string;
  readonly clock: Clock;
  /** Failures one after another that open it. */
  readonly failures: number;
  readonly openMs: number;
  /** False: an error that is an answer all the same. Absent: every error is a failure. */
  readonly isFailure?: (error: unknown) => boolean;
}

/** What Busy says while one is tried: how that ends is known soon. */
const TRYING_MS = 1000;

export type BreakerState = 'Closed' | 'Open' | 'HalfOpen';

export class CircuitBreaker {
  #failures = 0;
  #openedMs: number | null = null;
  #isTrying = false;

  constructor(private readonly options: CircuitBreakerOptions) {}

  get state(): BreakerState {
    if (this.#openedMs === null) return 'Closed';
    return this.#leftMs(this.#openedMs) > 0 ? 'Open' : 'HalfOpen';
  }

  /** Failures since the last answer. */
  get failures(): number {
    return this.#failures;
  }

  /** @throws {Busy} while it is open; else what the body throws */
  async run<T>(body: () => Promise<T>): Promise<T> {
    const { state } = this;
    if (state === 'Open' || (state === 'HalfOpen' && this.#isTrying)) throw this.#busy();
    this.#isTrying = state === 'HalfOpen';
    try {
      const result = await body();
      this.#close();
      return result;
    } catch (error) {
      if (this.options.isFailure?.(error) === false) this.#close();
      else this.#failed(state);
      throw error;
    }
  }

  #busy(): Busy {
    const afterMs = Math.max(TRYING_MS, this.#leftMs(this.#openedMs ?? 0));
    const seconds = Math.ceil(afterMs / 1000);
    return new Busy(`${this.options.name} failed too often lately. Ask again in ${seconds} s.`, afterMs);
  }

  #leftMs(openedMs: number): number {
    return openedMs + this.options.openMs - this.options.clock.monotonicMs();
  }

  #close(): void {
    this.#failures = 0;
    this.#openedMs = null;
    this.#isTrying = false;
  }

  #failed(begunIn: BreakerState): void {
    this.#failures += 1;
    if (begunIn === 'HalfOpen') this.#isTrying = false;
    if (begunIn === 'HalfOpen' || this.#failures >= this.options.failures)
      this.#openedMs = this.options.clock.monotonicMs();
  }
}
