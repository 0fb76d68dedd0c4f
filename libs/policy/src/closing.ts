/*
 * How a cleanup closes, and what is written into it. Closed is for ever: nothing is ever done about it again.
 */
import { withCondition, type CleanupStep, type MemoryCleanup } from '#api';
import type { CompletedReason } from './move.js';
import { classOf, escalates } from './refusals.js';

export function closedAs(
  cleanup: MemoryCleanup,
  reason: CompletedReason,
  message: string,
  nowMs: number,
): MemoryCleanup {
  const condition = { type: 'Completed', status: 'True', reason, message } as const;
  const conditions = withCondition(cleanup.status.conditions, condition, nowMs);
  return { ...cleanup, status: { ...cleanup.status, conditions } };
}

export interface Closing {
  readonly reason: CompletedReason;
  readonly message: string;
}

/** The first that nothing final is known of; null: every step is done. */
export function currentStep({ status }: MemoryCleanup): CleanupStep | null {
  return (
    status.steps.find(({ state }) => state === 'Pending' || state === 'Issued' || state === 'Executed') ??
    null
  );
}

/** What the newest finished step means for the whole; null: go on with the current one. */
export function closingOf(cleanup: MemoryCleanup): Closing | null {
  const current = currentStep(cleanup);
  const done = cleanup.status.steps.slice(0, current?.index ?? cleanup.status.steps.length).at(-1);
  if (done === undefined)
    return current === null ? { reason: 'Refused', message: 'The ladder has no step.' } : null;
  switch (done.outcome) {
    case 'Freed':
      return { reason: 'Freed', message: done.message ?? 'Memory was freed.' };
    case 'Ineffective':
      return current === null
        ? { reason: 'Ineffective', message: done.message ?? 'Too little was freed.' }
        : null;
    case 'Refused':
      return current !== null && escalates(done.reason) ? null : afterRefusal(done);
    case 'Unknown':
    case undefined:
    default:
      return { reason: 'Unknown', message: done.message ?? 'Nobody knows what became of it.' };
  }
}

function afterRefusal({ reason, message = 'It was refused.' }: CleanupStep): Closing {
  if (classOf(reason) === 'Gone') return { reason: 'TargetGone', message };
  if (reason === 'Expired' || reason === 'Cancelled') return { reason, message };
  return { reason: 'Refused', message };
}
