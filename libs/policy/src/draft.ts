/*
 * Cleanups as they are created. The ladder is copied: an edit of the policy does not change what was decided. The name
 * is that of the finding and a count, so deciding twice is one object.
 */
import {
  cleanupName,
  rfc3339,
  targetKey,
  type LadderStep,
  type MemoryCleanup,
  type MemoryFinding,
  type MemoryPolicy,
  type Target,
} from '#api';
import { closedAs } from './closing.js';
import type { CleanupDecision, Plan } from './decision.js';
import { placeOf } from './place.js';

/** How long a cleanup may wait for its turn, a session, or acts to be on. */
const PATIENCE_MS = 3_600_000;
/** For each step beside verifyAfterSeconds: the order's way, the answer, the next sample. */
const STEP_ALLOWANCE_MS = 120_000;

export interface DraftInput {
  readonly policy: MemoryPolicy;
  readonly finding: MemoryFinding;
  readonly decision: Extract<CleanupDecision, { readonly kind: 'Act' | 'WouldAct' }>;
  readonly nowMs: number;
}

/** Beside the finding: name `<finding>-<n>`, n = finding.status.cleanups + 1. A DryRun is drafted closed. No uid yet: the store gives it. */
export function draftCleanup({ policy, finding, decision, nowMs }: DraftInput): MemoryCleanup {
  const { target, policyRef } = finding.spec;
  const { namespace } = finding.metadata;
  const mode = decision.kind === 'Act' ? 'Enforce' : 'DryRun';
  const draft = openCleanup(decision, nowMs, {
    place: {
      ...(namespace !== undefined && { namespace }),
      name: cleanupName(finding.metadata.name, finding.status.cleanups + 1),
    },
    requestedBy: `policy/${policy.metadata.name}`,
    spec: { target, findingRef: { name: finding.metadata.name }, policyRef, mode },
  });
  return mode === 'Enforce' ? draft : closedAs(draft, 'DryRun', decision.message, nowMs);
}

export interface ByHandDraft extends Plan {
  readonly target: Target;
  readonly mode: 'DryRun' | 'Enforce';
  readonly by: string;
  readonly reason?: string;
  readonly nowMs: number;
  /** Its namespace; null or absent where there are none. */
  readonly installation?: string | null;
}

/** Name `by-hand-<target>-<time>`: the same request within a millisecond is one object. */
export function draftByHand(input: ByHandDraft): MemoryCleanup {
  const { target, mode, by, reason, nowMs, installation } = input;
  const draft = openCleanup(input, nowMs, {
    place: placeOf(
      `by-hand-${targetKey(target).slice(0, 12)}-${nowMs.toString(36)}`,
      target,
      installation ?? null,
    ),
    requestedBy: by,
    spec: { target, mode, ...(reason !== undefined && { reason }) },
  });
  return mode === 'Enforce'
    ? draft
    : closedAs(draft, 'DryRun', 'It would be done; in DryRun it is only said.', nowMs);
}

interface Particulars {
  readonly place: { readonly name: string; readonly namespace?: string };
  readonly requestedBy: string;
  readonly spec: Omit<MemoryCleanup['spec'], 'ladder' | 'queuePriority' | 'deadline'>;
}

function openCleanup({ ladder, queuePriority }: Plan, nowMs: number, own: Particulars): MemoryCleanup {
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryCleanup',
    metadata: { ...own.place, creationTimestamp: rfc3339(nowMs) },
    spec: { ...own.spec, ladder, queuePriority, deadline: rfc3339(nowMs + PATIENCE_MS + durationMs(ladder)) },
    status: {
      steps: ladder.map(({ type }, index) => ({ index, type, state: 'Pending' })),
      freedBytes: 0,
      requestedBy: own.requestedBy,
      conditions: [],
    },
  };
}

function durationMs(ladder: readonly LadderStep[]): number {
  return ladder.reduce((sum, step) => sum + step.verifyAfterSeconds * 1000 + STEP_ALLOWANCE_MS, 0);
}
