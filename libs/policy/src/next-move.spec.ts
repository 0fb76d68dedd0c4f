import { describe, expect, it } from '@jest/globals';
import { conditionOf, rfc3339, type MemoryCleanup } from '#api';
import { BrokenInvariant } from '#contracts/errors';
import { bytes, GIB } from '#contracts/units';
import { answer, cleanupWith, EXECUTED, executed, ISSUED, move, stepOf } from '../test/cleanup-steps.js';
import {
  cgroupRow,
  cleanupOf,
  HOUR,
  ledgerOf,
  NOW,
  processRow,
  STEP,
  targetFor,
  VETO,
} from '../test/objects.js';
import type { CleanupFacts } from './move.js';

describe('a pending step', () => {
  it('is issued: committed with its id, journal and measurement, and the order is for this incarnation', () => {
    const made = move(cleanupWith());
    expect(made).toMatchObject({ kind: 'Issue', message: 'Order uid-c.0.1, attempt 1.' });
    expect(stepOf(made)).toEqual(ISSUED);
    expect(made).toHaveProperty('order', {
      id: 'uid-c.0.1',
      policy: { name: 'caches', uid: 'uid-caches', generation: 1 },
      target: { bootId: 'boot-1', process: { pid: 7, startTimeTicks: 70 } },
      act: { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: ['cache'] },
      journalId: 'journal-1',
      isFirstDelivery: true,
      validForMs: 30_000,
    });
  });

  it('by hand: no process name is an opt-in', () => {
    const { policyRef: _policyRef, ...spec } = cleanupWith().spec;
    expect(move({ ...cleanupWith(), spec })).toMatchObject({
      order: { policy: { uid: 'by-hand' }, act: { processNames: [] } },
    });
  });

  it('PodHTTP, and a cgroup as the target', () => {
    const http = { ...STEP, notify: { transport: 'PodHTTP' as const } };
    const target = {
      node: 'node-a',
      bootID: 'boot-1',
      device: 'host',
      holder: 'cgroup:9:/p',
      cgroup: { path: '/p', inode: 9 },
    };
    const ledger = ledgerOf([cgroupRow(9, '/p', GIB, { limitBytes: bytes(GIB) })]);
    expect(move(cleanupWith({}, { target, ladder: [http] }), { ledger })).toMatchObject({
      order: {
        target: { bootId: 'boot-1', cgroup: { path: '/p', inode: 9 } },
        act: { type: 'Notify', transport: 'PodHTTP' },
      },
    });
  });

  it.each<readonly [string, Partial<CleanupFacts>, string, number?]>([
    ['acts are off', { off: { reason: 'paused' } }, 'ActsOff'],
    ['no window is open', { opensAtMs: NOW + 5000 }, 'OutsideWindow', NOW + 5000],
    ['no window ever opens', { opensAtMs: Infinity }, 'OutsideWindow'],
    ['the node is not connected', { veto: null }, 'NotConnected'],
    ['the agent has no journal', { veto: { ...VETO, journalId: null } }, 'ActsOff'],
    ['the agent only observes', { veto: { ...VETO, mode: 'Observe' } }, 'ActsOff'],
    ['the agent says DryRun', { veto: { ...VETO, mode: 'DryRun' } }, 'ActsOff'],
    ['no ledger yet', { ledger: null }, 'NotMeasured'],
    [
      'the target is of unknown quality',
      { ledger: ledgerOf([processRow(7, 1, { quality: 'unknown' })]) },
      'NotMeasured',
    ],
    [
      'the target is not in a ledger with unknown holders',
      { ledger: ledgerOf([], { unknownHolders: 1 }) },
      'NotMeasured',
    ],
  ])('waits while %s', (_, facts, reason, untilMs = NOW + HOUR) => {
    expect(move(cleanupWith(), facts)).toMatchObject({ kind: 'Wait', reason, untilMs });
  });

  it('waits for notBefore', () => {
    expect(move(cleanupWith({}, { notBefore: rfc3339(NOW + 7) }))).toMatchObject({
      reason: 'NotBefore',
      untilMs: NOW + 7,
    });
    expect(move(cleanupWith({}, { notBefore: rfc3339(NOW) })).kind).toBe('Issue');
  });

  it.each<readonly [string, Partial<MemoryCleanup['spec']>, Partial<CleanupFacts>, string]>([
    ['cancelled', { cancelled: true }, {}, 'Cancelled'],
    ['expired', {}, { nowMs: NOW + HOUR }, 'Expired'],
    ['with a deadline that cannot be read', { deadline: 'soon' }, {}, 'Expired'],
    ['not wanted any more', {}, { isWanted: false }, 'Cancelled'],
    ['gone', {}, { ledger: ledgerOf([]) }, 'TargetGone'],
    ['of another boot', {}, { ledger: ledgerOf([processRow(7, 1)], { bootId: 'boot-2' }) }, 'TargetGone'],
  ])('is closed: %s, also while acts are off', (_, spec, facts, reason) => {
    const made = move(cleanupWith({}, spec), { off: { reason: 'paused' }, ...facts });
    expect(made).toMatchObject({ kind: 'Close', reason });
    expect('next' in made && conditionOf(made.next.status.conditions, 'Completed')).toMatchObject({
      status: 'True',
      reason,
    });
  });

  it.each(['UnknownPolicy', 'NotEnforced', 'Protected'] as const)(
    'forbidden by now (%s): refused, then closed, nothing sent',
    (reason) => {
      const made = move(cleanupWith({}, {}, 1), { forbidden: { reason, message: 'no' } });
      expect(made).toMatchObject({ kind: 'RefuseStep', step: 0 });
      expect(stepOf(made)).toMatchObject({ state: 'Refused', outcome: 'Refused', reason });
      expect('next' in made && move(made.next)).toMatchObject({ kind: 'Close', reason: 'Refused' });
    },
  );

  it.each([
    ['another step', { type: 'Evict', evict: {}, verifyAfterSeconds: 1, minFreed: 1 } as const],
    ['a signal without a name', { ...STEP, notify: { transport: 'Signal' } } as const],
  ])('that no agent can do is refused: %s', (_, step) => {
    expect(stepOf(move(cleanupWith({}, { ladder: [step] })))).toMatchObject({
      state: 'Refused',
      reason: 'Unsupported',
    });
  });

  it('a cleanup that no store has taken cannot be issued', () => {
    const cleanup = cleanupWith();
    expect(() => move({ ...cleanup, metadata: { name: 'c' } })).toThrow(BrokenInvariant);
  });
});

