/*
 * events.throughput: notices through the bus of one process, from publish to the subscriber's callback.
 */
import { BrokenInvariant } from '#contracts/errors';
import { result, type Result, type SuiteRun } from '../harness/document.js';
import { startProgram } from '../harness/program.js';
import { bootstrap, median } from '../harness/statistics.js';

const CORE = 0;

export async function eventsThroughput(run: SuiteRun): Promise<Result> {
  run.workspace.say('events.throughput');
  return await run.workspace.section(async (section) => {
    const program = section.use(await startProgram('events', [String(run.quick ? 15 : 60)], { core: CORE }));
    const said = await program.said('done', 60_000);
    if (said['lost'] !== 0) throw new BrokenInvariant(`${String(said['lost'])} notices were lost.`);
    const perSecond = bootstrap(said['perSecond'] as number[], median, run.random);
    const figure = { name: 'events.throughput', metric: 'in process', unit: '/s', better: 'higher' } as const;
    return result({ ...figure, goal: 1_000_000, note: 'published and heard by one subscriber' }, perSecond);
  });
}
