/*
 * What nobody should do: agents that lie, people who ask a thousand times, clocks that are wrong, objects that somebody
 * edited. No act is done twice, none without its locks, nothing is lost and nothing grows.
 */
import { describe, expect, it } from '@jest/globals';
import { orderId } from '#api';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';

const HOUR_MS = 3600_000;
const STEP = { type: 'Notify', notify: { transport: 'PodHTTP' }, verifyAfterSeconds: 5, minFreed: 1 };

async function running(): Promise<Scenario> {
  const s = new Scenario();
  s.start();
  s.policy('Enforce');
  await s.settle();
  return s;
}

async function samples(s: Scenario, mib: number, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await s.sample(mib);
}

const ask = (s: Scenario, holder = 'process:1000:77') =>
  s.acts.loop.byHand.create({ node: 'node-a', holder, ladder: [STEP], reason: null, by: 'person' });

describe('a hostile agent', () => {
  it('of another node takes no answer away from the one that was asked', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    const { id } = s.agents.sent[0]!;
    s.cleanups.outage = 'The disk is full.';
    s.agents.answer('node-a', id, { kind: 'Executed', detail: 'done' });
    const lie = {
      orderId: id,
      outcome: { kind: 'Refused', reason: 'StopFile', detail: '' },
      atMs: 1,
    } as const;
    s.acts.loop.answered('node-b', lie);
    await s.settle();
    s.cleanups.outage = null;
    await s.sample(900);
    expect(s.cleanup.status.steps[0]!.state).toBe('Executed');
  });

  it('that answers ten thousand orders that nobody gave hides no answer, and nothing of it is kept', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    const { id } = s.agents.sent[0]!;
    const uid = s.cleanup.metadata.uid!;
    s.cleanups.outage = 'The disk is full.';
    for (let n = 2; n <= 10_002; n += 1)
      s.acts.loop.answered('node-a', {
        orderId: orderId(uid, 0, n),
        outcome: { kind: 'Executed', detail: '' },
        atMs: s.clock.ms,
      });
    s.agents.acknowledged.length = 0;
    s.agents.answer('node-a', id, { kind: 'Executed', detail: 'done' });
    await s.settle();
    expect(s.agents.acknowledged).toEqual([]);
    s.cleanups.outage = null;
    await s.sample(900);
    expect(s.agents.acknowledged).toContain(id);
    expect(s.cleanup.status.steps[0]!.state).toBe('Executed');
  });

  it('whose boot id is another one in each report is never asked twice', async () => {
    await using s = await running();
    await s.untilSent();
    for (let i = 0; i < 40; i += 1) {
      s.bootId = `boot-${i % 2 === 0 ? 2 : 1}`;
      await s.sample(900);
    }
    expect(s.cleanups.list().filter((cleanup) => s.state(cleanup) === 'open').length).toBeLessThanOrEqual(1);
    expect(s.agents.sent.length).toBeLessThanOrEqual(2);
    expect(new Set(s.agents.executed).size).toBe(s.agents.executed.length);
  });

  it('whose veto flaps makes nobody send more', async () => {
    await using s = await running();
    for (let i = 0; i < 200; i += 1) {
      s.agents.connect('node-a', { mode: i % 2 === 0 ? 'Observe' : 'Enforce' });
      if (i % 20 === 0) await s.sample(900);
    }
    await samples(s, 900, 4);
    expect(s.agents.sent).toHaveLength(1);
  });
});

describe('a session that is still being set up', () => {
  it('gets no order, and nothing stands as Issued', async () => {
    await using s = await running();
    s.agents.takes = false;
    await samples(s, 900, 6);
    expect(s.cleanup.status.steps[0]!.state).toBe('Pending');
    s.agents.takes = true;
    await s.sample(900);
    expect(s.agents.sent).toMatchObject([{ isFirstDelivery: true }]);
  });
});