describe('an answer for another order', () => {
  it.each<readonly [string, MemoryCleanup]>([
    ['a step that is pending again', cleanupWith({ attempt: 2 })],
    ['an older attempt', cleanupWith({ ...ISSUED, attempt: 2, orderID: 'uid-c.0.2' })],
    ['one that is committed', cleanupWith(EXECUTED)],
    ['a closed cleanup', cleanupOf({ name: 'c', completed: 'Freed', status: { steps: [{ ...ISSUED }] } })],
  ])('is only acknowledged: %s', (_, cleanup) => {
    expect(move(cleanup, { answer: answer(executed) })).toEqual({
      kind: 'Acknowledge',
      orderId: 'uid-c.0.1',
    });
  });
});

describe('after a verified step', () => {
  const verified = (
    outcome: 'Freed' | 'Ineffective',
    rest: number,
    spec: Partial<MemoryCleanup['spec']> = {},
  ): MemoryCleanup => cleanupWith({ ...EXECUTED, state: 'Verified', outcome }, spec, rest);

  it('Freed closes, whatever the ladder has', () => {
    expect(move(verified('Freed', 2))).toMatchObject({ kind: 'Close', reason: 'Freed' });
  });

  it('Ineffective goes on, and closes at the end of the ladder', () => {
    expect(move(verified('Ineffective', 1))).toMatchObject({ kind: 'Issue', order: { id: 'uid-c.1.1' } });
    expect(move(verified('Ineffective', 0))).toMatchObject({ kind: 'Close', reason: 'Ineffective' });
    expect(move(verified('Ineffective', 1, { cancelled: true }))).toMatchObject({
      kind: 'Close',
      reason: 'Cancelled',
    });
  });

  it('closed is closed', () => {
    expect(move(cleanupOf({ completed: 'Freed' }))).toEqual({ kind: 'Done' });
    expect(move(cleanupOf({ spec: { ladder: [] } }))).toMatchObject({ kind: 'Close', reason: 'Refused' });
  });

  it('the target of a cleanup without a process or cgroup goes out without either', () => {
    const { process: _process, ...target } = targetFor();
    expect(move(cleanupWith({}, { target }))).toMatchObject({ order: { target: { bootId: 'boot-1' } } });
  });
});
