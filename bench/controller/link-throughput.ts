/*
 * link.throughput: reports a second into one controller process. Server and client are processes of their own on a core
 * each; the rate is taken at the server, over windows, after a warm-up.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { Child, ChildMessage } from '../harness/child.js';
import { result, type Result, type SuiteRun } from '../harness/document.js';
import { startProgram } from '../harness/program.js';
import { bootstrap, median } from '../harness/statistics.js';
import type { Workspace } from '../harness/workspace.js';

interface Load {
  readonly metric: string;
  readonly goal: number;
  readonly rows: number;
  readonly changed: number;
}

const LOADS: readonly Load[] = [
  // One cgroup with its processes, of which one changes: what goes over the wire is about 200 bytes.
  { metric: '200-byte messages', goal: 20_000, rows: 6, changed: 0.3 },
  { metric: 'ledger deltas, 300 rows, 5 % changed', goal: 1500, rows: 300, changed: 0.05 },
];
const SERVER_CORE = 0;
const CLIENT_CORE = 1;
const WARM_UP_MS = 3000;
const WINDOW_MS = 1000;
const TOKEN = 'bench';

interface Window {
  readonly perSecond: number;
  readonly bytesEach: number;
  readonly cpuMsEach: number;
}

export async function linkThroughput(run: SuiteRun): Promise<Result[]> {
  const results: Result[] = [];
  for (const load of LOADS) {
    run.workspace.say(`link.throughput: ${load.metric}`);
    const windows = await run.workspace.section((section) => windowsOf(section, load, run.quick ? 8 : 30));
    const rate = bootstrap(
      windows.map(({ perSecond }) => perSecond),
      median,
      run.random,
    );
    const bytesEach = Math.round(median(windows.map((window) => window.bytesEach)));
    const cpu = median(windows.map((window) => window.cpuMsEach)) * 1000;
    const note = `${bytesEach} bytes on the wire, ${cpu.toFixed(0)} µs CPU of the server each`;
    const { metric, goal } = load;
    results.push(result({ name: 'link.throughput', metric, unit: '/s', better: 'higher', goal, note }, rate));
  }
  return results;
}

async function windowsOf(section: Workspace, load: Load, count: number): Promise<Window[]> {
  const socket = join(await section.folder(), 'link.sock');
  const server = section.use(
    await startProgram('link-server', [`unix:${socket}`, TOKEN], { core: SERVER_CORE }),
  );
  const { address } = await server.said('ready');
  const args = [String(address), TOKEN, String(load.rows), String(load.changed)];
  section.use(await startProgram('link-client', args, { core: CLIENT_CORE }));
  await pause(WARM_UP_MS);
  const windows: Window[] = [];
  for (let before = await ask(server); windows.length < count;) {
    await pause(WINDOW_MS);
    const after = await ask(server);
    windows.push(between(before, after));
    before = after;
  }
  return windows;
}

async function ask(server: Child): Promise<ChildMessage> {
  server.send({ event: 'count' });
  return await server.said('count');
}

function between(before: ChildMessage, after: ChildMessage): Window {
  const grown = (key: string): number => Number(after[key]) - Number(before[key]);
  const reports = grown('reports');
  return {
    perSecond: (reports * 1000) / grown('atMs'),
    bytesEach: grown('received') / reports,
    cpuMsEach: grown('cpuMs') / reports,
  };
}
