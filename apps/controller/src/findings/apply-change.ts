/*
 * A change of a finding, as the object that is to be committed. Pure. docs/reference/state.md has the transitions.
 */
import { conditionOf, isConditionTrue, rfc3339, withCondition } from '#api';
import type { Condition, Evidence, MemoryCleanup, MemoryFinding, MemoryFindingStatus } from '#api';
import { placeOf, type FindingChange, type Observation } from '#policy';
import { keyOf } from '#contracts/store';

export type Write =
  | { readonly kind: 'Create'; readonly object: MemoryFinding }
  | { readonly kind: 'Update'; readonly object: MemoryFinding }
  | { readonly kind: 'Delete'; readonly key: string }
  /** It says so already, or is not there to be changed. */
  | { readonly kind: 'None' };

export type ClosingWrite = Extract<Write, { readonly kind: 'Update' | 'Delete' }>;

export interface Known {
  /** The object as it is committed; null: there is none. */
  readonly finding: MemoryFinding | null;
  /** Those that were made for it and are still kept. */
  readonly cleanups: readonly MemoryCleanup[];
  readonly nowMs: number;
  /** Its namespace; null where there are none. */
  readonly installation: string | null;
}

const NONE: Write = { kind: 'None' };
const MOST_EVIDENCE = 10;

export function applyChange(change: FindingChange, known: Known): Write {
  if (change.kind === 'Suspect') return suspect(change, known);
  const { finding } = known;
  return finding === null || isClosed(finding) ? NONE : applyToOpen(change, finding, known);
}

function applyToOpen(
  change: Exclude<FindingChange, { readonly kind: 'Suspect' }>,
  finding: MemoryFinding,
  { cleanups, nowMs }: Known,
): Write {
  const { status } = finding;
  switch (change.kind) {
    case 'Confirm': {
      const confirmed = condition('Confirmed', 'AboveMark', change.evidence);
      const conditions = withCondition(status.conditions, confirmed, nowMs);
      return update(finding, { ...seen(status, change.observation, change.evidence), conditions });
    }
    case 'Seen':
      return update(finding, seen(status, change.observation, []));
    case 'Clear':
      return end(finding, {
        status: seen(status, change.observation, change.evidence),
        reason: isFreed(cleanups, change.observation.bytes) ? 'Freed' : 'Cleared',
        message: change.evidence[0]?.message ?? 'Below the clear mark.',
        nowMs,
      });
    case 'Gone':
    case 'Supersede': {
      const reason = change.kind === 'Gone' ? 'TargetGone' : 'Superseded';
      return end(finding, { status, reason, message: change.message, nowMs });
    }
  }
}

export function isConfirmed({ status }: MemoryFinding): boolean {
  return isConditionTrue(status.conditions, 'Confirmed');
}

export function isClosed({ status }: MemoryFinding): boolean {
  return isConditionTrue(status.conditions, 'Closed');
}

export function findingState({ status }: MemoryFinding): 'Suspected' | 'Confirmed' | 'Closed' {
  if (isConditionTrue(status.conditions, 'Closed')) return 'Closed';
  return isConditionTrue(status.conditions, 'Confirmed') ? 'Confirmed' : 'Suspected';
}

function suspect(change: FindingChange & { readonly kind: 'Suspect' }, known: Known): Write {
  const { finding, observation, evidence } = change;
  const old = known.finding;
  if (old !== null && !isClosed(old)) return NONE;
  const { name, type, class: findingClass, detector, policyRef, target } = finding;
  const suspected = condition('Suspected', 'AboveMark', evidence);
  const status: MemoryFindingStatus = {
    firstSeen: rfc3339(change.firstSeenMs),
    ...numbers(observation),
    evidence: evidence.slice(0, MOST_EVIDENCE),
    cleanups: old?.status.cleanups ?? 0,
    ...(old?.status.cleanupRef === undefined ? {} : { cleanupRef: old.status.cleanupRef }),
    conditions: withCondition(reopened(old, known.nowMs), suspected, known.nowMs),
  };
  if (old !== null) return { kind: 'Update', object: { ...old, status } };
  return {
    kind: 'Create',
    object: {
      apiVersion: 'memwarden.dev/v1alpha1',
      kind: 'MemoryFinding',
      metadata: placeOf(name, target, known.installation),
      spec: { type, class: findingClass, detector, policyRef, target },
      status,
    },
  };
}

/** The conditions of a closed finding whose target is above the mark again. */
function reopened(old: MemoryFinding | null, nowMs: number): readonly Condition[] {
  let conditions = old?.status.conditions ?? [];
  for (const type of ['Closed', 'Confirmed'])
    if (conditionOf(conditions, type) !== undefined)
      conditions = withCondition(
        conditions,
        { type, status: 'False', reason: 'AboveMarkAgain', message: 'The target is above the mark again.' },
        nowMs,
      );
  return conditions;
}

interface Closing {
  readonly status: MemoryFindingStatus;
  readonly reason: 'Freed' | 'Cleared' | 'TargetGone' | 'Superseded' | 'Expired' | 'Inconsistent';
  readonly message: string;
  readonly nowMs: number;
}

/** What was never confirmed leaves nothing behind. */
export function end(finding: MemoryFinding, { status, reason, message, nowMs }: Closing): ClosingWrite {
  if (!isConfirmed(finding)) return { kind: 'Delete', key: keyOf(finding.metadata) };
  const closed = { type: 'Closed', status: 'True', reason, message } as const;
  return update(finding, { ...status, conditions: withCondition(status.conditions, closed, nowMs) });
}

/**
 * What a cleanup measured, or is about to: its target was asked and holds less than before. The answer may still be on its
 * way; the cleanup itself says in the end what is certain.
 */
function isFreed(cleanups: readonly MemoryCleanup[], bytesNow: number): boolean {
  return cleanups.some(
    ({ status }) =>
      status.freedBytes > 0 ||
      status.steps.some(
        ({ state, before }) =>
          (state === 'Issued' || state === 'Executed') && (before?.bytes ?? 0) > bytesNow,
      ),
  );
}

function seen(
  status: MemoryFindingStatus,
  observation: Observation,
  evidence: readonly Evidence[],
): MemoryFindingStatus {
  const { limitBytes: _limit, percent: _percent, ...rest } = status;
  return {
    ...rest,
    ...numbers(observation),
    evidence: [...status.evidence, ...evidence].slice(-MOST_EVIDENCE),
  };
}

function numbers({
  takenAtMs,
  bytes,
  quality,
  limitBytes,
  percent,
}: Observation): Pick<MemoryFindingStatus, 'lastSeen' | 'bytes' | 'quality' | 'limitBytes' | 'percent'> {
  return {
    lastSeen: rfc3339(takenAtMs),
    bytes,
    quality,
    percent,
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

function condition(
  type: string,
  reason: string,
  evidence: readonly Evidence[],
): { type: string; status: 'True'; reason: string; message: string } {
  return { type, status: 'True', reason, message: evidence[0]?.message ?? '' };
}

function update(finding: MemoryFinding, status: MemoryFindingStatus): ClosingWrite & { kind: 'Update' } {
  return { kind: 'Update', object: { ...finding, status } };
}
