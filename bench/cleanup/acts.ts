/*
 * cleanup.decisionToOrder and cleanup.overhead: local mode acts on processes that fill their cgroups again and again.
 * Times are those that stand in the objects; CPU time is what the kernel says of all processes of local mode, less what
 * they use while everything is paused.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MemoryCleanup } from '#api';
import { Unavailable } from '#contracts/errors';
import type { LeftOut, Result, SuiteRun } from '../harness/document.js';
import { result } from '../harness/document.js';
import { bootstrap, median, quantile } from '../harness/statistics.js';
import { ActingMachine, executed } from './acting-machine.js';
import { leftOutHere } from './needs-root.js';

const WARM_UP_MS = 10_000;
/** One window of each is one observation of the overhead. */
const WINDOW_MS = 15_000;

export async function acts(run: SuiteRun): Promise<{ results: Result[]; leftOut: LeftOut[] }> {
  const leftOut = leftOutHere(['cleanup.decisionToOrder', 'cleanup.overhead']);
  if (leftOut.length > 0) return { results: [], leftOut };
  run.workspace.say('cleanup.decisionToOrder, cleanup.overhead');
  return await run.workspace.section(async (section) => {
    const machine = await ActingMachine.start(section);
    await pause(WARM_UP_MS);
    const overheads: number[] = [];
    for (let window = 0; window < (run.quick ? 2 : 10); window += 1) overheads.push(await overhead(machine));
    const delays = orderDelays(await machine.cleanups());
    return { results: rows(run, delays, overheads), leftOut: [] };
  });
}

function rows(run: SuiteRun, delays: readonly number[], overheads: readonly number[]): Result[] {
  const p99 = (values: readonly number[]): number => quantile(values, 0.99);
  const note = 'from the decision until the agent had carried it out';
  const order = { name: 'cleanup.decisionToOrder', unit: 'ms', better: 'lower' } as const;
  const cost = { name: 'cleanup.overhead', unit: 'ms CPU', better: 'lower' } as const;
  return [
    result({ ...order, metric: 'p99', goal: 100, note }, bootstrap(delays, p99, run.random)),
    result({ ...order, metric: 'median' }, bootstrap(delays, median, run.random)),
    result(
      { ...cost, metric: 'per act, all parts', goal: 5, withoutVerdict: run.quick },
      bootstrap(overheads, median, run.random),
    ),
  ];
}

/** CPU milliseconds of an act: a window of acts less a paused one beside it. */
async function overhead(machine: ActingMachine): Promise<number> {
  await machine.settle();
  const idle = await spent(machine);
  await machine.resume();
  const before = executed(await machine.cleanups());
  const busy = await spent(machine);
  const done = executed(await machine.cleanups()) - before;
  if (done === 0) throw new Unavailable('Nothing was done in a whole window: no act to measure.');
  return (busy - idle) / done;
}

async function spent(machine: ActingMachine): Promise<number> {
  const before = machine.cpuMs();
  await pause(WINDOW_MS);
  return machine.cpuMs() - before;
}

/** Of first steps that were executed at the first attempt: nothing was waited for between decision and order. */
function orderDelays(cleanups: readonly MemoryCleanup[]): number[] {
  return cleanups.flatMap(({ metadata, status }) => {
    const [step] = status.steps;
    if (step?.executedAt === undefined || metadata.creationTimestamp === undefined || step.attempt !== 1)
      return [];
    return [Date.parse(step.executedAt) - Date.parse(metadata.creationTimestamp)];
  });
}
