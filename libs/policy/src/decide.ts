/*
 * Decisions by rules. Placeholder of the signatures; see README.md.
 */
import type { MemoryCleanup, MemoryPolicy, Target } from '#api';
import type { OpenBreaker } from '#contracts/cleanup';
import { BrokenInvariant } from '#contracts/errors';
import type { RefusalReason } from '#contracts/order';
import type { ByHandInput, CleanupDecision, DecisionInput, Limits, Owner } from './decision.js';
import type { OwnerFacts } from './labels.js';

/** The first rule that applies decides; none: Act, or WouldAct in DryRun. */
export function decide(_input: DecisionInput): CleanupDecision {
  throw new BrokenInvariant('decide is not written yet.');
}

/** A person's request: the rules that protect owner and machine hold for it too, budgets, windows and cooldown do not. */
export function decideByHand(_input: ByHandInput): CleanupDecision {
  throw new BrokenInvariant('decideByHand is not written yet.');
}

/** Non-null: opens now. On nodes touched in the last hour above maxNodes or maxNodesPercent, and on 3 Unknown outcomes in it. */
export function breakerAfter(
  _cleanups: readonly MemoryCleanup[],
  _limits: Limits,
  _nodes: number,
  _nowMs: number,
): OpenBreaker | null {
  throw new BrokenInvariant('breakerAfter is not written yet.');
}

/** Equal for every cleanup and finding of one target: one incarnation on one boot. */
export function targetKey(_target: Target): string {
  throw new BrokenInvariant('targetKey is not written yet.');
}

/** Pod labels and annotations over those of its namespace. */
export function ownerOf(_target: Target, _owners: OwnerFacts): Owner {
  throw new BrokenInvariant('ownerOf is not written yet.');
}

export interface Standing {
  readonly cleanup: MemoryCleanup;
  /** Of the cleanup's policyRef.name as it is in force now; null: removed, or asked for by hand. */
  readonly policy: MemoryPolicy | null;
  /** Least of the levels that last (installation, namespace, node). */
  readonly mode: 'Observe' | 'DryRun' | 'Enforce';
  readonly owner: Owner;
  readonly nowMs: number;
}

/** For `CleanupFacts.forbidden`: UnknownPolicy (edited or removed), NotEnforced, Protected; null: orders may be sent. */
export function standing(
  _input: Standing,
): { readonly reason: RefusalReason; readonly message: string } | null {
  throw new BrokenInvariant('standing is not written yet.');
}

/** For `CleanupFacts.opensAtMs`: `nowMs` while a window is open or there are none; Infinity: never again. */
export function opensAt(_windows: MemoryPolicy['spec']['windows'], _nowMs: number): number {
  throw new BrokenInvariant('opensAt is not written yet.');
}
