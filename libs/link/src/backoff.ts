/*
 * How long to wait before the next attempt: exponential with full jitter, so that a cluster of agents does not come back
 * all at once (Brooker, "Exponential Backoff And Jitter", 2015).
 */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
  /** From 0 inclusive to 1 exclusive. */
  readonly chance: () => number;
}

/** `attempt` counts from 0. */
export function backoffMs({ baseMs, maxMs, chance }: Backoff, attempt: number): number {
  // 2^30 is far above maxMs; without the bound the power would reach Infinity.
  return chance() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
}
