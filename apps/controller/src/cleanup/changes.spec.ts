/*
 * What people change while a cleanup runs, and what the world does meanwhile.
 */
import { describe, expect, it } from '@jest/globals';
import { conditionOf } from '#api';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';

async function running(mode: 'DryRun' | 'Enforce' = 'Enforce'): Promise<Scenario> {
  const s = new Scenario();
  s.start();
  s.policy(mode);
  await s.settle();
  return s;
}

async function samples(s: Scenario, mib: number, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await s.sample(mib);
}

const closed = (s: Scenario): string | undefined =>
  conditionOf(s.finding.status.conditions, 'Closed')?.reason;

describe('a policy', () => {
  it('that is edited while its order is out: the act is measured, the finding superseded', async () => {
    await using s = await running();
    await s.untilSent();
    s.policy('Enforce', { matchingPrecedence: 7 }, 2);
    await samples(s, 900, 4);
    expect(s.state(s.cleanups.list()[0])).toBe('Ineffective');
    expect(
      s.findings
        .list()
        .map(({ spec }) => spec.policyRef.generation)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('that is edited before its order leaves: nothing is sent under the old generation', async () => {
    await using s = await running();
    await s.acts.acting.stop('person', '');
    s.agents.takes = false;
    await s.acts.acting.resume('person');
    s.queue.full = true;
    await samples(s, 900, 5);
    expect(s.cleanups.list()).toHaveLength(1);
    s.policy('Enforce', { matchingPrecedence: 7 }, 2);
    s.queue.full = false;
    s.agents.takes = true;
    s.clock.ms += 2000;
    await s.acts.loop.handle(s.cleanup.metadata.name, new AbortController().signal);
    expect(s.state(s.cleanups.list()[0])).toBe('Refused');
    expect(s.agents.sent.filter(({ policy }) => policy.generation === 1)).toEqual([]);
  });

  it('whose edit is broken stays in force in its last good generation', async () => {
    await using s = await running();
    const object = s.policies.list()[0]!.object;
    const rejected = { reason: 'Invalid', problems: [{ path: 'spec.mode', message: 'is no mode' }] } as const;
    s.policies.set([{ source: 'caches.yaml', name: 'caches', object, rejected }]);
    await s.untilSent();
    expect(s.agents.executed).toHaveLength(1);
    expect(s.audit.entries.map(({ what }) => what)).toContain('PolicyRejected');
  });

  it('that is removed: nothing more is sent, what was done is measured', async () => {
    await using s = await running();
    await s.untilSent();
    s.policies.set([]);
    expect(s.agents.terms?.policies.map(({ name }) => name)).toEqual(['by-hand']);
    await samples(s, 100, 4);
    expect(s.state()).toBe('Freed');
    expect(closed(s)).toBe('Superseded');
    await samples(s, 900, 6);
    expect(s.agents.sent).toHaveLength(1);
  });

  it('of lower precedence rules nothing of a target of two', async () => {
    await using s = await running();
    const [first] = s.policies.list();
    const object = first!.object!;
    const second = { ...object, metadata: { name: 'other', uid: 'policy-2', generation: 1 } };
    const weaker = { ...second, spec: { ...second.spec, matchingPrecedence: 2000 } };
    s.policies.set([first!, { source: 'other.yaml', name: 'other', object: weaker, rejected: null }]);
    await s.untilSent();
    expect(s.findings.list().map(({ spec }) => spec.policyRef.name)).toEqual(['caches']);
    expect(s.acts.policies.ruledBy('other')).toMatchObject({ rules: 0, shadowed: 1, shadowedBy: ['caches'] });
  });
});

describe('a cleanup', () => {
  it('that is cancelled after its order left is measured and goes no further', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    const cancelled = await s.acts.loop.byHand.cancel(s.cleanup.metadata.name);
    expect(cancelled.spec.cancelled).toBe(true);
    s.agents.answer('node-a', s.agents.sent[0]!.id, { kind: 'Executed', detail: 'done' });
    await samples(s, 100, 4);
    expect(s.state()).toBe('Freed');
    expect(s.audit.entries.map(({ what }) => what)).toContain('CleanupCancelled');
  });

  it.each([
    [{ kind: 'Refused', reason: 'NoHandler', detail: 'no handler' } as const, 'Refused'],
    [{ kind: 'Unknown', reason: 'AgentRestarted', detail: 'died' } as const, 'Unknown'],
  ])('ends as the agent says: %o', async (outcome, reason) => {
    await using s = await running();
    s.agents.respond = () => outcome;
    await s.untilSent();
    expect(s.state()).toBe(reason);
    await samples(s, 900, 4);
    expect(s.cleanups.list()).toHaveLength(1);
  });

  it('by hand is refused for a row that is not there, and asks in each way for one that is', async () => {
    await using s = await running('DryRun');
    await s.sample(100);
    const ask = (holder: string) =>
      s.acts.loop.byHand.create({
        node: 'node-a',
        holder,
        ladder: [{ type: 'Notify', notify: { transport: 'PodHTTP' }, verifyAfterSeconds: 5, minFreed: 1 }],
        reason: null,
        by: 'person',
      });
    expect(await ask('process:1:1')).toMatchObject({ problems: [{ path: 'target.holder' }] });
    expect(await ask('cgroup:7:/user.slice')).toMatchObject({ kind: 'Created' });
    // Nobody gave a reason, so none is shown.
    expect(
      s.cleanups.list().find(({ status }) => status.requestedBy === 'person')?.spec.reason,
    ).toBeUndefined();
    expect(await ask('cgroup:7:/user.slice')).toMatchObject({
      kind: 'Refused',
      problems: [{ message: expect.stringContaining('UnderWay') }],
    });
    await s.sample(100);
    expect(s.agents.sent[0]).toMatchObject({ policy: { name: 'by-hand' }, act: { transport: 'PodHTTP' } });
    expect(s.cleanup.status.requestedBy).toBe('person');
  });
});

describe('what a person writes', () => {
  it.each([
    [{ type: 'Notify' }, 'ladder[0].notify'],
    [
      { type: 'Notify', notify: { transport: 'Signal', signal: 'SIGUSR2' }, verifyAfterSeconds: 'soon' },
      'ladder[0].verifyAfterSeconds',
    ],
    [{ type: 'Evict', evict: {} }, ''],
    [{ type: 'Shout' }, 'ladder[0].type'],
    [null, 'ladder[0]'],
  ])('is refused with the place: %j', async (step, path) => {
    await using s = await running();
    await s.sample(100);
    const holder = 'process:1000:77';
    const result = await s.acts.loop.byHand.create({
      node: 'node-a',
      holder,
      ladder: [step],
      reason: null,
      by: 'person',
    });
    expect(result).toMatchObject({ kind: 'Refused', problems: [{ path }] });
    expect(s.cleanups.list()).toEqual([]);
  });
});

describe('the world', () => {
  it('a clock that jumps verifies nothing early and waits no longer than the wait', async () => {
    await using s = await running();
    await s.untilSent();
    s.clock.ms -= 3600_000;
    await samples(s, 100, 2);
    expect(s.cleanup.status.steps[0]!.state).toBe('Executed');
    s.clock.ms += 3600_000;
    await samples(s, 100, 3);
    expect(s.state()).toBe('Freed');
  });

  it('a target that ends before its order leaves is left alone', async () => {
    await using s = await running();
    await s.untilSent();
    s.processes = [];
    await samples(s, 900, 2);
    expect(closed(s)).toBe('TargetGone');
    expect(s.agents.sent).toHaveLength(1);
  });

  it('three outcomes that nobody knows open the breaker, over a restart, until a person resets it', async () => {
    await using s = await running();
    s.processes = ['cache', 'cache', 'cache', 'cache', 'cache'];
    s.policy('Enforce', { limits: { perNode: 5, perHour: 50, maxNodesPercent: 100 } }, 2);
    s.agents.respond = () => ({ kind: 'Unknown', reason: 'AgentRestarted', detail: '' });
    await samples(s, 900, 8);
    expect(s.acts.acting.breaker).not.toBeNull();
    expect(s.agents.sent.length).toBeLessThan(5);
    await s.restart();
    expect(s.acts.acting.breaker).not.toBeNull();
    await s.acts.acting.resetBreaker('person');
    expect(s.breaker.get()).toEqual({ resetAtMs: s.clock.ms });
    await s.settle();
    expect(s.audit.entries.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['BreakerOpened', 'BreakerReset']),
    );
  });

  it('without anybody who hears of notices the same objects come to be', async () => {
    const objects = async (heard: boolean): Promise<unknown> => {
      await using s = new Scenario();
      using _listening = heard
        ? s.notices.listen(() => {
            throw new TypeError('A subscriber fails.');
          })
        : s.notices.listen(() => undefined, { kinds: [] });
      s.start();
      s.policy('Enforce');
      await s.untilSent();
      await samples(s, 100, 4);
      const strip = JSON.stringify([s.findings.list(), s.cleanups.list()]);
      return strip.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UID');
    };
    expect(await objects(true)).toEqual(await objects(false));
  });
});
