/*
 * resources.fuzz: random lives of resources with faults, each checked (libs/resources/test/fuzz.ts).
 */
import { BrokenInvariant } from '#contracts/errors';
import { exact, result, type Result, type SuiteRun } from '../harness/document.js';
import { startProgram } from '../harness/program.js';

const RUNS = 1_000_000;
const QUICK_RUNS = 20_000;
const NAME = 'resources.fuzz';
const MINUTES_30 = 1_800_000;

export async function resourcesFuzz(run: SuiteRun): Promise<Result[]> {
  const runs = run.quick ? QUICK_RUNS : RUNS;
  run.workspace.say(`${NAME}: ${runs} runs`);
  return await run.workspace.section(async (section) => {
    const program = section.use(await startProgram('resources-fuzz', [String(runs)]));
    const said = await program.said('done', MINUTES_30);
    const { lost, doubled, faults, ...mustBeNone } = said as Record<string, number>;
    for (const what of ['misheard', 'disordered', 'leftBehind', 'hidden'])
      if (mustBeNone[what] !== 0)
        throw new BrokenInvariant(`${NAME}: ${what} is ${mustBeNone[what] ?? '?'}.`);
    const note = `${faults ?? 0} faults in ${mustBeNone['releases'] ?? 0} releases`;
    const figure = {
      name: NAME,
      unit: 'releases',
      better: 'lower',
      goal: 0,
      note,
      withoutVerdict: run.quick,
    } as const;
    return [
      result({ ...figure, metric: 'lost' }, exact(lost ?? NaN, runs)),
      result({ ...figure, metric: 'double' }, exact(doubled ?? NaN, runs)),
    ];
  });
}
