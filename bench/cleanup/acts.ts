/*
 * cleanup.decisionToOrder and cleanup.overhead: local mode acts on processes that fill their cgroups again and again.
 * Times are those that stand in the objects. The overhead is what one more act costs: the task clock of all threads of
 * controller, agent and Redis in a window with acts, less that of the window beside it in which the holders are
 * told just as often by this benchmark while everything is paused, by the number of acts. So sensing, ledger and the life
 * of findings are in both; from the decision to the closed cleanup, its audit entries and its queue are in the first only.
 * What the kernel does for them in threads of its own (writing back) is in neither.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { MemoryCleanup } from '#api';
import { Unavailable } from '#contracts/errors';
import type { LeftOut, Result, SuiteRun } from '../harness/document.js';
import { result } from '../harness/document.js';
import { bootstrap, median, quantile, type Estimate } from '../harness/statistics.js';
import { actFloor } from './act-floor.js';
import { ActingMachine, executed, PARTS, type Part } from './acting-machine.js';
import { leftOutHere } from './needs-root.js';

/** Until what is compiled while it runs has been. */
const WARM_UP_MS = 30_000;
/** Until as many acts begin as end. */
const RAMP_MS = 4000;
/** One window of each is one observation of the overhead. */
const WINDOW_MS = 15_000;
const DECISION = '011-what-an-act-costs.md';

/** CPU milliseconds of one act. */
type Overhead = Readonly<Record<Part, number>>;

export async function acts(run: SuiteRun): Promise<{ results: Result[]; leftOut: LeftOut[] }> {
  const leftOut = leftOutHere(['cleanup.decisionToOrder', 'cleanup.overhead']);
  if (leftOut.length > 0) return { results: [], leftOut };
  const floor = await actFloor(run);
  run.workspace.say('cleanup.decisionToOrder, cleanup.overhead');
  return await run.workspace.section(async (section) => {
    const machine = await ActingMachine.start(section);
    await pause(WARM_UP_MS);
    const overheads: Overhead[] = [];
    for (let window = 0; window < (run.quick ? 2 : 10); window += 1) overheads.push(await overhead(machine));
    const delays = orderDelays(await machine.cleanups());
    return { results: rows(run, { delays, overheads, floor }), leftOut: [] };
  });
}

interface Measured {
  /** Milliseconds. */
  readonly delays: readonly number[];
  readonly overheads: readonly Overhead[];
  readonly floor: Estimate;
}

function rows(run: SuiteRun, { delays, overheads, floor }: Measured): Result[] {
  const p99 = (values: readonly number[]): number => quantile(values, 0.99);
  const note = 'from the decision until the agent had carried it out';
  const order = { name: 'cleanup.decisionToOrder', unit: 'ms', better: 'lower' } as const;
  const cost = { name: 'cleanup.overhead', unit: 'ms CPU', better: 'lower' } as const;
  const all = overheads.map((each) => PARTS.reduce((sum, part) => sum + each[part], 0));
  const ofPart = (part: Part): Result =>
    result(
      { ...cost, metric: `per act, ${part}` },
      bootstrap(
        overheads.map((each) => each[part]),
        median,
        run.random,
      ),
    );
  return [
    result({ ...order, metric: 'p99', goal: 100, note }, bootstrap(delays, p99, run.random)),
    result({ ...order, metric: 'median' }, bootstrap(delays, median, run.random)),
    result(
      {
        ...cost,
        metric: 'per act, all parts',
        goal: 5,
        withoutVerdict: run.quick,
        // The lower end: what may be chance is no bound.
        dispute: { decision: DECISION, bound: floor.interval[0] },
      },
      bootstrap(all, median, run.random),
    ),
    ...PARTS.map(ofPart),
    result({ ...cost, metric: 'per act, commit points alone' }, floor),
  ];
}

/** A window of acts less one without them beside it. */
async function overhead(machine: ActingMachine): Promise<Overhead> {
  await machine.resume();
  await pause(RAMP_MS);
  const before = executed(await machine.cleanups());
  const busy = await spent(machine, () => pause(WINDOW_MS));
  const done = executed(await machine.cleanups()) - before;
  if (done === 0) throw new Unavailable('Nothing was done in a whole window: no act to measure.');
  await machine.settle();
  const everyMs = WINDOW_MS / done;
  await machine.tellHolders(everyMs, RAMP_MS);
  const idle = await spent(machine, () => machine.tellHolders(everyMs, WINDOW_MS));
  const entries = PARTS.map((part) => [part, ((busy[part] - idle[part]) * WINDOW_MS) / done] as const);
  return Object.fromEntries(entries) as Overhead;
}

/** CPU milliseconds a millisecond, of each part. */
async function spent(machine: ActingMachine, during: () => Promise<unknown>): Promise<Overhead> {
  const [before, began] = [machine.cpu(), performance.now()];
  await during();
  const [after, tookMs] = [machine.cpu(), performance.now() - began];
  const entries = PARTS.map((part) => [part, (after[part] - before[part]) / tookMs] as const);
  return Object.fromEntries(entries) as Overhead;
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
