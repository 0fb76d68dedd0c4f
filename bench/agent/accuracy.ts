/*
 * agent.accuracy: is what the ledger says true? On this machine's own cgroups, and on cgroup v2 in the virtual machine
 * of test/vm, whose figures are those of the same measurements run in there.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Unavailable } from '#contracts/errors';
import { MIB } from '#contracts/units';
import { causes, type Cause } from '../accuracy/cause.js';
import { HostProbe } from '../accuracy/probe.js';
import { rowErrors } from '../accuracy/rows.js';
import { runScenario, SCENARIOS } from '../accuracy/scenarios.js';
import { Child } from '../harness/child.js';
import {
  exact,
  result,
  type Figure,
  type Result,
  type SuiteResults,
  type SuiteRun,
} from '../harness/document.js';
import { cgroupVersion } from '../harness/machine.js';
import { bootstrap } from '../harness/statistics.js';
import type { Workspace } from '../harness/workspace.js';

const SPREAD_MINUTES = 10;
const SPREAD_FLOOR = 16 * MIB;
const SAMPLE_MS = 5000;
const VM_DEADLINE_MS = 400_000;

/** What one place was measured to be. */
interface Truth {
  readonly version: 1 | 2;
  /** Relative errors of the rows. */
  readonly rows: readonly number[];
  readonly causes: readonly Cause[];
  /** |unattributed| / its bound, of each sample. */
  readonly shareOfBound: readonly number[];
  readonly spreadBytes: number;
  readonly usedBytes: number;
  readonly minutes: number;
  /** Samples that did not add up. */
  readonly broken: number;
  /** Samples that called themselves estimated, because free memory moved by more than 32 MiB while they were taken. */
  readonly estimated: number;
}

export async function agentAccuracy(run: SuiteRun): Promise<SuiteResults> {
  const here = await run.workspace.section((section) => measureHere(section, run.quick));
  const results = resultsOf(run, here);
  if (here.version === 2) return { results, leftOut: [] };
  try {
    return { results: [...results, ...resultsOf(run, await measureInVm(run.workspace))], leftOut: [] };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { results, leftOut: [{ name: 'agent.accuracy on cgroup v2', why: error.message }] };
  }
}

async function measureHere(workspace: Workspace, quick: boolean): Promise<Truth> {
  const probe = workspace.use(new HostProbe());
  const began = performance.now();
  workspace.say('agent.accuracy: rows, scenarios, cause');
  const rows = await rowErrors(workspace, probe, { smallestMiB: 16 });
  for (const scenario of SCENARIOS)
    await runScenario(scenario, {
      workspace,
      probe,
      bytes: 200 * MIB,
      tmpfs: '/dev/shm',
      disk: await workspace.folder(),
    });
  const found = await causes(workspace, probe, { rounds: quick ? 6 : 30, stepMiB: 128 });
  await settle(workspace, probe, quick ? 0 : began + SPREAD_MINUTES * 60_000);
  return truthOf(probe, { version: cgroupVersion(), rows, causes: found, began });
}

/** Goes on sampling, as the agent would, until the spread covers its time. */
async function settle(workspace: Workspace, probe: HostProbe, untilMs: number): Promise<void> {
  if (performance.now() < untilMs) workspace.say(`agent.accuracy: sampling for ${SPREAD_MINUTES} min in all`);
  while (performance.now() < untilMs) {
    await probe.sample();
    await pause(SAMPLE_MS);
  }
}

function truthOf(
  probe: HostProbe,
  {
    version,
    rows,
    causes: found,
    began,
  }: Pick<Truth, 'version' | 'rows' | 'causes'> & { readonly began: number },
): Truth {
  const rests = probe.samples.map(({ unattributedBytes }) => unattributedBytes);
  return {
    version,
    rows,
    causes: found,
    shareOfBound: probe.shareOfBound,
    spreadBytes: Math.max(...rests) - Math.min(...rests),
    usedBytes: Math.max(...probe.samples.map(({ usedBytes }) => usedBytes)),
    minutes: (performance.now() - began) / 60_000,
    broken: probe.broken.length,
    estimated: probe.estimated,
  };
}

/** @throws {Unavailable} where the virtual machine cannot run */
async function measureInVm(workspace: Workspace): Promise<Truth> {
  workspace.say('agent.accuracy: the same on cgroup v2, in the virtual machine');
  return await workspace.section(async (section) => {
    const vm = section.use(new Child([process.execPath, 'test/vm/run.mjs']));
    const ended = await vm.exited(VM_DEADLINE_MS);
    if (ended !== 0)
      throw new Unavailable('the virtual machine reported a failure: npm run test:vm says which');
    return truthOfVm(await readFile('artefacts/vm/figures.ndjson', 'utf8'));
  });
}

function truthOfVm(lines: string): Truth {
  const figures = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown> & { readonly name: string });
  const named = (name: string): Record<string, unknown> => {
    const found = figures.find((figure) => figure.name === name);
    if (found === undefined)
      throw new Unavailable(`the virtual machine gave no figure ${name}: it was skipped`);
    return found;
  };
  return {
    version: 2,
    rows: named('rows')['errors'] as number[],
    causes: named('causes')['found'] as Cause[],
    ...(named('unattributed') as Pick<
      Truth,
      'shareOfBound' | 'spreadBytes' | 'usedBytes' | 'minutes' | 'broken' | 'estimated'
    >),
  };
}

function resultsOf(run: SuiteRun, truth: Truth): Result[] {
  const on = `cgroup v${truth.version}`;
  const figure = (metric: string, unit: string, goal: number): Figure => {
    return { name: 'agent.accuracy', metric: `${metric}, ${on}`, unit, better: 'lower', goal };
  };
  const largest = (values: readonly number[], scale: number): ReturnType<typeof bootstrap> =>
    bootstrap(
      values.map((value) => value * scale),
      (all) => Math.max(...all),
      run.random,
    );
  const isLong = truth.minutes >= SPREAD_MINUTES;
  const spread: Figure = {
    ...figure('unattributed, spread over 10 min', 'MiB', (SPREAD_FLOOR + 0.01 * truth.usedBytes) / MIB),
    ...(isLong ? {} : { note: `over ${truth.minutes.toFixed(1)} min`, withoutVerdict: true }),
  };
  const estimated =
    truth.estimated === 0
      ? {}
      : { note: `${truth.estimated} samples called themselves estimated, not counted` };
  return [
    result(figure('largest error of a row, 50 processes with known bytes', '%', 2), largest(truth.rows, 100)),
    result(
      { ...figure('unattributed, share of max(1 % of used, 32 MiB)', '%', 100), ...estimated },
      largest(truth.shareOfBound, 100),
    ),
    result(spread, exact(truth.spreadBytes / MIB, truth.shareOfBound.length)),
    result(
      figure('X more bytes: error of that row', '% of X', 2),
      largest(
        truth.causes.map(({ own }) => own),
        100,
      ),
    ),
    result(
      figure('X more bytes: any other row', '% of X', 1),
      largest(
        truth.causes.map(({ others }) => others),
        100,
      ),
    ),
    result(figure('samples that do not add up', '', 0), exact(truth.broken, truth.shareOfBound.length)),
  ];
}
