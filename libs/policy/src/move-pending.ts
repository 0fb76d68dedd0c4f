/*
 * A step that was never issued, or was refused for a reason that passes: whatever forbids it closes the cleanup,
 * whatever hinders it makes it wait, else it is issued.
 */
import { rfc3339, type CleanupStep, type Measurement, type MemoryCleanup } from '#api';
import type { Act } from '#contracts/order';
import { closedAs } from './closing.js';
import { measure } from './measure.js';
import type { CleanupFacts, ClusterAct, CompletedReason, Move } from './move.js';
import { actOf, API_SERVER, clusterActOf, clusterOrder, outgoing, stepOrderId } from './outgoing.js';
import { isOverdue, waitFor, withStep } from './steps.js';
import { sentence } from './words.js';

/** Doubled with each attempt. Agents allow six acts a minute. */
const BACK_OFF_MS = 10_000;
const NOT_READY_MS = 500;
const UNDER_WAY_MS = 5000;

export function pendingMove(cleanup: MemoryCleanup, step: CleanupStep, facts: CleanupFacts): Move {
  return (
    ended(cleanup, facts) ??
    refused(cleanup, step, facts) ??
    hindered(cleanup, step, facts) ??
    issue(cleanup, step, facts)
  );
}

function ended(cleanup: MemoryCleanup, facts: CleanupFacts): Move | null {
  // As a person may write it: nothing is done, and that is said.
  if (cleanup.spec.mode === 'DryRun')
    return close(cleanup, facts, 'DryRun', 'It would be done; in DryRun it is only said.');
  if (cleanup.spec.cancelled === true) return close(cleanup, facts, 'Cancelled', 'It was cancelled.');
  if (isOverdue(cleanup, facts))
    return close(cleanup, facts, 'Expired', 'Its time was over before it could act.');
  if (!facts.isWanted) return close(cleanup, facts, 'Cancelled', 'The finding that it was made for is over.');
  const isGone = facts.ledger !== null && measure(facts.ledger, cleanup.spec.target) === 'TargetGone';
  return isGone ? close(cleanup, facts, 'TargetGone', 'The target has ended.') : null;
}

function close(cleanup: MemoryCleanup, facts: CleanupFacts, reason: CompletedReason, message: string): Move {
  return { kind: 'Close', next: closedAs(cleanup, reason, message, facts.nowMs), reason, message };
}

function refused(cleanup: MemoryCleanup, step: CleanupStep, { forbidden, place }: CleanupFacts): Move | null {
  const unsupported =
    doableBy(cleanup, step.index, place) === null
      ? ({ reason: 'Unsupported', message: `This version cannot do step ${step.type}.` } as const)
      : null;
  const refusal = forbidden ?? unsupported;
  if (refusal === null) return null;
  const next = withStep(cleanup, { ...step, state: 'Refused', outcome: 'Refused', ...refusal });
  return { kind: 'RefuseStep', next, step: step.index, message: refusal.message };
}

type Doable =
  { readonly by: 'Agent'; readonly act: Act } | { readonly by: 'Cluster'; readonly act: ClusterAct };

/** Null: nobody here can do it. */
function doableBy(cleanup: MemoryCleanup, index: number, place: CleanupFacts['place']): Doable | null {
  const act = actOf(cleanup, index);
  if (act !== null) return { by: 'Agent', act };
  const ofCluster = place === 'Cluster' ? clusterActOf(cleanup, index) : null;
  return ofCluster === null ? null : { by: 'Cluster', act: ofCluster };
}

function hindered(cleanup: MemoryCleanup, step: CleanupStep, facts: CleanupFacts): Move | null {
  const { off, veto, nowMs, opensAtMs } = facts;
  const notBeforeMs = Date.parse(cleanup.spec.notBefore ?? '');
  if (nowMs < notBeforeMs) return waitFor(cleanup, 'NotBefore', 'Not before its time.', notBeforeMs);
  if (off !== null) return waitFor(cleanup, 'ActsOff', sentence(`Acts are off: ${off.reason}`));
  if (nowMs < opensAtMs)
    return waitFor(cleanup, 'OutsideWindow', 'No window of the policy is open.', opensAtMs);
  const againMs = nextAttemptMs(step, nowMs);
  if (nowMs < againMs)
    return waitFor(cleanup, 'BackOff', `Refused (${step.reason ?? ''}): tried again.`, againMs);
  if (veto === null) return waitFor(cleanup, 'NotConnected', 'The node is not connected.');
  if (veto.journalId === null || veto.mode !== 'Enforce')
    return waitFor(cleanup, 'ActsOff', sentence(`The agent takes no orders: ${veto.reason}`));
  // However two came to be: the second would be measured as what the first did.
  if (facts.underWay !== null)
    return waitFor(
      cleanup,
      'UnderWay',
      `Cleanup ${facts.underWay} of it is under way.`,
      nowMs + UNDER_WAY_MS,
    );
  // Or it would stand as Issued without having left. Nobody says when it is.
  if (!facts.isReady)
    return waitFor(
      cleanup,
      'NotConnected',
      'The session of the node takes no order yet.',
      nowMs + NOT_READY_MS,
    );
  return null;
}

function issue(cleanup: MemoryCleanup, step: CleanupStep, facts: CleanupFacts): Move {
  const { ledger, veto, place } = facts;
  const doable = doableBy(cleanup, step.index, place);
  const journalId = veto?.journalId ?? null;
  const before = ledger === null ? null : measure(ledger, cleanup.spec.target);
  if (doable === null || journalId === null || before === null || before === 'TargetGone')
    return waitFor(cleanup, 'NotMeasured', 'The target was not measured yet.');
  return issueMove(cleanup, step, { doable, journalId, before, nowMs: facts.nowMs });
}

interface Issuing {
  readonly doable: Doable;
  readonly journalId: string;
  readonly before: Measurement;
  readonly nowMs: number;
}

function issueMove(
  cleanup: MemoryCleanup,
  step: CleanupStep,
  { doable, journalId, before, nowMs }: Issuing,
): Move {
  const attempt = step.attempt ?? 1;
  const issued: CleanupStep = {
    index: step.index,
    type: step.type,
    state: 'Issued',
    attempt,
    orderID: stepOrderId(cleanup, step),
    journalID: doable.by === 'Agent' ? journalId : API_SERVER,
    issuedAt: rfc3339(nowMs),
    before,
  };
  const order =
    doable.by === 'Agent'
      ? outgoing(cleanup, issued, doable.act, { journalId, isFirstDelivery: true })
      : clusterOrder(cleanup, issued, doable.act, true);
  const message = `Order ${order.id}, attempt ${attempt}.`;
  return { kind: 'Issue', next: withStep(cleanup, issued), order, message };
}

/** A clock that went back must not make it wait longer than the back-off. */
function nextAttemptMs({ attempt = 1, issuedAt }: CleanupStep, nowMs: number): number {
  if (attempt === 1 || issuedAt === undefined) return 0;
  return Math.min(Date.parse(issuedAt), nowMs) + BACK_OFF_MS * 2 ** (attempt - 2);
}
