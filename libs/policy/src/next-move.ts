/*
 * The one thing to do next about a cleanup: docs/reference/state.md as a function of the committed object and of what
 * is known now. What always holds:
 *   no order leaves that is not committed as Issued, and one step and attempt has one id;
 *   after Unknown nothing is issued; while acts are off nothing is sent;
 *   a Wait ends at the deadline at the latest, and at the deadline every state has a move that is no Wait.
 */
import type { CleanupStep, MemoryCleanup } from '#api';
import { closedAs, closingOf, currentStep } from './closing.js';
import { issuedMove } from './move-issued.js';
import { pendingMove } from './move-pending.js';
import { verifyMove } from './move-verify.js';
import type { CleanupFacts, Move } from './move.js';
import { isOpen } from './target.js';

/** Ask again after it is done, with the committed object. */
export function nextMove(cleanup: MemoryCleanup, facts: CleanupFacts): Move {
  const step = isOpen(cleanup) ? currentStep(cleanup) : null;
  const { answer } = facts;
  if (answer !== null && !isAnswered(step, answer.orderId))
    return { kind: 'Acknowledge', orderId: answer.orderId };
  if (!isOpen(cleanup)) return { kind: 'Done' };
  const closing = closingOf(cleanup);
  if (closing !== null) {
    const next = closedAs(cleanup, closing.reason, closing.message, facts.nowMs);
    return { kind: 'Close', next, ...closing };
  }
  return step === null ? { kind: 'Done' } : moveOf(cleanup, step, facts);
}

function moveOf(cleanup: MemoryCleanup, step: CleanupStep, facts: CleanupFacts): Move {
  if (step.state === 'Issued') return issuedMove(cleanup, step, facts);
  if (step.state === 'Executed') return verifyMove(cleanup, step, facts);
  return pendingMove(cleanup, step, facts);
}

/** Anything else was committed before, or is of an attempt that is over. */
function isAnswered(step: CleanupStep | null, orderId: string): boolean {
  return step?.state === 'Issued' && step.orderID === orderId;
}
