/*
 * Cleanups: drafted, moved on, measured. Placeholder of the signatures; see README.md.
 */
import type { LadderStep, Measurement, MemoryCleanup, MemoryFinding, MemoryPolicy, Target } from '#api';
import type { NodeLedger } from '#contracts/ledger';
import { BrokenInvariant } from '#contracts/errors';
import type { RefusalReason } from '#contracts/order';
import type { CleanupDecision, Plan } from './decision.js';
import type { CleanupFacts, Move } from './move.js';

export interface DraftInput {
  readonly policy: MemoryPolicy;
  readonly finding: MemoryFinding;
  readonly decision: Extract<CleanupDecision, { readonly kind: 'Act' | 'WouldAct' }>;
  readonly nowMs: number;
}

/** Name `<finding>-<n>`, n = finding.status.cleanups + 1. A DryRun is drafted closed. No uid yet: the store gives it. */
export function draftCleanup(_input: DraftInput): MemoryCleanup {
  throw new BrokenInvariant('draftCleanup is not written yet.');
}

export interface ByHandDraft extends Plan {
  readonly target: Target;
  readonly by: string;
  readonly reason?: string;
  readonly nowMs: number;
}

/** Name `by-hand-<hash of target and time>`. */
export function draftByHand(_input: ByHandDraft): MemoryCleanup {
  throw new BrokenInvariant('draftByHand is not written yet.');
}

/** docs/reference/state.md: the one thing to do next. Ask again after it is done, with the committed object. */
export function nextMove(_cleanup: MemoryCleanup, _facts: CleanupFacts): Move {
  throw new BrokenInvariant('nextMove is not written yet.');
}

/** The target cannot take this kind of step: the next of the ladder may be tried. */
export function escalates(_reason: RefusalReason): boolean {
  throw new BrokenInvariant('escalates is not written yet.');
}

/** Null: nobody can say now. TargetGone: the node's ledger is of another boot, or complete and without it. */
export function measure(_ledger: NodeLedger, _target: Target): Measurement | 'TargetGone' | null {
  throw new BrokenInvariant('measure is not written yet.');
}

export function verdictOf(
  _before: Measurement,
  _after: Measurement,
  _minFreed: LadderStep['minFreed'],
): 'Freed' | 'Ineffective' | 'Unknown' {
  throw new BrokenInvariant('verdictOf is not written yet.');
}
