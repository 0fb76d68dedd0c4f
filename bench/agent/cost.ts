/*
 * agent.rss, agent.cpu, agent.scan: what the agent costs on a machine with that many processes, as the kernel says it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { result, type Figure, type Result, type SuiteRun } from '../harness/document.js';
import { LocalMode } from '../harness/local-mode.js';
import { cpuMs, family, processes, residentMiB } from '../harness/proc.js';
import { startProgram } from '../harness/program.js';
import { bootstrap, median, slope, type Point } from '../harness/statistics.js';
import { populate } from '../harness/swarm.js';
import type { Workspace } from '../harness/workspace.js';

const FEW = 300;
const MANY = 5000;
const SLOPE_MINUTES = 30;
const SAMPLE_SECONDS = 5;
/** What is built and read at the start is not what the agent keeps. */
const WARM_UP_MS = 15_000;

export async function agentCost(run: SuiteRun): Promise<Result[]> {
  const small = await run.workspace.section((section) =>
    measureAt(section, FEW, run.quick ? 0.5 : SLOPE_MINUTES),
  );
  const large = await run.workspace.section((section) => measureAt(section, MANY, run.quick ? 0.4 : 3));
  return [...rss(run, small), cpu(run, small, 1), cpu(run, large, 5), await scan(run), await eventLoop(run)];
}

interface Cost {
  readonly processes: number;
  readonly rss: readonly Point[];
  /** Of one core, in each sampling period. */
  readonly cpuPercent: readonly number[];
  readonly minutes: number;
}

async function measureAt(workspace: Workspace, wanted: number, minutes: number): Promise<Cost> {
  workspace.say(`agent.rss, agent.cpu: ${wanted} processes, ${minutes} min`);
  const local = workspace.use(await LocalMode.start(workspace));
  await populate(workspace, wanted);
  await pause(WARM_UP_MS);
  const agent = family(local.pidOf('node-agent'));
  const cost = { rss: [] as Point[], cpuPercent: [] as number[] };
  const began = performance.now();
  let before = used(agent);
  while (performance.now() - began < minutes * 60_000) {
    await pause(SAMPLE_SECONDS * 1000);
    const now = used(agent);
    cost.cpuPercent.push((100 * (now.cpuMs - before.cpuMs)) / (now.atMs - before.atMs));
    const rssMiB = agent.map(residentMiB).reduce((sum, each) => sum + each, 0);
    cost.rss.push({ x: (now.atMs - began) / 60_000, y: rssMiB });
    before = now;
  }
  return { ...cost, processes: processes().length, minutes };
}

function used(pids: readonly number[]): { cpuMs: number; atMs: number } {
  return { cpuMs: pids.map(cpuMs).reduce((sum, each) => sum + each, 0), atMs: performance.now() };
}

function rss(run: SuiteRun, cost: Cost): Result[] {
  const metric = "VmRSS of the agent's processes together, 300 processes";
  const figure: Figure = { name: 'agent.rss', metric, unit: 'MiB', better: 'lower', goal: 90 };
  const growth: Figure = {
    ...figure,
    metric: 'slope over 30 min',
    unit: 'MiB/min',
    goal: 0.1,
    ...(cost.minutes < SLOPE_MINUTES && { note: `over ${cost.minutes} min`, withoutVerdict: true }),
  };
  const values = cost.rss.map(({ y }) => y);
  return [result(figure, bootstrap(values, median, run.random)), result(growth, slope(cost.rss, run.random))];
}

function cpu(run: SuiteRun, cost: Cost, goal: number): Result {
  const metric = `5 s sampling, ${goal === 1 ? FEW : MANY} processes`;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, each) => sum + each, 0) / values.length;
  return result(
    {
      name: 'agent.cpu',
      metric,
      unit: '% of a core',
      better: 'lower',
      goal,
      note: `${cost.processes} processes at the end, over ${cost.minutes} min`,
    },
    bootstrap(cost.cpuPercent, mean, run.random),
  );
}

async function scan(run: SuiteRun): Promise<Result> {
  run.workspace.say('agent.scan: CPU of a scan');
  return await run.workspace.section(async (section) => {
    await populate(section, FEW);
    const program = section.use(await startProgram('scan', [String(run.quick ? 15 : 60)]));
    const said = await program.said('scanned', 120_000);
    const there = Number(said['processes']);
    const figure: Figure = {
      name: 'agent.scan',
      metric: 'CPU for 300 processes',
      unit: 'ms',
      better: 'lower',
      goal: 8,
      note: `10 scans a run${there > FEW ? `; ${there} were there, scaled to ${FEW}` : ''}`,
    };
    const scaled = (said['cpuMs'] as number[]).map((cpu) => (cpu * FEW) / Math.max(FEW, there));
    return result(figure, bootstrap(scaled, median, run.random));
  });
}

async function eventLoop(run: SuiteRun): Promise<Result> {
  run.workspace.say('agent.scan: longest block of the event loop');
  return await run.workspace.section(async (section) => {
    await populate(section, FEW);
    const file = join(await section.folder(), 'turns');
    const probe = join(process.cwd(), 'bench/programs/loop-probe.mjs');
    const env = { NODE_OPTIONS: `--import=${probe}`, BENCH_LOOP_FILE: file };
    section.use(await LocalMode.start(section, { env }));
    await pause(WARM_UP_MS);
    const warm = turns(file).length;
    await pause(run.quick ? 20_000 : 120_000);
    const seconds = turns(file).slice(warm);
    const late = Math.max(...seconds.map((second) => second.lateMs));
    const figure: Figure = {
      name: 'agent.scan',
      metric: 'event loop never blocked longer than',
      unit: 'ms',
      better: 'lower',
      goal: 10,
      note: `CPU between two turns of a 1 ms timer; with waiting for a core it came up to ${late.toFixed(0)} ms late`,
    };
    const own = seconds.map((second) => second.ownMs);
    return result(
      figure,
      bootstrap(own, (all) => Math.max(...all), run.random),
    );
  });
}

function turns(file: string): { ownMs: number; lateMs: number }[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines
    .map((line) => line.split(' ').map(Number))
    .map(([ownMs = 0, lateMs = 0]) => ({ ownMs, lateMs }));
}
