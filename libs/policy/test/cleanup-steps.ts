/*
 * A cleanup named c of uid uid-c at each of its steps, and what an agent may answer.
 */
import { rfc3339, type CleanupStep, type MemoryCleanup } from '#api';
import type { OrderAnswer, OrderOutcome } from '#contracts/order';
import { GIB } from '#contracts/units';
import type { CleanupFacts, Move } from '../src/move.js';
import { nextMove } from '../src/next-move.js';
import { cleanupOf, factsOf, ledgerOf, NOW, processRow, STEP } from './objects.js';

export const ISSUED: CleanupStep = {
  index: 0,
  type: 'Notify',
  state: 'Issued',
  attempt: 1,
  orderID: 'uid-c.0.1',
  journalID: 'journal-1',
  issuedAt: rfc3339(NOW),
  before: { bytes: 95 * GIB, quality: 'Measured', takenAt: rfc3339(NOW) },
};
export const EXECUTED: CleanupStep = { ...ISSUED, state: 'Executed', executedAt: rfc3339(NOW + 1000) };

export function cleanupWith(
  step: Partial<CleanupStep> = {},
  spec: Partial<MemoryCleanup['spec']> = {},
  rest = 0,
): MemoryCleanup {
  const first: CleanupStep = { index: 0, type: 'Notify', state: 'Pending', ...step };
  const others = Array.from({ length: rest }, (_, i): CleanupStep => ({
    index: i + 1,
    type: 'Notify',
    state: 'Pending',
  }));
  const ladder = [first, ...others].map(() => STEP);
  return cleanupOf({
    name: 'c',
    createdAtMs: NOW,
    spec: { ladder, ...spec },
    status: { steps: [first, ...others] },
  });
}
export const answer = (outcome: OrderOutcome, orderId = 'uid-c.0.1'): OrderAnswer => ({
  orderId,
  outcome,
  atMs: NOW + 1000,
});
export const executed: OrderOutcome = { kind: 'Executed', detail: 'SIGUSR2 to pid 7' };
export const refused = (reason: Extract<OrderOutcome, { kind: 'Refused' }>['reason']): OrderOutcome => ({
  kind: 'Refused',
  reason,
  detail: 'no',
});
export const move = (cleanup: MemoryCleanup, facts: Partial<CleanupFacts> = {}): Move =>
  nextMove(cleanup, factsOf(facts));
export const stepOf = (made: Move): CleanupStep | undefined =>
  'next' in made ? made.next.status.steps[0] : undefined;
export const laterLedger = (held: number, atMs: number): CleanupFacts['ledger'] =>
  ledgerOf([processRow(7, held)], { takenAtMs: atMs });
