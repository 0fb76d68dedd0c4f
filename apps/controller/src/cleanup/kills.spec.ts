/*
 * A controller that is killed before and after each of its writes, one after another, and started again.
 */
import { describe, expect, it } from '@jest/globals';
import { conditionOf } from '#api';
import { Life, Scenario } from '../../../../test/integration/support/acts-scenario.js';

/** From the first sample to the closed finding; the process gives everything back when it is asked. */
async function play(s: Scenario): Promise<void> {
  s.policy('Enforce');
  for (let i = 0; i < 14; i += 1) {
    await s.sample(s.agents.executed.length > 0 ? 100 : 900);
    if (s.life.isOver) await s.restart();
  }
}

async function begun(life: Life): Promise<Scenario> {
  const s = new Scenario(life);
  s.start();
  await s.settle();
  if (life.isOver) await s.restart();
  return s;
}

function outcomeOf(s: Scenario): unknown {
  // That a cleanup is under way is decided only by one who was not the one that created it a moment ago.
  const told = s.audit.entries.filter(({ what }) => what !== 'Decided');
  const audit = told.map(({ what, subject }) => `${what} ${subject}`).sort();
  return {
    executed: s.agents.executed.length,
    acknowledged: s.agents.executed.every((id) => s.agents.acknowledged.includes(id)),
    cleanups: s.cleanups
      .list()
      .map((cleanup) => [cleanup.metadata.name, s.state(cleanup), cleanup.status.freedBytes]),
    finding: conditionOf(s.finding.status.conditions, 'Closed')?.reason,
    refers: s.finding.status.cleanupRef?.name,
    count: s.finding.status.cleanups,
    audit,
  };
}

describe('a controller that is killed', () => {
  it.each(['before', 'after'] as const)(
    '%s any of its writes loses no act, repeats none and ends the same way',
    async (when) => {
      await using whole = await begun(new Life());
      await play(whole);
      const writes = whole.life.writes;
      const expected = outcomeOf(whole);
      expect(expected).toMatchObject({ executed: 1, acknowledged: true, finding: 'Freed', count: 1 });
      expect(writes).toBeGreaterThan(15);
      for (let n = 1; n <= writes; n += 1) {
        await using s = await begun(new Life({ n, when }));
        await play(s);
        expect({ n, ...(outcomeOf(s) as object) }).toEqual({ n, ...(expected as object) });
      }
    },
  );
});
