/*
 * controller.rss: what the controller holds for one node, and what each further node adds. Both in local mode, the
 * further ones by simulated agents with 300 rows each that report every 5 s.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { result, type Figure, type Result, type SuiteRun } from '../harness/document.js';
import { LocalMode } from '../harness/local-mode.js';
import { residentMiB } from '../harness/proc.js';
import { startProgram } from '../harness/program.js';
import { bootstrap, median, type Estimate } from '../harness/statistics.js';
import type { Workspace } from '../harness/workspace.js';

const FLEET = 200;
const ROWS = 300;
const PERIOD_SECONDS = 5;
const WARM_UP_MS = 20_000;

export async function controllerFootprint(run: SuiteRun): Promise<Result[]> {
  return await run.workspace.section(async (section) => {
    const local = section.use(await LocalMode.start(section));
    const controller = local.pidOf('controller');
    run.workspace.say('controller.rss: one node');
    const one = await resident(run, controller);
    run.workspace.say(`controller.rss: ${FLEET} simulated agents`);
    await startFleet(section, local);
    const many = await resident(run, controller);
    return [result(ONE, one), result(EACH, perNode(one, many)), result(ALL, many)];
  });
}

const ONE: Figure = { name: 'controller.rss', metric: '1 node', unit: 'MiB', better: 'lower', goal: 130 };
const EACH: Figure = {
  name: 'controller.rss',
  metric: 'per node with 200 simulated agents',
  unit: 'MiB',
  better: 'lower',
  note: `${ROWS} rows each, 5 % changed every ${PERIOD_SECONDS} s`,
};
const ALL: Figure = { name: 'controller.rss', metric: '200 simulated agents', unit: 'MiB', better: 'lower' };

async function startFleet(workspace: Workspace, local: LocalMode): Promise<void> {
  const address = `unix:${join(local.stateDir, 'link.sock')}`;
  const tokenFile = join(local.stateDir, 'link-token');
  const args = [address, tokenFile, String(FLEET), String(ROWS), String(PERIOD_SECONDS)];
  await workspace.use(await startProgram('link-fleet', args)).said('ready');
}

async function resident(run: SuiteRun, pid: number): Promise<Estimate> {
  await pause(WARM_UP_MS);
  const values: number[] = [];
  for (let count = 0; count < (run.quick ? 10 : 60); count++) {
    values.push(residentMiB(pid));
    await pause(1000);
  }
  return bootstrap(values, median, run.random);
}

function perNode(one: Estimate, many: Estimate): Estimate {
  const each = (high: number, low: number): number => (high - low) / FLEET;
  return {
    value: each(many.value, one.value),
    interval: [each(many.interval[0], one.interval[1]), each(many.interval[1], one.interval[0])],
    runs: many.runs,
  };
}
