/*
 * Stops asking something that keeps failing. Closed: everything passes. Open: nothing does, for a while. HalfOpen: one
 * passes, and decides. The breaker of all acts (#contracts/cleanup OpenBreaker) is another: a person resets that one.
 */
import type { Clock } from '#contracts/clock';
import { Busy } from './errors.js';

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Failures one after another that open it. */
  readonly failures: number;
  readonly openMs: number;
}

export type BreakerState = 'Closed' | 'Open' | 'HalfOpen';

export class CircuitBreaker {
  #failures = 0;
  #openedMs: number | null = null;
  #isTrying = false;

  constructor(private readonly options: CircuitBreakerOptions) {}

  get state(): BreakerState {
    if (this.#openedMs === null) return 'Closed';
    return this.options.clock.monotonicMs() - this.#openedMs >= this.options.openMs ? 'HalfOpen' : 'Open';
  }

  /** @throws {Busy} while it is open; else what the body throws */
  async run<T>(body: () => Promise<T>): Promise<T> {
    const { state } = this;
    if (state === 'Open' || (state === 'HalfOpen' && this.#isTrying))
      throw new Busy('It failed too often lately; it is tried again by itself.');
    this.#isTrying = state === 'HalfOpen';
    try {
      const result = await body();
      this.#close();
      return result;
    } catch (error) {
      this.#failed(state);
      throw error;
    }
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
