/*
 * Sends the signal, right after a last look. Between the two is one system call of this thread: the kernel has no way
 * to send only to who catches. docs/reference/safety.md says what that leaves.
 */
import { NotFound } from '#contracts/errors';
import type { OrderOutcome } from '#contracts/order';
import { NotPermitted, Vetoed } from './process-handle.js';
import { printable, refusalByStatus, signalNumber, type Refusal } from './signal-rules.js';
import { lastLook, type Subject } from './subject.js';

export async function notifyBySignal(subject: Subject, signal: string): Promise<OrderOutcome> {
  const { handle, facts } = subject;
  const number = signalNumber(signal);
  const refusal = refusalNow(subject, signal);
  if (refusal !== null || number === null)
    return { kind: 'Refused', ...(refusal ?? { reason: 'Unsupported', detail: 'No such signal.' }) };
  try {
    await handle.signal(number);
  } catch (error) {
    return notSent(error);
  }
  return {
    kind: 'Executed',
    detail: `${signal} was sent to process ${facts.pid} (${printable(facts.comm)}).`,
  };
}

function refusalNow(subject: Subject, signal: string): Refusal | null {
  const seen = lastLook(subject);
  return 'reason' in seen ? seen : refusalByStatus(seen, signal);
}

/** @throws what is neither of the two: then nobody knows */
function notSent(error: unknown): OrderOutcome {
  if (error instanceof NotFound)
    return { kind: 'Refused', reason: 'TargetGone', detail: 'The process ended before the signal was sent.' };
  if (error instanceof Vetoed) return { kind: 'Refused', reason: error.reason, detail: error.message };
  if (error instanceof NotPermitted)
    return {
      kind: 'Refused',
      reason: 'NotPermitted',
      detail: `${error.message} Run the agent as root, or with CAP_KILL.`,
    };
  throw error;
}
