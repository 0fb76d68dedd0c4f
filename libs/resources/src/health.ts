/*
 * How a program is, from how its parts are: one word, and one number to see whether it gets better or worse. Pure.
 *
 *   score = 100 × (1 − (degraded / 2 + failed) / parts)
 *
 * The word is that of the worst part: one that failed is not made up for by any number of others.
 */
import type { ComponentHealth } from '#contracts/agent';

export interface Health {
  readonly status: ComponentHealth['state'];
  /** The stability score: 0 to 100, whole; 100 only when every part is well. */
  readonly score: number;
}

export function assessHealth(parts: readonly ComponentHealth[]): Health {
  const count = (state: ComponentHealth['state']): number =>
    parts.filter((part) => part.state === state).length;
  const [degraded, failed] = [count('degraded'), count('failed')];
  const lost = parts.length === 0 ? 0 : (degraded / 2 + failed) / parts.length;
  return { status: worst(degraded, failed), score: Math.floor(100 * (1 - lost)) };
}

function worst(degraded: number, failed: number): Health['status'] {
  if (failed > 0) return 'failed';
  return degraded > 0 ? 'degraded' : 'ok';
}
