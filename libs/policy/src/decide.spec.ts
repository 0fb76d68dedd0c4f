import { describe, expect, it } from '@jest/globals';
import { rfc3339, type MemoryCleanup } from '#api';
import type { ModeLevel } from '#contracts/mode';
import {
  cleanupOf,
  findingFor,
  HOUR,
  isTrue,
  NOW,
  policyOf,
  STEP,
  targetFor,
  type CleanupShape,
} from '../test/objects.js';
import { allowedInput, closedElsewhere, elsewhere } from '../test/situations.js';
import { decide, decideByHand } from './decide.js';
import type { ByHandInput, CleanupDecision, DecisionInput, Limits } from './decision.js';

const decided = (change: Partial<DecisionInput>): CleanupDecision => decide(allowedInput(change));
const history = (...shapes: readonly CleanupShape[]): MemoryCleanup[] => shapes.map(cleanupOf);
const limits = (change: Partial<Limits>): Limits => ({ ...policyOf().spec.limits, ...change });

describe('modes', () => {
  it('Enforce acts with the ladder and priority of the action that lists the detector', () => {
    const [action] = policyOf().spec.actions;
    const other = { ...action!, detectors: ['other'], queuePriority: 'Low' as const };
    const policy = policyOf({ actions: [other, { ...action!, queuePriority: 'Critical' }, action!] });
    expect(decided({ policy })).toEqual({
      kind: 'Act',
      reason: 'Allowed',
      message: '95.0 GiB cannot be reclaimed (95 %), and no rule is against it.',
      ladder: [STEP],
      queuePriority: 'Critical',
    });
  });

  it('DryRun passes the same rules and says what would be done', () => {
    expect(decided({ policy: policyOf({ mode: 'DryRun' }) })).toMatchObject({
      kind: 'WouldAct',
      reason: 'DryRun',
      ladder: [STEP],
    });
    expect(decided({ policy: policyOf({ mode: 'DryRun' }), queueIsFull: true })).toMatchObject({
      kind: 'Wait',
      reason: 'QueueFull',
    });
  });

  it('is the least of all levels, the policy and its pause with them', () => {
    const level = (mode: ModeLevel['mode']): ModeLevel => ({
      level: 'agent',
      mode,
      reason: `the agent says ${mode}`,
    });
    expect(decided({ levels: [level('DryRun')] })).toMatchObject({ kind: 'WouldAct' });
    expect(decided({ levels: [level('DryRun'), level('Observe')] })).toMatchObject({
      message: 'Only observed: the agent says Observe.',
    });
    expect(decided({ policy: policyOf({ mode: 'Observe' }) }).kind).toBe('Observe');
    expect(decided({ policy: policyOf({ paused: true }) })).toMatchObject({
      kind: 'Observe',
      message: 'Only observed: policy caches is paused.',
    });
    expect(decided({ levels: [level('Enforce')] }).kind).toBe('Act');
  });

  it.each(['queue', 'store', 'pause', 'breaker'] as const)('%s passes: acts wait', (level) => {
    expect(decided({ levels: [{ level, mode: 'Observe', reason: 'Redis is away' }] })).toMatchObject({
      kind: 'Wait',
      reason: 'ActsOff',
      message: 'Acts are off: Redis is away.',
    });
  });
});

describe('a finding', () => {
  it.each([
    ['closed', [isTrue('Confirmed'), isTrue('Closed', 'Freed')]],
    ['not confirmed any more', [{ ...isTrue('Confirmed'), status: 'False' as const }]],
    ['without conditions', []],
  ])('%s is not decided', (_, conditions) => {
    expect(decided({ finding: findingFor(policyOf(), targetFor(), { conditions }) }).reason).toBe(
      'NotConfirmed',
    );
  });

  it('of another generation is not decided by this one', () => {
    expect(decided({ finding: findingFor(policyOf({}, { generation: 2 })) }).reason).toBe('NotConfirmed');
    expect(decided({ finding: findingFor(policyOf({}, { uid: 'before' })) }).reason).toBe('NotConfirmed');
  });
});

