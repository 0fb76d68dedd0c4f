/*
 * Local mode as a user starts it, for tests: a child process, its JSON lines as events, and what it left behind.
 * Every wait ends with an event of the kernel or of the process, or with a deadline.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { NotFound } from '#contracts/errors';
import { Pidfd } from '#native';

export const ROOT = join(import.meta.dirname, '../..');
export const COMMAND = join(ROOT, 'bin/memwarden');
const DEADLINE_MS = 20_000;
const NOBODY = 65_534;

export type Event = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Ready extends Event {
  readonly url: string;
  readonly api: string;
  readonly token: string;
  readonly stateDir: string;
}

export interface StartOptions {
  readonly command?: readonly [string, ...string[]];
  readonly args?: readonly string[];
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

/** A folder of its own under the system's, removed at the end of the scope. */
export async function scratch(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'memwarden-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export class LocalMode implements AsyncDisposable {
  readonly events: Event[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | NodeJS.Signals>;
  readonly #waiting = new Set<() => void>();
  stderr = '';
  isOver = false;

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#ended = once(child, 'close').then(([code, signal]) => {
      this.isOver = true;
      this.#wake();
      return (code ?? signal) as number | NodeJS.Signals;
    });
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line) as Event);
      this.#wake();
    });
  }

  static start(stateDir: string, options: StartOptions = {}): LocalMode {
    const [program, ...first] = options.command ?? [COMMAND, 'local'];
    const args = [
      ...first,
      '--port',
      String(options.port ?? 0),
      '--json',
      '--state-dir',
      stateDir,
      ...(options.args ?? []),
    ];
    return new LocalMode(
      spawn(program, args, {
        cwd: ROOT,
        env: { ...process.env, ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      }),
    );
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  async ready(): Promise<Ready> {
    return (await this.event((event) => event.event === 'ready')) as Ready;
  }

  /** The first event, also of those that came already, that is meant. */
  async event(isMeant: (event: Event) => boolean): Promise<Event> {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    for (;;) {
      const found = this.events.find(isMeant);
      if (found !== undefined) return found;
      if (this.isOver || deadline.aborted)
        throw new Error(`It did not come. Events: ${JSON.stringify(this.events)}; stderr: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Its exit status, or the signal that ended it; one that does not end is ended. */
  async ended(): Promise<number | NodeJS.Signals> {
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), DEADLINE_MS);
    const status = await this.#ended;
    clearTimeout(timer);
    return status;
  }

  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#process.kill(signal);
    return this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOver) await this.kill('SIGTERM');
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** The ledger of the one node; asks until there is one. */
export async function ledgerOf({
  api,
  token,
}: Ready): Promise<{ node: string; devices: { usedBytes: number }[] }> {
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  };
  const [first] = (await get('/nodes')) as { node: string }[];
  return (await get(`/nodes/${encodeURIComponent(first?.node ?? '')}/ledger`)) as never;
}

export interface Found {
  readonly pid: number;
  readonly startTimeTicks: number;
  readonly command: string;
}

/** Every living process that has the text in its command line or environment. */
export function processesWith(text: string): Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (pid === process.pid || fields[0] === 'Z' || !`${command}${environment}`.includes(text)) return [];
        return [{ pid, command, startTimeTicks: Number(fields[19]) }];
      } catch {
        // It ended while it was looked at.
        return [];
      }
    });
}

/** Waits for the kernel to say that they have ended; names who has not. */
export async function survivors(processes: readonly Found[], timeoutMs: number): Promise<string[]> {
  const late: string[] = [];
  for (const one of processes) if (!(await hasEnded(one, timeoutMs))) late.push(one.command);
  return late;
}

async function hasEnded(identity: Found, timeoutMs: number): Promise<boolean> {
  try {
    using pidfd = Pidfd.open(identity);
    return await pidfd.ended(timeoutMs);
  } catch (error) {
    if (error instanceof NotFound) return true;
    throw error;
  }
}

export function socketsIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isSocket())
    .map(({ name }) => name);
}

const OTHERS_MAY_ENTER = 0o001;

/** Nobody's uid, where this is root and nobody can reach the checkout; else null. */
export function otherUser(): number | null {
  if (process.getuid?.() !== 0) return null;
  for (let folder = ROOT; folder !== dirname(folder); folder = dirname(folder))
    if ((statSync(folder).mode & OTHERS_MAY_ENTER) === 0) return null;
  return NOBODY;
}
