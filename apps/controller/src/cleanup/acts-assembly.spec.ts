import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { conditionOf } from '#api';
import { MIB } from '#contracts/units';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';

describe('the loop from a report to a measured cleanup', () => {
  let s: Scenario;
  beforeEach(() => {
    s = new Scenario();
    s.start();
  });
  afterEach(async () => {
    await s[Symbol.asyncDispose]();
  });

  const hungry = async (samples: number): Promise<void> => {
    for (let i = 0; i < samples; i += 1) await s.sample(900);
  };
  it('notices, decides, asks, measures and closes', async () => {
    s.policy('Enforce');
    await s.untilSent();
    expect(s.agents.sent).toHaveLength(1);
    expect(s.agents.sent[0]).toMatchObject({
      node: 'node-a',
      isFirstDelivery: true,
      policy: { name: 'caches', uid: 'policy-1', generation: 1 },
      act: { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: ['cache'] },
      target: { bootId: 'boot-1', process: { pid: 1000, startTimeTicks: 77 } },
    });
    expect(s.agents.acknowledged).toEqual([s.agents.sent[0]!.id]);
    await s.sample(100);
    await s.sample(100);
    await s.sample(100);
    expect(s.state()).toBe('Freed');
    expect(s.cleanup.status.freedBytes).toBe(800 * MIB);
    expect(conditionOf(s.finding.status.conditions, 'Closed')).toMatchObject({
      status: 'True',
      reason: 'Freed',
    });
    expect(s.audit.entries.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'PolicyAccepted',
        'FindingOpened',
        'FindingConfirmed',
        'CleanupCreated',
        'OrderIssued',
        'OrderAnswered',
        'StepVerified',
        'CleanupClosed',
        'FindingClosed',
      ]),
    );
  });

  it('says what it would do in DryRun, and sends nothing', async () => {
    s.policy('DryRun');
    await hungry(8);
    expect(s.state()).toBe('DryRun');
    expect(s.cleanups.list()).toHaveLength(1);
    expect(s.agents.sent).toEqual([]);
    expect(s.audit.entries.map(({ what }) => what)).toContain('WouldAct');
  });

  it('only looks in Observe', async () => {
    s.policy('Observe');
    await hungry(8);
    expect(s.finding.status.decision).toMatchObject({ kind: 'Observe', reason: 'ModeObserve' });
    expect(s.cleanups.list()).toEqual([]);
  });

  it('stops while paused, goes on when resumed, and says both', async () => {
    s.policy('Enforce');
    await s.acts.acting.stop('person', 'release night');
    expect(s.agents.terms).toMatchObject({ paused: true });
    await hungry(8);
    expect(s.cleanups.list()).toEqual([]);
    expect(s.finding.status.decision).toMatchObject({ kind: 'Wait', reason: 'ActsOff' });
    await s.acts.acting.resume('person');
    expect(s.agents.terms).toMatchObject({ paused: false });
    await hungry(1);
    expect(s.agents.sent).toHaveLength(1);
  });
});