describe('what became of it before', () => {
  const unknown = { completed: 'Unknown', createdAtMs: NOW - 48 * HOUR };

  it('after Unknown nothing, until a person asked and that is over', () => {
    const { policyRef: _policyRef, ...byHand } = cleanupOf().spec;
    const manual = (createdAtMs: number, completed: string | null): MemoryCleanup => ({
      ...cleanupOf({ createdAtMs, completed }),
      spec: byHand,
    });
    expect(decided({ cleanups: [cleanupOf(unknown)] }).reason).toBe('UnknownBefore');
    expect(decided({ cleanups: [cleanupOf(unknown), manual(NOW - 24 * HOUR, 'Freed')] }).kind).toBe('Act');
    expect(decided({ cleanups: [cleanupOf(unknown), manual(NOW - 72 * HOUR, 'Freed')] }).reason).toBe(
      'UnknownBefore',
    );
    expect(decided({ cleanups: [cleanupOf(unknown), manual(NOW - 24 * HOUR, 'Unknown')] }).reason).toBe(
      'UnknownBefore',
    );
  });

  it('another incarnation has no past', () => {
    const before = { ...unknown, spec: { target: targetFor(7, { holder: 'process:7:69' }) } };
    const otherBoot = { ...unknown, spec: { target: targetFor(7, { bootID: 'boot-0' }) } };
    expect(decided({ cleanups: history(before, otherBoot) }).kind).toBe('Act');
  });

  it('ineffective ones count in a row: one that freed memory starts anew', () => {
    const at = (hoursAgo: number, completed: string): CleanupShape => ({
      createdAtMs: NOW - hoursAgo * HOUR,
      completed,
    });
    expect(decided({ cleanups: history(at(5, 'Ineffective'), at(3, 'Ineffective')) }).reason).toBe(
      'TooOftenIneffective',
    );
    expect(
      decided({ cleanups: history(at(3, 'Ineffective'), at(4, 'Freed'), at(5, 'Ineffective')) }).kind,
    ).toBe('Act');
    expect(
      decided({ cleanups: history(at(3, 'Ineffective'), at(4, 'Refused'), at(5, 'Ineffective')) }).reason,
    ).toBe('TooOftenIneffective');
  });

  it('a cooldown counts from the end, and says until when', () => {
    const closedAt = (ms: number): MemoryCleanup[] =>
      history({ createdAtMs: NOW - 5 * HOUR, status: { conditions: [isTrue('Completed', 'Freed', ms)] } });
    expect(decided({ cleanups: closedAt(NOW - 1_799_999) })).toMatchObject({
      reason: 'Cooldown',
      untilMs: NOW + 1,
    });
    expect(decided({ cleanups: closedAt(NOW - 1_800_000) }).kind).toBe('Act');
    // A clock that was set back must not make it wait longer than the cooldown.
    expect(decided({ cleanups: closedAt(NOW + HOUR) })).toMatchObject({ untilMs: NOW + 1_800_000 });
  });

  it('DryRun and Enforce cool down apart', () => {
    const dry = history({ completed: 'DryRun', spec: { mode: 'DryRun' } });
    expect(decided({ cleanups: dry }).kind).toBe('Act');
    expect(decided({ cleanups: dry, policy: policyOf({ mode: 'DryRun' }) }).reason).toBe('Cooldown');
  });
});

