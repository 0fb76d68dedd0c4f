import { describe, expect, it } from '@jest/globals';
import { rfc3339, type MemoryCleanup } from '#api';
import { GIB } from '#contracts/units';
import {
  answer,
  cleanupWith,
  EXECUTED,
  executed,
  ISSUED,
  laterLedger,
  move,
  refused,
  stepOf,
} from '../test/cleanup-steps.js';
import { HOUR, ledgerOf, NOW, processRow, VETO } from '../test/objects.js';
import type { CleanupFacts } from './move.js';

describe('an issued step', () => {
  it('is sent again with the same id and journal until this session has it', () => {
    const made = move(cleanupWith(ISSUED), { veto: { ...VETO, journalId: 'journal-2' } });
    expect(made).toMatchObject({
      kind: 'SendAgain',
      order: { id: 'uid-c.0.1', journalId: 'journal-1', isFirstDelivery: false },
    });
    expect(move(cleanupWith(ISSUED), { sentOrderId: 'uid-c.0.1' })).toMatchObject({
      kind: 'Wait',
      reason: 'Answer',
    });
  });

  it.each<readonly [string, Partial<CleanupFacts>, Partial<MemoryCleanup['spec']>]>([
    ['acts are off', { off: { reason: 'paused' } }, {}],
    ['it is forbidden', { forbidden: { reason: 'Protected', message: 'no' } }, {}],
    ['it was cancelled', {}, { cancelled: true }],
    ['the node is away', { veto: null }, {}],
    ['the agent takes none', { veto: { ...VETO, journalId: null } }, {}],
    ['the agent only observes', { veto: { ...VETO, mode: 'Observe' } }, {}],
  ])('is not sent again while %s: its answer is waited for', (_, facts, spec) => {
    expect(move(cleanupWith(ISSUED, spec), facts)).toMatchObject({
      kind: 'Wait',
      reason: 'Answer',
      untilMs: NOW + HOUR,
    });
  });

  it('nobody answers until the deadline: Unknown, and closed', () => {
    const made = move(cleanupWith(ISSUED, {}, 1), { nowMs: NOW + HOUR });
    expect(stepOf(made)).toMatchObject({ state: 'Unknown', outcome: 'Unknown', reason: 'NoAnswer' });
    expect('next' in made && move(made.next)).toMatchObject({ kind: 'Close', reason: 'Unknown' });
  });

  it('an answer counts also at the deadline, and while acts are off', () => {
    const made = move(cleanupWith(ISSUED), {
      nowMs: NOW + HOUR,
      off: { reason: 'r' },
      answer: answer(executed),
    });
    expect(made).toMatchObject({
      kind: 'CommitAnswer',
      acknowledge: 'uid-c.0.1',
      message: 'Executed: SIGUSR2 to pid 7',
    });
    expect(stepOf(made)).toMatchObject({ state: 'Executed', executedAt: rfc3339(NOW + 1000) });
  });

  it('its boot is over: Unknown', () => {
    const made = move(cleanupWith(ISSUED), { ledger: ledgerOf([], { bootId: 'boot-2' }) });
    expect(stepOf(made)).toMatchObject({ state: 'Unknown', reason: 'TargetGone' });
  });

  it('the agent says Unknown: closed, whatever the ladder has', () => {
    const made = move(cleanupWith(ISSUED, {}, 2), {
      answer: answer({ kind: 'Unknown', reason: 'AgentRestarted', detail: 'd' }),
    });
    expect(stepOf(made)).toMatchObject({ state: 'Unknown', reason: 'AgentRestarted' });
    expect('next' in made && move(made.next)).toMatchObject({ kind: 'Close', reason: 'Unknown' });
  });

  it.each(['RateLimited', 'StaleEpoch', 'UnknownPolicy', 'NotConnected'] as const)(
    '%s passes: two more attempts, each with an id of its own',
    (reason) => {
      let cleanup = cleanupWith(ISSUED);
      for (const attempt of [2, 3]) {
        const made = move(cleanup, { answer: answer(refused(reason), `uid-c.0.${attempt - 1}`) });
        expect(stepOf(made)).toMatchObject({ state: 'Pending', attempt, reason });
        cleanup = 'next' in made ? made.next : cleanup;
        const backOffMs = 10_000 * 2 ** (attempt - 2);
        const since = Date.parse(stepOf(made)!.issuedAt!);
        expect(move(cleanup, { nowMs: since + backOffMs - 1 })).toMatchObject({
          kind: 'Wait',
          reason: 'BackOff',
          untilMs: since + backOffMs,
        });
        const again = move(cleanup, { nowMs: since + backOffMs });
        expect(again).toMatchObject({
          kind: 'Issue',
          order: { id: `uid-c.0.${attempt}`, isFirstDelivery: true },
        });
        cleanup = 'next' in again ? again.next : cleanup;
      }
      expect(stepOf(move(cleanup, { answer: answer(refused(reason), 'uid-c.0.3') }))).toMatchObject({
        state: 'Refused',
        reason,
      });
    },
  );

  it('a clock that was set back does not prolong the back-off', () => {
    const cleanup = cleanupWith({ attempt: 2, reason: 'RateLimited', issuedAt: rfc3339(NOW + 10 * HOUR) });
    expect(move(cleanup)).toMatchObject({ reason: 'BackOff', untilMs: NOW + 10_000 });
  });

  it.each([
    'NoHandler',
    'NoRecipient',
    'AmbiguousRecipient',
    'NotOptedIn',
    'RuntimeSignal',
    'EndpointFailed',
  ] as const)('%s: this target cannot take it, the next step is tried', (reason) => {
    const made = move(cleanupWith(ISSUED, {}, 1), { answer: answer(refused(reason)) });
    expect('next' in made && move(made.next)).toMatchObject({ kind: 'Issue', order: { id: 'uid-c.1.1' } });
    const last = move(cleanupWith(ISSUED), { answer: answer(refused(reason)) });
    expect('next' in last && move(last.next)).toMatchObject({ kind: 'Close', reason: 'Refused' });
  });

  it.each([
    ['StopFile', 'Refused'],
    ['NotAllowedHere', 'Refused'],
    ['ProtectedUser', 'Refused'],
    ['Frozen', 'Refused'],
    ['JournalUnavailable', 'Refused'],
    ['TargetGone', 'TargetGone'],
    ['WrongBoot', 'TargetGone'],
    ['Expired', 'Expired'],
    ['Cancelled', 'Cancelled'],
  ] as const)('%s closes as %s, whatever the ladder has', (reason, expected) => {
    const made = move(cleanupWith(ISSUED, {}, 2), { answer: answer(refused(reason)) });
    expect('next' in made && move(made.next)).toMatchObject({ kind: 'Close', reason: expected });
  });

  it('what agents say is cut to what the object takes', () => {
    const detail = 'x'.repeat(5000);
    expect(
      stepOf(move(cleanupWith(ISSUED), { answer: answer({ kind: 'Executed', detail }) }))?.message,
    ).toHaveLength(1024);
  });
});