describe('two cleanups of one target', () => {
  it('do not come of a thousand who ask at once', async () => {
    await using s = await running();
    await s.sample(100);
    const asked = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        s.clock.ms += 1;
        return ask(s);
      }),
    );
    expect(asked.filter(({ kind }) => kind === 'Created')).toHaveLength(1);
    expect(s.cleanups.list()).toHaveLength(1);
    await samples(s, 100, 3);
    expect(s.agents.sent).toHaveLength(1);
  });

  it('that came to be all the same ask one after the other', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    const { metadata, spec, status } = s.cleanup;
    const second = {
      ...s.cleanup,
      metadata: { name: `${metadata.name}-again` },
      spec: { ...spec, reason: 'By hand, in the file.' },
      status: { ...status, steps: [{ index: 0, type: 'Notify' as const, state: 'Pending' as const }] },
    };
    await s.cleanups.create(second);
    await s.restart();
    await samples(s, 900, 4);
    const ids = new Set(s.agents.sent.map(({ id }) => id));
    expect(ids.size).toBe(1);
    s.agents.answer('node-a', [...ids][0]!, { kind: 'Executed', detail: '' });
    await samples(s, 900, 8);
    expect(new Set(s.agents.sent.map(({ id }) => id)).size).toBe(2);
  });
});

describe('a start', () => {
  it('with reports before the policies are known supersedes nothing', async () => {
    await using s = await running();
    await samples(s, 900, 6);
    const before = s.finding.status.conditions;
    await s.acts[Symbol.asyncDispose]();
    s.acts = s.make();
    s.acts.connected('node-a');
    await s.sample(900);
    expect(s.finding.status.conditions).toEqual(before);
    s.start();
    await s.sample(900);
    expect(s.findings.list()).toHaveLength(1);
    expect(s.finding.status.conditions).toEqual(before);
  });

  it('after the breaker was reset does not open it again for what was before', async () => {
    await using s = await running();
    s.processes = ['cache', 'cache', 'cache', 'cache', 'cache'];
    s.policy('Enforce', { limits: { perNode: 5, perHour: 50, maxNodesPercent: 100 } }, 2);
    s.agents.respond = () => ({ kind: 'Unknown', reason: 'AgentRestarted', detail: '' });
    await samples(s, 900, 8);
    expect(s.acts.acting.breaker).not.toBeNull();
    s.clock.ms += 1000;
    await s.acts.acting.resetBreaker('person');
    await s.acts.acting.persist();
    await s.restart();
    expect(s.acts.acting.breaker).toBeNull();
    s.agents.respond = () => ({ kind: 'Executed', detail: '' });
    await samples(s, 900, 6);
    expect(s.acts.acting.breaker).toBeNull();
  });

  it('after a reset while the clock was ahead is not blind for so long', async () => {
    await using s = await running();
    s.clock.ms += 5 * HOUR_MS;
    await s.acts.acting.openBreaker('A reason.');
    await s.acts.acting.resetBreaker('person');
    s.clock.ms -= 5 * HOUR_MS;
    s.processes = ['cache', 'cache', 'cache', 'cache', 'cache'];
    s.policy('Enforce', { limits: { perNode: 5, perHour: 50, maxNodesPercent: 100 } }, 2);
    s.agents.respond = () => ({ kind: 'Unknown', reason: 'AgentRestarted', detail: '' });
    await samples(s, 900, 8);
    expect(s.acts.acting.breaker).not.toBeNull();
  });
});

describe('a queue that is full', () => {
  it('is a reason to wait, not a pile of cleanups', async () => {
    await using s = await running();
    s.processes = ['cache', 'cache', 'cache'];
    s.policy('Enforce', { limits: { perNode: 5, perHour: 50 } }, 2);
    s.queue.full = true;
    await samples(s, 900, 8);
    const reasons = s.findings.list().map(({ status }) => status.decision?.reason);
    expect(reasons).toContain('QueueFull');
    s.queue.full = false;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await samples(s, 900, 6);
    expect(s.agents.sent.length).toBeGreaterThanOrEqual(3);
  });
});

describe('wrong clocks', () => {
  it.each([-5 * HOUR_MS, 5 * HOUR_MS])('between node and controller (%i ms) end in a word', async (skew) => {
    await using s = await running();
    await s.untilSent();
    s.clock.ms += skew;
    await samples(s, 100, 6);
    s.clock.ms -= skew;
    await samples(s, 100, 6);
    expect(['Freed', 'Unknown']).toContain(s.state());
    expect(s.agents.sent).toHaveLength(1);
  });
});
