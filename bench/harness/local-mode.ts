/*
 * The whole product, as a person starts it: npm start, with a state dir of its own and any free port.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Stalled, Unavailable } from '#contracts/errors';
import { commandOf, family } from './proc.js';
import type { Workspace } from './workspace.js';

export interface LocalModeOptions {
  /** The checkout to start. */
  readonly checkout?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly readyDeadlineMs?: number;
}

export type Service = 'node-agent' | 'controller';

const END_DEADLINE_MS = 10_000;

export class LocalMode implements AsyncDisposable {
  readonly #npm: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** From the start of npm to the line that says ready. */
  readonly readyMs: number;
  readonly url: string;
  readonly api: string;
  readonly token: string;
  readonly stateDir: string;

  private constructor(npm: ChildProcess, readyMs: number, ready: Readonly<Record<string, string>>) {
    this.#npm = npm;
    this.#exited = once(npm, 'exit');
    this.readyMs = readyMs;
    this.url = ready['url'] ?? '';
    this.api = ready['api'] ?? '';
    this.token = ready['token'] ?? '';
    this.stateDir = ready['stateDir'] ?? '';
  }

  /** @throws {Unavailable} when it ends instead @throws {Stalled} */
  static async start(workspace: Workspace, options: LocalModeOptions = {}): Promise<LocalMode> {
    const { checkout = process.cwd(), env = {}, flags = [], readyDeadlineMs = 60_000 } = options;
    const stateDir = join(await workspace.folder(), 'state');
    const args = ['start', '--', '--port', '0', '--json', '--state-dir', stateDir, ...flags];
    const began = performance.now();
    const npm = spawn('setpriv', ['--pdeathsig', 'TERM', 'npm', ...args], {
      cwd: checkout,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const ready = await readyLine(npm, AbortSignal.timeout(readyDeadlineMs));
      return new LocalMode(npm, performance.now() - began, ready);
    } catch (error) {
      npm.kill('SIGTERM');
      throw error;
    }
  }

  /** @throws {Unavailable} when there is none */
  pidOf(service: Service): number {
    const found = family(this.#npm.pid ?? 0).find((pid) => commandOf(pid).includes(`/${service}/main.mjs`));
    if (found === undefined) throw new Unavailable(`Local mode runs no ${service}.`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#npm.exitCode !== null || this.#npm.signalCode !== null) return;
    this.#npm.kill('SIGTERM');
    const force = setTimeout(() => this.#npm.kill('SIGKILL'), END_DEADLINE_MS);
    await this.#exited;
    clearTimeout(force);
  }
}

async function readyLine(npm: ChildProcess, deadline: AbortSignal): Promise<Record<string, string>> {
  if (npm.stdout === null) throw new Unavailable('npm start has no output.');
  const ended = once(npm, 'exit').then(() => {
    throw new Unavailable('npm start ended before it was ready: run it by hand to see why.');
  });
  const ready = nextReady(createInterface(npm.stdout), deadline);
  return await Promise.race([ready, ended]);
}

async function nextReady(
  lines: ReturnType<typeof createInterface>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  try {
    for (;;) {
      const [line] = (await once(lines, 'line', { signal })) as [string];
      const said = line.startsWith('{') ? (JSON.parse(line) as Record<string, string>) : {};
      if (said['event'] === 'ready') return said;
    }
  } catch (cause) {
    throw new Stalled('npm start was not ready in time: run it by hand to see why.', { cause });
  }
}
