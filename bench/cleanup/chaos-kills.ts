/*
 * chaos.kills: the parts of the product are killed at random moments while acts go on, and what they say became of each
 * is compared with what the processes themselves wrote down (test/chaos).
 */
import { killAtRandom } from '../../test/chaos/random-kills.js';
import { Scenario } from '../../test/chaos/scenario.js';
import { exact, result, type LeftOut, type Result, type SuiteRun } from '../harness/document.js';
import { leftOutHere } from './needs-root.js';

const NAME = 'chaos.kills';
const KILLS = 1000;
const QUICK_KILLS = 20;

export async function chaosKills(run: SuiteRun): Promise<{ results: Result[]; leftOut: LeftOut[] }> {
  const leftOut = leftOutHere([NAME]);
  if (leftOut.length > 0) return { results: [], leftOut };
  const kills = run.quick ? QUICK_KILLS : KILLS;
  run.workspace.say(`${NAME}: ${kills}`);
  await using scenario = await Scenario.start({ holders: 8, regrowMs: 3500 });
  const say = (line: string): void => run.workspace.say(`${NAME}: ${line}`);
  const report = await killAtRandom(scenario, { kills, chance: run.random, say });
  for (const wrong of report.wrong) say(wrong);
  const figure = { name: NAME, unit: 'acts', better: 'lower' } as const;
  const note = `${report.acts} acts, ${report.unknown} of unknown outcome`;
  return {
    results: [
      result(
        { ...figure, metric: 'lost or repeated', goal: 0, note, withoutVerdict: run.quick },
        exact(report.wrong.length, report.kills),
      ),
    ],
    leftOut: [],
  };
}