describe('under way', () => {
  const cgroup = (path: string): Partial<MemoryCleanup['spec']> => ({
    target: { ...targetFor(), holder: `cgroup:1:${path}`, cgroup: { path, inode: 1 } },
  });
  const roomy = policyOf({ limits: limits({ perNode: 9 }) });
  const finding = findingFor(roomy, cgroup('/a/b').target);

  it('whoever asked for it, also for a cgroup around or within', () => {
    const other = { policyRef: { name: 'other', uid: 'other', generation: 1 } };
    expect(decided({ cleanups: history({ spec: other }) }).reason).toBe('UnderWay');
    for (const path of ['/a', '/a/b', '/a/b/c', '/'])
      expect(decided({ policy: roomy, finding, cleanups: history({ spec: cgroup(path) }) }).reason).toBe(
        'UnderWay',
      );
    for (const path of ['/a/bc', '/b', '/ab'])
      expect(decided({ policy: roomy, finding, cleanups: history({ spec: cgroup(path) }) }).kind).toBe('Act');
  });
});

describe('budgets', () => {
  it('perNode: open ones on this node, of every policy', () => {
    const open = (node: string): CleanupShape => ({
      spec: { target: elsewhere(50, { node }), policyRef: { name: 'x', uid: 'x', generation: 1 } },
    });
    expect(decided({ cleanups: history(open('node-a')) }).reason).toBe('NodeBusy');
    expect(decided({ cleanups: history(open('node-b')) }).kind).toBe('Act');
    expect(
      decided({ cleanups: history(open('node-a')), policy: policyOf({ limits: limits({ perNode: 2 }) }) })
        .kind,
    ).toBe('Act');
  });

  it('perHour: those of this policy, any generation; free again when the oldest is an hour old', () => {
    const spent = closedElsewhere(
      20,
      {},
      { policyRef: { name: 'caches', uid: 'uid-caches', generation: 9 } },
    );
    expect(decided({ cleanups: history(...spent) })).toMatchObject({
      reason: 'HourBudget',
      untilMs: NOW + HOUR / 2,
    });
    expect(decided({ cleanups: history(...spent.slice(1)) }).kind).toBe('Act');
    const others = closedElsewhere(30, {}, { policyRef: { name: 'x', uid: 'x', generation: 1 } });
    expect(decided({ cleanups: history(...others) }).kind).toBe('Act');
    const old = spent.map((shape) => ({ ...shape, createdAtMs: NOW - HOUR }));
    expect(decided({ cleanups: history(...old) }).kind).toBe('Act');
  });

  it('a creation in the future counts, and blocks for an hour at most', () => {
    const future = closedElsewhere(20).map((shape) => ({ ...shape, createdAtMs: NOW + 10 * HOUR }));
    expect(decided({ cleanups: history(...future) })).toMatchObject({
      reason: 'HourBudget',
      untilMs: NOW + HOUR,
    });
  });

  it('the installation counts every policy', () => {
    const others = history(...closedElsewhere(20, {}, { policyRef: { name: 'x', uid: 'x', generation: 1 } }));
    expect(decided({ cleanups: others, installation: limits({}) })).toMatchObject({
      reason: 'HourBudget',
      message: '20 cleanups within an hour, the installation allows 20.',
    });
  });

  it('nodes: by number and by share, always at least one, and one that was touched may be again', () => {
    const on = (count: number): MemoryCleanup[] =>
      Array.from({ length: count }, (_, i) =>
        cleanupOf({
          completed: 'Freed',
          createdAtMs: NOW - HOUR / 2,
          spec: { target: elsewhere(9, { node: `n${i}` }) },
        }),
      );
    expect(decided({ cleanups: on(1), nodes: 1 })).toMatchObject({
      reason: 'NodesBudget',
      message: '1 nodes were touched within an hour, the policy allows 1 of 1.',
    });
    expect(decided({ cleanups: [], nodes: 0 }).kind).toBe('Act');
    expect(decided({ cleanups: on(9), nodes: 1000 }).kind).toBe('Act');
    expect(decided({ cleanups: on(10), nodes: 1000 }).reason).toBe('NodesBudget');
    expect(decided({ cleanups: on(2), nodes: 14 }).reason).toBe('NodesBudget');
    expect(decided({ cleanups: on(2), nodes: 15 }).kind).toBe('Act');
    const here = findingFor(policyOf(), targetFor(7, { node: 'n1' }));
    expect(decided({ cleanups: on(10), nodes: 1000, finding: here }).kind).toBe('Act');
  });

  it('DryRun does not spend what Enforce may', () => {
    expect(decided({ cleanups: history(...closedElsewhere(50, {}, { mode: 'DryRun' })) }).kind).toBe('Act');
  });

  it('a limit of 0 never has room', () => {
    expect(decided({ policy: policyOf({ limits: limits({ perHour: 0 }) }) })).toEqual({
      kind: 'Wait',
      reason: 'HourBudget',
      message: '0 cleanups within an hour, the policy allows 0.',
    });
  });

  it('frees at the moment that it says, and not before', () => {
    const spent = closedElsewhere(23).map((shape, i) => ({
      ...shape,
      createdAtMs: NOW - HOUR + (i + 1) * 60_000,
    }));
    const decision = decided({ cleanups: history(...spent) });
    const untilMs = decision.kind === 'Wait' ? (decision.untilMs ?? 0) : 0;
    expect(untilMs).toBe(NOW + 4 * 60_000);
    expect(decided({ cleanups: history(...spent), nowMs: untilMs - 1 }).reason).toBe('HourBudget');
    expect(decided({ cleanups: history(...spent), nowMs: untilMs }).kind).toBe('Act');
  });
});

