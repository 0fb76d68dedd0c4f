/*
 * How well cleaning goes, as one number and one word. Pure.
 *
 *   score = 100 × success × (1 − backlog / 2) × (1 − slowness / 2)
 *
 * success: share of the last cleanups that succeeded, with one success assumed (so that nothing done yet is 1);
 * backlog: how full the queue is, 0 to 1; slowness: how far the mean duration is beyond its goal, 0 at the goal and below,
 * 1 at ten times of it and above, by its logarithm. An open breaker is never better than Failing.
 */
export interface HealthFacts {
  readonly succeeded: number;
  readonly failed: number;
  readonly waiting: number;
  readonly capacity: number;
  readonly meanMs: number;
  readonly goalMs: number;
  readonly isBreakerOpen: boolean;
}

export type HealthState = 'Healthy' | 'Degraded' | 'Failing';

export interface Health {
  /** 0 to 100. */
  readonly score: number;
  readonly state: HealthState;
}

const HEALTHY = 80;
const DEGRADED = 40;

export function assessHealth(facts: HealthFacts): Health {
  const { succeeded, failed, waiting, capacity, meanMs, goalMs } = facts;
  const success = (succeeded + 1) / (succeeded + failed + 1);
  const backlog = capacity > 0 ? clamp(waiting / capacity) : 1;
  const slowness = meanMs > goalMs ? clamp(Math.log10(meanMs / goalMs)) : 0;
  const score = 100 * success * (1 - backlog / 2) * (1 - slowness / 2);
  const most = facts.isBreakerOpen ? DEGRADED - 1 : 100;
  const bounded = Math.min(most, score);
  return { score: bounded, state: stateOf(bounded) };
}

function stateOf(score: number): HealthState {
  if (score >= HEALTHY) return 'Healthy';
  return score >= DEGRADED ? 'Degraded' : 'Failing';
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
