/*
 * start.first and start.again: from npm start to the line that says ready. First: a fresh clone, with an empty cache of
 * Memwarden; packages come from where npm and apt find them.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  exact,
  result,
  type LeftOut,
  type Result,
  type SuiteResults,
  type SuiteRun,
} from '../harness/document.js';
import { LocalMode } from '../harness/local-mode.js';
import { bootstrap, median } from '../harness/statistics.js';
import type { Workspace } from '../harness/workspace.js';

const FIRST_DEADLINE_MS = 600_000;

export async function startTimes(run: SuiteRun): Promise<SuiteResults> {
  const again = await startAgain(run);
  if (!run.quick) return { results: [await startFirst(run), again], leftOut: [] };
  const leftOut: LeftOut = { name: 'start.first', why: 'it takes minutes: run without --quick' };
  return { results: [again], leftOut: [leftOut] };
}

async function startAgain(run: SuiteRun): Promise<Result> {
  const seconds: number[] = [];
  for (let count = 0; count < (run.quick ? 3 : 15); count++) {
    run.workspace.say(`start.again: ${count + 1}`);
    seconds.push(await run.workspace.section((section) => secondsToReady(section)));
  }
  const figure = {
    name: 'start.again',
    metric: 'npm start to ready',
    unit: 's',
    better: 'lower',
    goal: 3,
  } as const;
  return result(figure, bootstrap(seconds, median, run.random));
}

async function startFirst(run: SuiteRun): Promise<Result> {
  run.workspace.say('start.first: a fresh clone');
  const seconds = await run.workspace.section(async (section) => {
    const folder = await section.folder();
    const checkout = join(folder, 'clone');
    await promisify(execFile)('git', ['clone', '--quiet', '--no-hardlinks', process.cwd(), checkout]);
    return await secondsToReady(section, checkout, { XDG_CACHE_HOME: join(folder, 'cache') });
  });
  const figure = {
    name: 'start.first',
    metric: 'npm start to ready',
    unit: 's',
    better: 'lower',
    goal: 240,
  } as const;
  return result(figure, exact(seconds));
}

async function secondsToReady(
  workspace: Workspace,
  checkout = process.cwd(),
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const options = { checkout, env, readyDeadlineMs: FIRST_DEADLINE_MS };
  return workspace.use(await LocalMode.start(workspace, options)).readyMs / 1000;
}