describe('an executed step', () => {
  const due = NOW + 61_000;

  it.each<readonly [string, number, string, number]>([
    ['enough', 90 * GIB, 'Freed', 5 * GIB],
    ['exactly enough', 94 * GIB, 'Freed', GIB],
    ['a byte too little', 94 * GIB + 1, 'Ineffective', GIB - 1],
    ['none', 95 * GIB, 'Ineffective', 0],
    ['less than none', 96 * GIB, 'Ineffective', 0],
  ])('freed %s', (_, after, outcome, freedBytes) => {
    const made = move(cleanupWith(EXECUTED), { nowMs: due, ledger: laterLedger(after, due) });
    expect(made).toMatchObject({
      kind: 'Verify',
      outcome,
      beforeBytes: 95 * GIB,
      afterBytes: after,
      next: { status: { freedBytes } },
    });
    expect(stepOf(made)).toMatchObject({
      state: 'Verified',
      outcome,
      after: { bytes: after, quality: 'Measured', takenAt: rfc3339(due) },
    });
  });

  it('says so in words', () => {
    expect(move(cleanupWith(EXECUTED), { nowMs: due, ledger: laterLedger(90 * GIB, due) })).toMatchObject({
      message: '95.0 GiB before, 90.0 GiB after: 5.0 GiB freed, 1Gi wanted.',
    });
    expect(move(cleanupWith(EXECUTED), { nowMs: due, ledger: laterLedger(96 * GIB, due) })).toMatchObject({
      message: '95.0 GiB before, 96.0 GiB after: 1.0 GiB more, 1Gi wanted.',
    });
  });

  it.each<readonly [string, Partial<CleanupFacts>]>([
    ['a ledger from before', { nowMs: due, ledger: laterLedger(90 * GIB, due - 1) }],
    ['a node whose clock jumped ahead', { nowMs: NOW + 5000, ledger: laterLedger(90 * GIB, due + HOUR) }],
    ['no ledger', { nowMs: due, ledger: null }],
    [
      'a row that nobody could read',
      { nowMs: due, ledger: ledgerOf([processRow(7, 1, { quality: 'unknown' })], { takenAtMs: due }) },
    ],
  ])('is not verified by %s', (_, facts) => {
    expect(move(cleanupWith(EXECUTED), facts)).toMatchObject({ kind: 'Wait', reason: 'Verify' });
  });

  it('is looked at again when its time has come', () => {
    expect(move(cleanupWith(EXECUTED), { nowMs: NOW + 5000 })).toMatchObject({ untilMs: NOW + 60_000 });
  });

  it('its target ended: Unknown, at once', () => {
    const made = move(cleanupWith(EXECUTED), { ledger: ledgerOf([]) });
    expect(made).toMatchObject({ kind: 'Verify', outcome: 'Unknown', afterBytes: null });
    expect(stepOf(made)).toMatchObject({ state: 'Verified', outcome: 'Unknown', reason: 'TargetGone' });
    expect('next' in made && move(made.next)).toMatchObject({ kind: 'Close', reason: 'Unknown' });
  });

  it('nothing could be measured until the deadline: Unknown', () => {
    expect(stepOf(move(cleanupWith(EXECUTED), { nowMs: NOW + HOUR, ledger: null }))).toMatchObject({
      outcome: 'Unknown',
      reason: 'NotMeasured',
    });
  });

  it('is verified also while acts are off, cancelled or forbidden', () => {
    const facts = {
      nowMs: due,
      ledger: laterLedger(90 * GIB, due),
      off: { reason: 'r' },
      forbidden: { reason: 'Protected', message: '' },
    } as const;
    expect(move(cleanupWith(EXECUTED, { cancelled: true }), facts)).toMatchObject({
      kind: 'Verify',
      outcome: 'Freed',
    });
  });
});
