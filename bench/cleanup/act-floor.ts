/*
 * What an act cannot cost less than on this machine: programs that keep every commit point of docs/reference/state.md and
 * do nothing else (bench/programs/act-floor.ts), measured as acts are: task clock with acts, less that without.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SuiteRun } from '../harness/document.js';
import { taskClockMs } from '../harness/proc.js';
import { startProgram } from '../harness/program.js';
import { bootstrap, median, type Estimate } from '../harness/statistics.js';
import { startRedis } from './redis.js';

/** As many and as often as the machine of cleanup.overhead has them. */
const ACTS = 75;
const EVERY_MS = 200;
const DEADLINE_MS = 120_000;

/** CPU milliseconds of one. */
export async function actFloor(run: SuiteRun): Promise<Estimate> {
  run.workspace.say('cleanup.overhead: what no act can cost less than');
  return await run.workspace.section(async (section) => {
    const redis = await startRedis(section);
    const folder = await section.folder();
    const args = [folder, redis.url];
    const agent = section.use(
      await startProgram('act-floor', ['agent', ...args], { env: { UV_THREADPOOL_SIZE: '2' } }),
    );
    await agent.said('ready');
    const controller = section.use(await startProgram('act-floor', ['controller', ...args]));
    await controller.said('ready');
    const spent = (): number =>
      [redis, agent, controller].reduce((sum, { pid }) => sum + taskClockMs(pid), 0);
    const acts = async (): Promise<void> => {
      controller.send({ acts: ACTS, everyMs: EVERY_MS });
      await controller.said('done', DEADLINE_MS);
    };
    await acts(); // until what is compiled while it runs has been
    const floors: number[] = [];
    for (let window = 0; window < (run.quick ? 2 : 10); window += 1) floors.push(await costOf(acts, spent));
    return bootstrap(floors, median, run.random);
  });
}

async function costOf(acts: () => Promise<void>, spent: () => number): Promise<number> {
  const [before, began] = [spent(), performance.now()];
  await acts();
  const [between, tookMs] = [spent(), performance.now() - began];
  await pause(tookMs);
  return (between - before - (spent() - between)) / ACTS;
}
