/*
 * An act that was done: its effect is measured in a ledger of the same node and boot, taken verifyAfterSeconds after it
 * by the node's clock. The controller's clock must agree that so much time has passed since the order was issued, so a
 * node's clock that jumps ahead verifies nothing early. What cannot be measured until the deadline is Unknown.
 */
import { rfc3339, type CleanupStep, type Measurement, type MemoryCleanup } from '#api';
import type { UnknownReason } from '#contracts/order';
import { measure, verdictOf } from './measure.js';
import type { CleanupFacts, Move } from './move.js';
import { isOverdue, waitFor, withStep } from './steps.js';
import { bytesInWords } from './words.js';

export function verifyMove(cleanup: MemoryCleanup, step: CleanupStep, facts: CleanupFacts): Move {
  const after = measuredAfter(cleanup, step, facts);
  // Who was asked to leave has left, and took what it held with it.
  if (after === 'TargetGone' && step.type === 'Evict' && step.before !== undefined)
    return measured(cleanup, step, step.before, gone(facts));
  if (after === 'TargetGone')
    return unknown(cleanup, step, 'TargetGone', 'The target ended before it was measured.');
  if (after !== null && step.before !== undefined) return measured(cleanup, step, step.before, after);
  if (isOverdue(cleanup, facts))
    return unknown(cleanup, step, 'NotMeasured', 'The target was not measured until the deadline.');
  const untilMs = issuedAtMs(step) + delayMs(cleanup, step);
  const isLater = untilMs > facts.nowMs;
  return waitFor(cleanup, 'Verify', 'Its effect is measured later.', isLater ? untilMs : Infinity);
}

function gone({ ledger, nowMs }: CleanupFacts): Measurement {
  return { bytes: 0, quality: 'Measured', takenAt: rfc3339(ledger?.takenAtMs ?? nowMs) };
}

function measuredAfter(
  cleanup: MemoryCleanup,
  step: CleanupStep,
  { ledger, nowMs }: CleanupFacts,
): Measurement | 'TargetGone' | null {
  if (ledger === null) return null;
  const executedAtMs = Date.parse(step.executedAt ?? '');
  const delay = delayMs(cleanup, step);
  const after = measure(ledger, cleanup.spec.target);
  // Whoever has ended does not come back: no need to wait.
  if (after === 'TargetGone') return after;
  const isTime = ledger.takenAtMs >= executedAtMs + delay && nowMs >= issuedAtMs(step) + delay;
  return isTime ? after : null;
}

function measured(cleanup: MemoryCleanup, step: CleanupStep, before: Measurement, after: Measurement): Move {
  const minFreed = cleanup.spec.ladder[step.index]?.minFreed ?? 0;
  const outcome = verdictOf(before, after, minFreed);
  const freed = (before.bytes ?? 0) - (after.bytes ?? 0);
  const message = `${bytesInWords(before.bytes ?? 0)} before, ${bytesInWords(after.bytes ?? 0)} after: ${
    freed < 0 ? `${bytesInWords(-freed)} more` : `${bytesInWords(freed)} freed`
  }, ${minFreed} wanted.`;
  const next = withStep(cleanup, { ...step, state: 'Verified', outcome, after, message });
  const freedBytes = cleanup.status.freedBytes + Math.max(0, freed);
  return {
    kind: 'Verify',
    next: { ...next, status: { ...next.status, freedBytes } },
    step: step.index,
    outcome,
    beforeBytes: before.bytes,
    afterBytes: after.bytes,
    message,
  };
}

function unknown(cleanup: MemoryCleanup, step: CleanupStep, reason: UnknownReason, message: string): Move {
  const next = withStep(cleanup, { ...step, state: 'Verified', outcome: 'Unknown', reason, message });
  const beforeBytes = step.before?.bytes ?? null;
  return {
    kind: 'Verify',
    next,
    step: step.index,
    outcome: 'Unknown',
    beforeBytes,
    afterBytes: null,
    message,
  };
}

function delayMs({ spec }: MemoryCleanup, { index }: CleanupStep): number {
  return (spec.ladder[index]?.verifyAfterSeconds ?? 0) * 1000;
}

function issuedAtMs({ issuedAt }: CleanupStep): number {
  return Date.parse(issuedAt ?? '');
}
