/*
 * Too much of everything, and all at once: edits, pauses, an emptied Redis, clocks that jump, ledgers that lie.
 */
import { describe, expect, it } from '@jest/globals';
import type { Holder } from '#contracts/ledger';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';

const HOUR_MS = 3600_000;

async function running(): Promise<Scenario> {
  const s = new Scenario();
  s.start();
  s.policy('Enforce');
  await s.settle();
  return s;
}

/** A report that somebody tampered with. */
async function tampered(s: Scenario, change: (rows: readonly Holder[]) => readonly Holder[]): Promise<void> {
  await s.sample(900);
  s.clock.ms += 5000;
  const report = s.ledgers.get('node-a')!;
  const [host] = report.ledger.devices;
  const devices = [{ ...host!, holders: change(host!.holders) }];
  const lie = { ...report, ledger: { ...report.ledger, takenAtMs: s.clock.ms, devices } };
  s.ledgers.set('node-a', lie);
  s.acts.loop.reported(lie);
  await s.settle();
}

function expectAuditedOnce(s: Scenario): void {
  const ids = s.audit.entries.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of s.agents.executed) {
    const told = s.audit.entries.filter((entry) => entry.id.startsWith(`${id}/`)).map(({ what }) => what);
    expect(told.filter((what) => what === 'OrderIssued')).toHaveLength(1);
    expect(told.filter((what) => what === 'OrderAnswered')).toHaveLength(1);
  }
}

describe('a ledger that lies', () => {
  it.each<readonly [string, (rows: readonly Holder[]) => readonly Holder[]]>([
    ['each holder twice', (rows) => [...rows, ...rows]],
    ['negative bytes', (rows) => rows.map((row) => ({ ...row, bytes: (0 - row.bytes) as Holder['bytes'] }))],
    ['no rows', () => []],
    [
      'fifty thousand rows',
      (rows) => [
        ...rows,
        ...Array.from({ length: 50_000 }, (_, i) => ({
          ...rows.at(-1)!,
          id: `process:${5000 + i}:1`,
          pid: 5000 + i,
        })),
      ],
    ],
  ])(
    'of %s is no act too many',
    async (_, change) => {
      await using s = await running();
      for (let i = 0; i < 4; i += 1) await tampered(s, change);
      expect(new Set(s.agents.executed).size).toBe(s.agents.executed.length);
      expect(s.cleanups.list().filter((cleanup) => s.state(cleanup) === 'open').length).toBeLessThanOrEqual(
        1,
      );
      expect(s.findings.list().length).toBeLessThanOrEqual(10_000);
      expectAuditedOnce(s);
    },
    60_000,
  );
});

describe('a storm', () => {
  it('of edits sends nothing under what is not in force, and one act at a time', async () => {
    await using s = await running();
    for (let generation = 2; generation < 60; generation += 1) {
      s.policy(generation % 3 === 0 ? 'Observe' : 'Enforce', { matchingPrecedence: generation }, generation);
      await s.sample(900);
      if (generation % 7 === 0) s.policies.set([]);
    }
    for (let i = 0; i < 6; i += 1) await s.sample(900);
    expect(new Set(s.agents.executed).size).toBe(s.agents.executed.length);
    for (const { policy, id } of s.agents.sent)
      expect([id, policy.generation % 3 === 0]).toEqual([id, false]);
    expectAuditedOnce(s);
  });

  it('of pauses and resumes leaves what was said last, each told once, and sends nothing while paused', async () => {
    await using s = await running();
    await s.sample(900);
    const { acting } = s.acts;
    await Promise.all(
      Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? acting.stop('ann', '') : acting.resume('ann'))),
    );
    await acting.stop('ann', 'last');
    expect(acting.pause).toEqual(s.pause.get());
    expect(s.agents.terms).toMatchObject({ paused: true });
    for (let i = 0; i < 6; i += 1) await s.sample(900);
    expect(s.agents.sent).toEqual([]);
    await s.restart();
    expect(s.acts.acting.pause).not.toBeNull();
  });

  it('of an emptied Redis in each sample asks once', async () => {
    await using s = await running();
    for (let i = 0; i < 20; i += 1) {
      s.queue.empty();
      await s.sample(900);
    }
    expect(s.agents.executed.length).toBe(
      s.cleanups.list().filter(({ status }) => status.steps[0]!.orderID).length,
    );
    expect(s.queue.names.length).toBeLessThanOrEqual(1);
    expectAuditedOnce(s);
  });

  it('of clock jumps never asks within the cooldown, and budgets hold', async () => {
    await using s = await running();
    s.policy('Enforce', { limits: { perHour: 3 } }, 2);
    const jumps = [3, -5, 2, -1, 4, -3].map((hours) => hours * HOUR_MS);
    for (const jump of [...jumps, ...jumps]) {
      s.clock.ms += jump;
      for (let i = 0; i < 4; i += 1) await s.sample(900);
    }
    expect(new Set(s.agents.executed).size).toBe(s.agents.executed.length);
    expect(s.agents.executed.length).toBeLessThanOrEqual(jumps.length * 2);
    expectAuditedOnce(s);
  });

  it('of cancellations while an order is out, measures once', async () => {
    await using s = await running();
    s.agents.respond = () => null;
    await s.untilSent();
    const { name } = s.cleanup.metadata;
    const all = Array.from({ length: 100 }, () => s.acts.loop.byHand.cancel(name));
    s.agents.answer('node-a', s.agents.sent[0]!.id, { kind: 'Executed', detail: '' });
    await Promise.all([...all, s.sample(900)]);
    for (let i = 0; i < 4; i += 1) await s.sample(100);
    expect(s.state()).toBe('Freed');
    expect(s.agents.sent).toHaveLength(1);
    expectAuditedOnce(s);
  });
});

describe('a pause', () => {
  it('that is asked for while a resume is being written holds', async () => {
    await using s = await running();
    await s.acts.acting.stop('ann', 'first');
    const resumed = s.acts.acting.resume('ann');
    const paused = s.acts.acting.stop('bob', 'second');
    await Promise.all([resumed, paused]);
    expect(s.acts.acting.pause).toMatchObject({ by: 'bob', reason: 'second' });
    expect(s.pause.get()).toEqual(s.acts.acting.pause);
    expect(s.agents.terms).toMatchObject({ paused: true });
  });

  it('that two people end at once is ended once', async () => {
    await using s = await running();
    await s.acts.acting.stop('ann', '');
    await Promise.all([s.acts.acting.resume('ann'), s.acts.acting.resume('bob')]);
    await s.settle();
    expect(s.acts.acting.pause).toBeNull();
    expect(s.audit.entries.filter(({ what }) => what === 'Resumed')).toHaveLength(1);
  });
});
