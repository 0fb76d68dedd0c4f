/*
 * One case as the rules see it: a finding under a policy, or a person's request, with the history that counts.
 */
import type { LadderStep, MemoryCleanup, MemoryFinding, MemoryPolicy, PolicyAction, Target } from '#api';
import { leastMode, type ModeLevel } from '#contracts/mode';
import type { ByHandInput, CleanupDecision, DecisionInput, Limits, Situation } from './decision.js';
import { createdAtMs, isSameTarget } from './target.js';

export const HOUR_MS = 3_600_000;

/** What only a case under a policy has. */
export interface Ruled {
  readonly policy: MemoryPolicy;
  readonly finding: MemoryFinding;
  /** Null: no entry lists the detector. */
  readonly action: PolicyAction | null;
  readonly installation: Limits | null;
}

export interface Case {
  readonly situation: Situation;
  readonly target: Target;
  readonly ladder: readonly LadderStep[];
  /** Null: asked for by a person. */
  readonly ruled: Ruled | null;
  /** Levels that last, the policy's own with them. */
  readonly lasting: readonly ModeLevel[];
  /** Levels that pass: they make an act wait, not go away. */
  readonly passing: readonly ModeLevel[];
  /** Of this target. */
  readonly history: readonly MemoryCleanup[];
  /** Of the last hour in this case's mode; a creation in the future (the clock went back) is in it. */
  readonly hour: readonly Dated[];
}

export interface Dated {
  readonly cleanup: MemoryCleanup;
  readonly createdAtMs: number;
}

/** Null: does not apply. */
export type Rule = (each: Case) => CleanupDecision | null;

const PASSING: ReadonlySet<ModeLevel['level']> = new Set(['queue', 'store', 'pause', 'breaker', 'leader']);

export function caseOf(input: DecisionInput): Case {
  const { policy, finding, installation } = input;
  const action =
    policy.spec.actions.find(({ detectors }) => detectors.includes(finding.spec.detector)) ?? null;
  const levels = [...input.levels, policyLevel(policy)];
  const ruled = { policy, finding, action, installation };
  return { ...common(input, levels, finding.spec.target), ladder: action?.ladder ?? [], ruled };
}

export function caseByHand(input: ByHandInput): Case {
  return { ...common(input, input.levels, input.target), ladder: input.ladder, ruled: null };
}

export function modeOf({ lasting }: Pick<Case, 'lasting'>): 'Observe' | 'DryRun' | 'Enforce' {
  return leastMode(lasting.map(({ mode }) => mode));
}

function common(
  situation: Situation,
  levels: readonly ModeLevel[],
  target: Target,
): Omit<Case, 'ladder' | 'ruled'> {
  const lasting = levels.filter(({ level }) => !PASSING.has(level));
  return {
    situation,
    target,
    lasting,
    hour: lastHour(situation, modeOf({ lasting })),
    passing: levels.filter(({ level }) => PASSING.has(level)),
    history: situation.cleanups.filter(({ spec }) => isSameTarget(spec.target, target)),
  };
}

function lastHour({ cleanups, nowMs }: Situation, mode: string): readonly Dated[] {
  const found: Dated[] = [];
  for (const cleanup of cleanups) {
    if (cleanup.spec.mode !== mode) continue;
    const each = { cleanup, createdAtMs: createdAtMs(cleanup, nowMs) };
    if (nowMs - each.createdAtMs < HOUR_MS) found.push(each);
  }
  return found;
}

function policyLevel({ metadata, spec }: MemoryPolicy): ModeLevel {
  if (spec.paused) return { level: 'policy', mode: 'Observe', reason: `policy ${metadata.name} is paused` };
  return { level: 'policy', mode: spec.mode, reason: `policy ${metadata.name} says ${spec.mode}` };
}
