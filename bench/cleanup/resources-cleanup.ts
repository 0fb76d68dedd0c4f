/*
 * resources.cleanup: one release of a registered resource, from when it is asked for to when it is over, 16 under way at a time.
 */
import { result, type Result, type SuiteRun } from '../harness/document.js';
import { startProgram } from '../harness/program.js';
import { bootstrap, median } from '../harness/statistics.js';

const CORE = 0;
const NAME = 'resources.cleanup';

export async function resourcesCleanup(run: SuiteRun): Promise<Result[]> {
  run.workspace.say(NAME);
  return await run.workspace.section(async (section) => {
    const program = section.use(
      await startProgram('resources-cleanup', [String(run.quick ? 5 : 30)], { core: CORE }),
    );
    const said = await program.said('done', 120_000);
    const means = bootstrap(said['meanMs'] as number[], median, run.random);
    const success = bootstrap(said['success'] as number[], (values) => Math.min(...values), run.random);
    return [
      result({ name: NAME, metric: 'mean in process', unit: 'ms', better: 'lower', goal: 1 }, means),
      result({ name: NAME, metric: 'success', unit: '%', better: 'higher', goal: 100 }, success),
    ];
  });
}
