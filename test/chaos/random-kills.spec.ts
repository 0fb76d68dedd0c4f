import { describe, expect, it } from '@jest/globals';
import { killAtRandom } from './random-kills.js';
import { Scenario } from './scenario.js';

describe('kill -9 at random', () => {
  it('of the controller, the agent, Redis and all three: nothing lost, nothing repeated, every outcome true', async () => {
    await using scenario = await Scenario.start({ holders: 8, regrowMs: 3500 });
    const report = await killAtRandom(scenario, { kills: 40, chance: Math.random });
    expect(report.wrong).toEqual([]);
    expect(report.acts).toBeGreaterThan(10);
  }, 600_000);
});