describe('windows', () => {
  const policy = policyOf({
    windows: [{ schedule: '0 22 * * *', durationSeconds: 3600, timeZone: 'Europe/Berlin' }],
  });

  it('outside: waits for the next opening; inside it acts', () => {
    const opening = Date.parse('2026-11-21T21:00:00Z');
    expect(decided({ policy })).toMatchObject({
      reason: 'OutsideWindow',
      untilMs: opening,
      message: `The next window opens at ${rfc3339(opening)}.`,
    });
    expect(decided({ policy, nowMs: opening }).kind).toBe('Act');
  });
});

describe('by hand', () => {
  const byHand = (change: Partial<ByHandInput> = {}): CleanupDecision => {
    const { policy: _p, finding: _f, installation: _i, ...situation } = allowedInput();
    return decideByHand({ ...situation, target: targetFor(), ladder: [STEP], ...change });
  };

  it('acts, also where budgets, cooldown and an unknown outcome would hinder a policy', () => {
    expect(byHand()).toMatchObject({ kind: 'Act', queuePriority: 'High', ladder: [STEP] });
    const cleanups = history(
      { completed: 'Unknown' },
      { completed: 'Ineffective' },
      { completed: 'Ineffective' },
      ...closedElsewhere(50),
    );
    expect(byHand({ cleanups }).kind).toBe('Act');
  });

  it('the mode, an owner, the breaker, a pause and an act under way hold for it, too', () => {
    const protect = { labels: { 'memwarden.dev/protected': 'true' }, annotations: {} };
    expect(byHand({ levels: [{ level: 'agent', mode: 'Observe', reason: 'r' }] }).kind).toBe('Observe');
    expect(byHand({ levels: [{ level: 'installation', mode: 'DryRun', reason: 'r' }] }).kind).toBe(
      'WouldAct',
    );
    expect(byHand({ owner: { kind: 'Known', voices: [protect] } }).reason).toBe('Protected');
    expect(byHand({ breaker: { openedAtMs: NOW, reason: 'r' } }).reason).toBe('BreakerOpen');
    expect(byHand({ levels: [{ level: 'pause', mode: 'Observe', reason: 'r' }] }).reason).toBe('ActsOff');
    expect(byHand({ cleanups: history({}) }).reason).toBe('UnderWay');
    expect(byHand({ queueIsFull: true }).reason).toBe('QueueFull');
    expect(byHand({ ladder: [] }).reason).toBe('Unsupported');
  });
});
