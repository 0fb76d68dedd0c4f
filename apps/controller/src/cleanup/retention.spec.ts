import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';
import { isClosed } from '../findings/apply-change.js';
import { expiryOf, Retention, toDelete, type RetentionOptions } from './retention.js';

const HOUR_MS = 3600_000;
const NOW_MS = Date.parse('2026-11-21T10:00:00Z');

function ended(name: string, hoursAgo: number, status: 'True' | 'False' = 'True') {
  const lastTransitionTime = new Date(NOW_MS - hoursAgo * HOUR_MS).toISOString();
  return {
    metadata: { name },
    status: { conditions: [{ type: 'Completed', status, reason: 'x', message: '', lastTransitionTime }] },
  };
}

describe('what is let go', () => {
  it('is a day old, or the oldest of too many; never what is open, never the last hour', () => {
    const objects = [
      ended('day', 25),
      ended('open', 30, 'False'),
      ended('h3', 3),
      ended('h2', 2),
      ended('now', 0.5),
    ];
    expect(toDelete(objects, { ending: 'Completed', most: 10 }, NOW_MS)).toEqual(['day']);
    expect(toDelete(objects, { ending: 'Completed', most: 2 }, NOW_MS)).toEqual(['day', 'h3']);
    expect(toDelete(objects, { ending: 'Completed', most: 0 }, NOW_MS)).toEqual(['day', 'h3', 'h2']);
  });

  it('is a bounded number at once, the oldest first, and what stays is within the bounds or young', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { maxLength: 60 }),
        fc.nat(20),
        (ages, most) => {
          const objects = ages.map((age, i) => ended(`c${i}`, age));
          const gone = new Set(toDelete(objects, { ending: 'Completed', most }, NOW_MS, { atOnce: 1000 }));
          const stays = ages.filter((_, i) => !gone.has(`c${i}`));
          expect(stays.filter((age) => age > 24)).toEqual([]);
          expect(stays.filter((age) => age > 1).length).toBeLessThanOrEqual(most);
          expect(ages.filter((age, i) => age < 1 && gone.has(`c${i}`))).toEqual([]);
          expect(
            toDelete(objects, { ending: 'Completed', most }, NOW_MS, { atOnce: 3 }).length,
          ).toBeLessThanOrEqual(3);
        },
      ),
    );
  });
});

const WELL: RetentionOptions['store'] = {
  write: (work) => work(),
  health: () => ({ component: 'store', state: 'ok' }),
};

describe('a store that is nearly full', () => {
  it('is relieved at once of what ended more than an hour ago, and of nothing else', async () => {
    await using s = new Scenario();
    s.start();
    s.policy('Enforce');
    await s.untilSent();
    s.processes = [];
    await s.sample(900);
    const { findings, cleanups } = s;
    const ended = (): number => findings.list().filter((finding) => isClosed(finding)).length;
    expect(ended()).toBe(1);
    const nodes = { ledger: () => null };
    const at = (laterMs: number, mostObjects: number): Retention => {
      const clock = { nowMs: () => s.clock.ms + laterMs, monotonicMs: () => 0 };
      return new Retention({ findings, cleanups, nodes, store: WELL, clock, mostObjects });
    };
    await at(2 * HOUR_MS, 10_000).relieve();
    await at(HOUR_MS / 2, 1).relieve();
    expect(ended()).toBe(1);
    await at(2 * HOUR_MS, 1).relieve();
    expect(ended()).toBe(0);
  });
});

describe('a finding that nothing is heard of', () => {
  it('expires after a day', async () => {
    await using s = new Scenario();
    s.start();
    s.policy('Observe');
    for (let i = 0; i < 6; i += 1) await s.sample(900);
    const dayMs = 24 * HOUR_MS;
    expect(expiryOf(s.finding, s.clock.ms + dayMs - 60_000)).toBeNull();
    const { findings, cleanups } = s;
    const clock = { nowMs: () => s.clock.ms + dayMs + 1, monotonicMs: () => 0 };
    const nodes = { ledger: () => null };
    const retention = new Retention({ findings, cleanups, nodes, store: WELL, clock });
    await retention.sweep();
    expect(s.finding.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'Closed', reason: 'Expired' }),
    );
  });
});

describe('what still speaks for a living target', () => {
  it('an outcome that nobody knows is not tried again a week later, by a policy or after a restart', async () => {
    await using s = new Scenario();
    s.start();
    s.policy('Enforce');
    s.agents.respond = () => ({ kind: 'Unknown', reason: 'AgentRestarted', detail: '' });
    await s.untilSent();
    const { findings, cleanups, clock } = s;
    const nodes = { ledger: (node: string) => s.ledgers.get(node)?.ledger ?? null };
    const retention = new Retention({ findings, cleanups, nodes, store: WELL, clock });
    for (let day = 0; day < 8; day += 1) {
      s.clock.ms += 24 * HOUR_MS;
      await s.sample(900);
      await retention.sweep();
    }
    await s.restart();
    for (let i = 0; i < 6; i += 1) await s.sample(900);
    expect(s.agents.sent).toHaveLength(1);
    expect(s.findings.list().map(({ status }) => status.decision?.reason)).toContain('UnknownBefore');
    s.processes = [];
    await s.sample(900);
    await retention.sweep();
    expect(s.cleanups.list()).toEqual([]);
  });
});
