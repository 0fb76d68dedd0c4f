/*
 * kill -9 at every single call that changes a file, before it and after it, of one part: the commit points of
 * docs/reference/state.md are among them, and everything between. And a full disk at each of them. A suite for each part.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultAction, FaultControl } from './faults.js';
import { Scenario } from './scenario.js';

const CYCLE_MS = 60_000;

export function killPoints(role: 'controller' | 'agent'): void {
  let scenario: Scenario;

  beforeAll(async () => {
    scenario = await Scenario.start({ holders: 4, regrowMs: 3500 });
  }, 120_000);

  afterAll(async () => {
    await scenario[Symbol.asyncDispose]();
  }, 60_000);

  it.each<FaultAction>(['KillBefore', 'KillAfter'])(
    'dies at each file event (%s), and nothing is lost, repeated or untrue',
    async (action) => {
      const control = scenario.faults[role];
      const points = await eventsOf(scenario, control, 4);
      expect(points).toBeGreaterThan(3);
      for (let point = 1; point <= points; point += 1) {
        const starts = scenario.parts.starts(role);
        control.arm(action, point);
        await scenario.retry(async () => {
          if (scenario.parts.starts(role) === starts) throw new Error(`No ${role} died at event ${point}.`);
        }, CYCLE_MS);
        await scenario.retry(() => scenario.parts.ready(role), CYCLE_MS);
        await scenario.replaceBlocked();
      }
      expect(await scenario.wrong()).toEqual([]);
      await acts(scenario, 1);
    },
    600_000,
  );

  it('finds its disk full at each file event, does no harm, and goes on when there is room', async () => {
    const control = scenario.faults[role];
    const points = await eventsOf(scenario, control, 4);
    for (let point = 1; point <= points; point += 1) {
      control.arm('NoSpace', point);
      await scenario.retry(async () => {
        if (control.fired < 3) throw new Error('Not full yet.');
      }, CYCLE_MS);
      control.disarm();
      await scenario.replaceBlocked();
    }
    expect(await scenario.wrong()).toEqual([]);
    await acts(scenario, 1);
  }, 600_000);
}

/** From now on, whatever is killed: so many more acts. */
async function acts(scenario: Scenario, more: number): Promise<void> {
  const before = await scenario.retry(() => scenario.executed());
  const end = performance.now() + CYCLE_MS;
  while ((await scenario.retry(() => scenario.executed())) < before + more) {
    if (performance.now() > end)
      throw new Error(
        `Nothing is done any more.\n${await findingsInWords(scenario)}\n${scenario.parts.lastWords()}`,
      );
    await pause(500);
    await scenario.replaceBlocked();
  }
}

/** How many file events one act needs, roughly: the points to kill at. */
async function eventsOf(scenario: Scenario, control: FaultControl, actsDone: number): Promise<number> {
  const before = control.events;
  await acts(scenario, actsDone);
  return Math.ceil((control.events - before) / actsDone);
}

/** What was decided last about each, for a person who asks why. */
async function findingsInWords(scenario: Scenario): Promise<string> {
  const { findings } = await scenario.world();
  return JSON.stringify(
    findings.map(({ metadata, status }) => [metadata.name, status.decision, status.cleanups]),
  );
}
