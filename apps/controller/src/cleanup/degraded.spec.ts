/*
 * safety.md, 7, for one controller: what is gone × what goes on. Acts are off in every row, and nothing that was begun is
 * lost or done twice.
 */
import { describe, expect, it } from '@jest/globals';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';
import { heldBackBy, agentLevel } from '../acts/mode-levels.js';

async function running(): Promise<Scenario> {
  const s = new Scenario();
  s.start();
  s.policy('Enforce');
  await s.settle();
  return s;
}

/** Who holds acts on node-a back. */
function holdsBack(s: Scenario): string | null {
  const levels = [...s.acts.acting.levels(), agentLevel(s.acts.acting.veto('node-a'))];
  return heldBackBy(levels)?.level ?? null;
}

async function hungry(s: Scenario, samples = 6): Promise<void> {
  for (let i = 0; i < samples; i += 1) await s.sample(900);
}

const states = (s: Scenario): string[] => s.cleanups.list().map((cleanup) => s.state(cleanup));

describe('Redis gone', () => {
  it('findings go on, nothing is acted on, and it begins when Redis is back and filled', async () => {
    await using s = await running();
    s.queue.away = 'Redis does not answer.';
    await hungry(s);
    expect(s.finding.status.decision).toMatchObject({ kind: 'Wait', reason: 'ActsOff' });
    expect([holdsBack(s), s.agents.sent, s.cleanups.list()]).toEqual(['queue', [], []]);
    s.queue.away = null;
    const before = s.queue.rebuilds;
    s.queue.empty();
    await s.settle();
    expect([holdsBack(s), s.queue.rebuilds - before]).toEqual([null, 1]);
    await s.untilSent();
    expect(s.agents.sent).toHaveLength(1);
  });

  it('in the middle of a cleanup: the answer is committed, and jobs are made again from the objects', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    s.queue.away = 'Redis does not answer.';
    s.agents.answer('node-a', s.agents.sent[0]!.id, { kind: 'Executed', detail: 'late' });
    await s.settle();
    expect(s.cleanup.status.steps[0]!.state).toBe('Executed');
    expect(s.agents.acknowledged).toEqual([s.agents.sent[0]!.id]);
    s.queue.away = null;
    s.queue.empty();
    await s.acts.loop.idle();
    expect(s.queue.names).toEqual([s.cleanup.metadata.name]);
    await s.settle();
    // It is under way and waits for nobody's turn.
    expect(s.queue.names).toEqual([]);
    for (let i = 0; i < 4; i += 1) await s.sample(100);
    expect(states(s)).toEqual(['Freed']);
    expect(s.agents.sent).toHaveLength(1);
  });
});

describe('the agent gone', () => {
  it('what was issued is sent again with the same id, and the agent knows it', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    s.agents.disconnect('node-a');
    s.acts.loop.disconnected('node-a');
    s.clock.ms += 5000;
    await s.settle();
    expect(holdsBack(s)).toBe('agent');
    s.agents.connect('node-a');
    s.acts.loop.connected('node-a');
    await s.sample(900);
    expect(s.agents.sent.map(({ id, isFirstDelivery }) => [id, isFirstDelivery])).toEqual([
      [s.agents.sent[0]!.id, true],
      [s.agents.sent[0]!.id, false],
    ]);
  });

  it('that never answers is Unknown at the deadline, and nothing is tried again by itself', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    s.clock.ms += 3 * 3600_000;
    await hungry(s, 12);
    expect(states(s)).toEqual(['Unknown']);
    expect(s.agents.executed).toEqual([]);
    expect(s.finding.status.decision).toMatchObject({ kind: 'Refuse', reason: 'UnknownBefore' });
  });

  it('whose veto says no is not asked', async () => {
    await using s = await running();
    s.agents.connect('node-a', { mode: 'Observe', reason: 'STOP is there.' });
    await hungry(s);
    expect([holdsBack(s), s.agents.sent, s.cleanups.list()]).toEqual(['agent', [], []]);
    expect(s.finding.status.decision).toMatchObject({
      kind: 'Observe',
      message: expect.stringContaining('STOP'),
    });
  });
});

describe('the store gone', () => {
  it('nothing is acted on, findings come when it is back', async () => {
    await using s = await running();
    for (const store of [s.findings, s.cleanups, s.pause, s.breaker, s.audit])
      store.outage = 'The disk is full.';
    await hungry(s);
    expect([holdsBack(s), s.findings.list(), s.agents.sent]).toEqual(['store', [], []]);
    expect(s.acts.health()).toContainEqual(
      expect.objectContaining({
        component: 'findings',
        state: 'degraded',
        reason: expect.stringContaining('full'),
      }),
    );
    for (const store of [s.findings, s.cleanups, s.pause, s.breaker, s.audit]) store.outage = null;
    await s.untilSent();
    expect(holdsBack(s)).toBeNull();
    expect(s.agents.sent).toHaveLength(1);
  });

  it('an answer that cannot be committed is not acknowledged until it can', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    s.cleanups.outage = 'The disk is full.';
    s.agents.answer('node-a', s.agents.sent[0]!.id, { kind: 'Executed', detail: 'done' });
    await s.settle();
    expect(s.agents.acknowledged).toEqual([]);
    s.cleanups.outage = null;
    await s.sample(900);
    expect(s.agents.acknowledged).toEqual([s.agents.sent[0]!.id]);
    expect(s.agents.sent).toHaveLength(1);
  });

  it('a pause holds although it cannot be written, and says so', async () => {
    await using s = await running();
    s.pause.outage = 'The disk is full.';
    await expect(s.acts.acting.stop('person', 'now')).rejects.toMatchObject({ code: 'StoreUnavailable' });
    expect(s.agents.terms).toMatchObject({ paused: true });
    await hungry(s);
    expect(s.agents.sent).toEqual([]);
    s.pause.outage = null;
    await s.acts.acting.persist();
    expect(s.pause.get()).toMatchObject({ by: 'person' });
  });
});

describe('the sensor gone', () => {
  it('without a new ledger nothing is verified, and at the deadline it is Unknown', async () => {
    await using s = await running();
    await s.untilSent();
    expect(s.cleanup.status.steps[0]!.state).toBe('Executed');
    s.clock.ms += 600_000;
    await s.settle();
    expect(s.cleanup.status.steps[0]!.state).toBe('Executed');
    s.clock.ms += 3 * 3600_000;
    await s.acts.loop.handle(s.cleanup.metadata.name, new AbortController().signal);
    expect(states(s)).toEqual(['Unknown']);
  });
});

describe('the audit trail gone', () => {
  it('acts go on, health says it, and everything is in it when it is back', async () => {
    await using s = await running();
    s.audit.outage = 'The disk is full.';
    await s.untilSent();
    expect(s.agents.executed).toHaveLength(1);
    expect(s.acts.audit.health()).toMatchObject({ state: 'degraded' });
    s.audit.outage = null;
    await s.restart();
    const what = s.audit.entries.map((entry) => entry.what);
    expect(what).toEqual(
      expect.arrayContaining(['FindingOpened', 'FindingConfirmed', 'OrderIssued', 'OrderAnswered']),
    );
    expect(new Set(s.audit.entries.map(({ id }) => id)).size).toBe(what.length);
  });
});
