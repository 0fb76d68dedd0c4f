/*
 * What may be done at most. A mode is the least of all levels that speak: what restricts adds up.
 */

/** Observe: nothing is touched. DryRun: says what it would have done. Enforce: acts. */
export type Mode = 'Observe' | 'DryRun' | 'Enforce';

const ORDER: readonly Mode[] = ['Observe', 'DryRun', 'Enforce'];

/** Enforce for no modes at all: nobody restricts. */
export function leastMode(modes: Iterable<Mode>): Mode {
  let least = ORDER.length - 1;
  for (const mode of modes) least = Math.min(least, ORDER.indexOf(mode));
  return ORDER[least] ?? 'Observe';
}

/** One voice in what may happen, and why it says so; for the page and the CLI. */
export interface ModeLevel {
  readonly level:
    | 'installation'
    | 'policy'
    | 'namespace'
    | 'node'
    | 'agent'
    | 'queue'
    | 'store'
    | 'pause'
    | 'breaker'
    | 'leader';
  readonly mode: Mode;
  readonly reason: string;
}

/** Who stopped all acts, when and why. */
export interface Pause {
  readonly by: string;
  readonly atMs: number;
  readonly reason: string;
}
