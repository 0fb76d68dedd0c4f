/*
 * queue.throughput: cleanups that the queue accepts a second, with a Redis that keeps its files as local mode's does
 * (append-only, synced each second); and how many looks a second its workers make.
 */
import { result, type Result, type SuiteRun } from '../harness/document.js';
import { startProgram } from '../harness/program.js';
import { bootstrap, median } from '../harness/statistics.js';
import { startRedis } from './redis.js';

const NAME = 'queue.throughput';

export async function queueThroughput(run: SuiteRun): Promise<Result[]> {
  run.workspace.say(NAME);
  return await run.workspace.section(async (section) => {
    const redis = await startRedis(section);
    const args = [redis.url, String(run.quick ? 3 : 15)];
    const program = section.use(await startProgram('queue-throughput', args));
    const said = await program.said('done', 300_000);
    const figure = { name: NAME, unit: '/s', better: 'higher' } as const;
    const note = '64 under way, one client';
    return [
      result(
        { ...figure, metric: 'accepted, with persistence', goal: 1000, note },
        bootstrap(said['accepted'] as number[], median, run.random),
      ),
      result(
        { ...figure, metric: 'looked at and done' },
        bootstrap(said['done'] as number[], median, run.random),
      ),
      result(
        { name: NAME, metric: 'resident memory of the client', unit: 'MiB', better: 'lower' },
        bootstrap(said['residentMiB'] as number[], median, run.random),
      ),
    ];
  });
}
