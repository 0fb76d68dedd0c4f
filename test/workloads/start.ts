/*
 * Starts the workloads that are asked to give memory back, and reads what they truly received. One that is not ended
 * ends with this process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');
const READY_MS = 20_000;

/** The system's, where there is one: another user may not be able to start a private one on the PATH. */
const PYTHON = ['/usr/bin/python3'].find((file) => existsSync(file)) ?? 'python3';

/** What each does when it is asked is in its file. The names are those the kernel shows (comm). */
export const WORKLOADS = {
  'mw-cache': [process.execPath, join(import.meta.dirname, 'mw-cache.mjs')],
  'mw-yes': [process.execPath, join(import.meta.dirname, 'mw-yes.mjs')],
  'mw-pyservice': [PYTHON, join(import.meta.dirname, 'mw-pyservice.py')],
  'mw-gives': [join(ROOT, 'build/native/workloads/mw-gives')],
  'mw-deaf': [join(ROOT, 'build/native/workloads/mw-deaf')],
  'mw-nohandler': [join(ROOT, 'build/native/workloads/mw-nohandler')],
  'mw-ignores': [join(ROOT, 'build/native/workloads/mw-ignores')],
} as const satisfies Record<string, readonly string[]>;

export type WorkloadName = keyof typeof WORKLOADS;

export interface WorkloadOptions {
  readonly holdMiB: number;
  /** Absent: it keeps none. */
  readonly journal?: string;
  /** Run as this user; needs root. */
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** One line of a workload's journal: a request that it received. */
export interface Received {
  readonly atMs: number;
  readonly pid: number;
  /** 'SIGUSR2', or 'POST /path'. */
  readonly how: string;
  readonly heldBytes: number;
}

export interface Workload extends AsyncDisposable {
  readonly pid: number;
  readonly process: ChildProcess;
  received(): Received[];
}

/** Done when it holds its bytes and listens. */
export async function startWorkload(name: WorkloadName, options: WorkloadOptions): Promise<Workload> {
  const { holdMiB, journal, uid, env } = options;
  const user = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const [program = '', ...args] = [...user, ...WORKLOADS[name], '--hold', String(holdMiB)];
  const child = spawn(program, [...args, ...(journal === undefined ? [] : ['--journal', journal])], {
    cwd: '/',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await untilReady(name, child);
  return {
    pid: child.pid ?? 0,
    process: child,
    received: () => (journal === undefined ? [] : readJournal(journal)),
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function untilReady(name: WorkloadName, child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error(`${name} has no output.`);
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(READY_MS) });
  const first = await Promise.race([once(lines, 'line'), ended]);
  lines.close();
  ended.catch(() => undefined);
  if (typeof first[0] !== 'string' || !first[0].includes('"ready"'))
    throw new Error(`${name} ended before it was ready (${first.join(' ')}).`);
}

/** A last line that is cut off was not yet received, as far as its program can say. */
export function readJournal(file: string): Received[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Received);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
