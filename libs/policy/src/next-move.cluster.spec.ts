import { describe, expect, it } from '@jest/globals';
import { rfc3339, type LadderStep } from '#api';
import { cleanupWith, EXECUTED, ISSUED, laterLedger, move, stepOf } from '../test/cleanup-steps.js';
import { ledgerOf, NOW, STEP } from '../test/objects.js';

const EVICT: LadderStep = { ...STEP, type: 'Evict', evict: { gracePeriodSeconds: 30 } };
const TAINT: LadderStep = { ...STEP, type: 'Taint', taint: { effect: 'NoSchedule' } };
const place = 'Cluster' as const;

describe('what the controller does itself', () => {
  it('is refused where there is no cluster', () => {
    expect(stepOf(move(cleanupWith({ type: 'Evict' }, { ladder: [EVICT] })))).toMatchObject({
      state: 'Refused',
      reason: 'Unsupported',
    });
  });

  it.each([
    [EVICT, { type: 'Evict', gracePeriodSeconds: 30 }],
    [TAINT, { type: 'Taint', effect: 'NoSchedule' }],
  ])('is committed before it is asked for, under an id of its own: %o', (step, act) => {
    const made = move(cleanupWith({ type: step.type }, { ladder: [step] }), { place });
    expect(made).toMatchObject({ kind: 'Issue', order: { id: 'uid-c.0.1', act, isFirstDelivery: true } });
    expect(stepOf(made)).toMatchObject({ state: 'Issued', orderID: 'uid-c.0.1', journalID: 'api-server' });
  });

  it('is asked for again after a start, and says that it may have been done', () => {
    const issued = { ...ISSUED, type: 'Evict', journalID: 'api-server' } as const;
    const made = move(cleanupWith(issued, { ladder: [EVICT] }), { place, sentOrderId: null });
    expect(made).toMatchObject({ kind: 'SendAgain', order: { id: 'uid-c.0.1', isFirstDelivery: false } });
  });

  it('has freed what was held when the evicted target is gone', () => {
    const step = { ...EXECUTED, type: 'Evict', journalID: 'api-server' } as const;
    const made = move(cleanupWith(step, { ladder: [EVICT] }), {
      place,
      ledger: ledgerOf([], { takenAtMs: NOW + 5000 }),
    });
    expect(made).toMatchObject({ kind: 'Verify', outcome: 'Freed', afterBytes: 0 });
    expect(stepOf(made)?.after).toEqual({ bytes: 0, quality: 'Measured', takenAt: rfc3339(NOW + 5000) });
  });

  it('freed nothing while the target is there', () => {
    const step = { ...EXECUTED, type: 'Evict', journalID: 'api-server' } as const;
    const atMs = NOW + 3_600_000;
    const made = move(cleanupWith(step, { ladder: [EVICT], deadline: rfc3339(NOW + 7_200_000) }), {
      place,
      nowMs: atMs,
      ledger: laterLedger(step.before?.bytes ?? 0, atMs),
    });
    expect(made).toMatchObject({ kind: 'Verify', outcome: 'Ineffective' });
  });

  it('is only said in a DryRun that a person wrote', () => {
    const made = move(cleanupWith({}, { mode: 'DryRun' }), { place });
    expect(made).toMatchObject({ kind: 'Close', reason: 'DryRun' });
  });
});
