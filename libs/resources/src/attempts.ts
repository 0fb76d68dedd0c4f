/*
 * How often something was tried and failed, and after what pause it is tried again. Bounded: what failed longest ago is
 * forgotten first.
 */
import { recoveryOf, type Recovery } from './errors.js';

export interface AttemptsOptions {
  /** The pause after the first failure; it doubles with each. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Then it is given up. */
  readonly most: number;
  /** Keys that are remembered. */
  readonly capacity: number;
}

/** What to do after a failure; `afterMs` for what is tried or asked for again. */
export interface NextAttempt {
  readonly recovery: Recovery;
  readonly afterMs: number;
}

export class Attempts {
  /** How often, one after another. */
  readonly #failed = new Map<string, number>();

  constructor(private readonly options: AttemptsOptions) {}

  get size(): number {
    return this.#failed.size;
  }

  succeeded(key: string): void {
    this.#failed.delete(key);
  }

  failed(key: string, error: unknown): NextAttempt {
    const { firstPauseMs, longestPauseMs, most, capacity } = this.options;
    const count = (this.#failed.get(key) ?? 0) + 1;
    const wanted = recoveryOf(error);
    const passes = wanted === 'retryLater' || wanted === 'askAgain';
    if (!passes || count >= most) {
      this.#failed.delete(key);
      return { recovery: passes ? 'giveUp' : wanted, afterMs: 0 };
    }
    const afterMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1));
    this.#failed.delete(key);
    this.#failed.set(key, count);
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > capacity && oldest !== undefined) this.#failed.delete(oldest);
    return { recovery: wanted, afterMs };
  }
}
