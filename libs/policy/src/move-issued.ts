/*
 * An order that is committed as issued: its answer is waited for. It is sent again with the same id until the node's
 * present session has it; what nobody says until the deadline is Unknown.
 */
import { rfc3339, type CleanupStep, type MemoryCleanup } from '#api';
import type { OrderAnswer, UnknownReason } from '#contracts/order';
import type { CleanupFacts, Move } from './move.js';
import { actOf, API_SERVER, clusterActOf, clusterOrder, outgoing } from './outgoing.js';
import { passes } from './refusals.js';
import { isOverdue, waitFor, withStep } from './steps.js';

const MAX_ATTEMPTS = 3;
/** As the CRD bounds it. What agents say is theirs. */
const MAX_MESSAGE = 1024;

export function issuedMove(cleanup: MemoryCleanup, step: CleanupStep, facts: CleanupFacts): Move {
  const { answer, ledger } = facts;
  if (answer !== null) return commitAnswer(cleanup, step, answer);
  if (ledger !== null && ledger.bootId !== cleanup.spec.target.bootID)
    return giveUp(cleanup, step, 'TargetGone', 'The node was started anew before it answered.');
  if (isOverdue(cleanup, facts))
    return giveUp(cleanup, step, 'NoAnswer', 'The node did not answer until the deadline.');
  return sendAgain(cleanup, step, facts) ?? waitFor(cleanup, 'Answer', 'The node has not answered yet.');
}

function commitAnswer(cleanup: MemoryCleanup, step: CleanupStep, answer: OrderAnswer): Move {
  const { outcome, orderId } = answer;
  const answered = answeredStep(step, answer);
  const reason = outcome.kind === 'Executed' ? '' : `/${outcome.reason}`;
  return {
    kind: 'CommitAnswer',
    next: withStep(cleanup, answered),
    step: step.index,
    acknowledge: orderId,
    message: `${outcome.kind}${reason}: ${outcome.detail}`,
  };
}

function answeredStep(step: CleanupStep, { outcome, atMs }: OrderAnswer): CleanupStep {
  const message = outcome.detail.slice(0, MAX_MESSAGE);
  switch (outcome.kind) {
    case 'Executed':
      return { ...step, state: 'Executed', executedAt: rfc3339(atMs), message };
    case 'Unknown':
      return { ...step, state: 'Unknown', outcome: 'Unknown', reason: outcome.reason, message };
    case 'Refused': {
      const { reason } = outcome;
      const attempt = step.attempt ?? 1;
      return passes(reason) && attempt < MAX_ATTEMPTS
        ? again(step, attempt + 1, { reason, message })
        : { ...step, state: 'Refused', outcome: 'Refused', reason, message };
    }
  }
}

/** Nothing was sent, for certain: a new attempt has a new id. */
function again(
  { index, type, issuedAt }: CleanupStep,
  attempt: number,
  why: { readonly reason: string; readonly message: string },
): CleanupStep {
  return { index, type, state: 'Pending', attempt, ...(issuedAt !== undefined && { issuedAt }), ...why };
}

function giveUp(cleanup: MemoryCleanup, step: CleanupStep, reason: UnknownReason, message: string): Move {
  const next = withStep(cleanup, { ...step, state: 'Unknown', outcome: 'Unknown', reason, message });
  return { kind: 'GiveUp', next, step: step.index, message };
}

/** It may have been delivered or not: nothing is sent where a first order would not be either. */
function sendAgain(cleanup: MemoryCleanup, step: CleanupStep, facts: CleanupFacts): Move | null {
  const { off, forbidden, veto, sentOrderId } = facts;
  const isSent = sentOrderId === step.orderID;
  const mayAct = off === null && forbidden === null && cleanup.spec.cancelled !== true;
  const isTaken = veto !== null && veto.journalId !== null && veto.mode === 'Enforce';
  if (isSent || !mayAct || !isTaken) return null;
  const ofCluster = step.journalID === API_SERVER ? clusterActOf(cleanup, step.index) : null;
  if (ofCluster !== null) return { kind: 'SendAgain', order: clusterOrder(cleanup, step, ofCluster, false) };
  const act = actOf(cleanup, step.index);
  if (act === null || step.journalID === undefined) return null;
  const sending = { journalId: step.journalID, isFirstDelivery: false };
  return { kind: 'SendAgain', order: outgoing(cleanup, step, act, sending) };
}
