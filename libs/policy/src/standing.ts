/*
 * Whether a cleanup that was decided earlier may still send orders: its policy may have been edited, removed or paused
 * since, and its target protected.
 */
import type { MemoryCleanup, MemoryPolicy } from '#api';
import { leastMode, type Mode } from '#contracts/mode';
import type { RefusalReason } from '#contracts/order';
import type { Owner } from './decision.js';
import { protectionOf } from './protection.js';
import { createdAtMs } from './target.js';

export interface Standing {
  readonly cleanup: MemoryCleanup;
  /** Of the cleanup's policyRef.name as it is in force now; null: removed, or asked for by hand. */
  readonly policy: MemoryPolicy | null;
  /** Least of the levels that last (installation, namespace, node, agent). */
  readonly mode: Mode;
  readonly owner: Owner;
  readonly nowMs: number;
}

export interface Forbidden {
  readonly reason: RefusalReason;
  readonly message: string;
}

/** For `CleanupFacts.forbidden`: UnknownPolicy (edited or removed), NotEnforced, Protected; null: orders may be sent. */
export function standing({ cleanup, policy, mode, owner, nowMs }: Standing): Forbidden | null {
  if (!isInForce(cleanup, policy))
    return { reason: 'UnknownPolicy', message: 'The policy was edited or removed since this was decided.' };
  const own = policy === null ? 'Enforce' : policy.spec.paused ? 'Observe' : policy.spec.mode;
  // One that only says what would be done is created closed; it never acts, whatever made it open.
  const least = leastMode([mode, own, cleanup.spec.mode]);
  if (least !== 'Enforce')
    return { reason: 'NotEnforced', message: `The mode is ${least} by now: nothing may be sent.` };
  const protection = policy?.spec.protection ?? null;
  const refusal = protectionOf({ owner, protection, sinceMs: createdAtMs(cleanup, nowMs), nowMs });
  return refusal === null ? null : { reason: 'Protected', message: refusal.message };
}

function isInForce({ spec: { policyRef } }: MemoryCleanup, policy: MemoryPolicy | null): boolean {
  if (policyRef === undefined) return true;
  if (policy === null) return false;
  const { name, uid, generation } = policy.metadata;
  return policyRef.uid === (uid ?? name) && policyRef.generation === (generation ?? 1);
}
