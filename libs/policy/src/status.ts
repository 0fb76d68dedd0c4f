/*
 * What the status of policies says: the mode and who restricts it, and what was done in a day.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicyStatus } from '#api';
import { leastMode, type Mode, type ModeLevel } from '#contracts/mode';
import { completed, createdAtMs } from './target.js';

const DAY_MS = 86_400_000;
/** As many reasons as a policy's status takes: the most frequent ones. */
const MAX_REASONS = 16;

export interface EffectiveMode {
  readonly mode: Mode;
  /** The first that says so; null: nobody restricts. */
  readonly by: ModeLevel | null;
}

export function effectiveMode(levels: readonly ModeLevel[]): EffectiveMode {
  const mode = leastMode(levels.map((level) => level.mode));
  return { mode, by: mode === 'Enforce' ? null : (levels.find((level) => level.mode === mode) ?? null) };
}

export type LastDay = NonNullable<MemoryPolicyStatus['lastDay']>;

interface Tally {
  wouldAct: number;
  acted: number;
  freedBytes: number;
  readonly refused: Map<string, number>;
}

/**
 * Of the last 24 hours by policy name; a policy of which nothing is known is not in it. `acted`: an act was done.
 * `refused`: steps that were, and findings whose newest decision is Refuse.
 */
export function lastDay(
  cleanups: readonly MemoryCleanup[],
  findings: readonly MemoryFinding[],
  nowMs: number,
): ReadonlyMap<string, LastDay> {
  const tallies = new Map<string, Tally>();
  for (const cleanup of cleanups)
    if (cleanup.spec.policyRef !== undefined && nowMs - createdAtMs(cleanup, nowMs) < DAY_MS)
      countCleanup(tallyOf(tallies, cleanup.spec.policyRef.name), cleanup);
  for (const { spec, status } of findings) {
    const { decision } = status;
    if (decision?.kind === 'Refuse' && nowMs - Date.parse(decision.at) < DAY_MS)
      countRefusal(tallyOf(tallies, spec.policyRef.name), decision.reason);
  }
  return new Map([...tallies].map(([name, tally]) => [name, lastDayOf(tally)]));
}

function countCleanup(tally: Tally, cleanup: MemoryCleanup): void {
  const { steps, freedBytes } = cleanup.status;
  if (completed(cleanup)?.reason === 'DryRun') tally.wouldAct += 1;
  if (steps.some(({ state }) => state === 'Executed' || state === 'Verified')) tally.acted += 1;
  tally.freedBytes += freedBytes;
  for (const { outcome, reason } of steps)
    if (outcome === 'Refused') countRefusal(tally, reason ?? 'Refused');
}

function countRefusal(tally: Tally, reason: string): void {
  tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + 1);
}

function tallyOf(tallies: Map<string, Tally>, policy: string): Tally {
  const known = tallies.get(policy);
  if (known !== undefined) return known;
  const fresh: Tally = { wouldAct: 0, acted: 0, freedBytes: 0, refused: new Map() };
  tallies.set(policy, fresh);
  return fresh;
}

function lastDayOf({ wouldAct, acted, freedBytes, refused }: Tally): LastDay {
  const reasons = [...refused].map(([reason, count]) => ({ reason, count }));
  reasons.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  return { wouldAct, acted, freedBytes, refused: reasons.slice(0, MAX_REASONS) };
}
