/*
 * Redis, the controller and the agent as local mode runs them, but started again at once whatever ends them: a test kills
 * them a thousand times. Nothing of the product is replaced.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  createWriteStream,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  type WriteStream,
} from 'node:fs';
import { join } from 'node:path';
import type { Role } from './faults.js';

const ROOT = join(import.meta.dirname, '../..');
const FAULT_LIBRARY = 'libmw-fault.so';
const READY_MS = 20_000;
const LAST_WORDS = 6000;

export interface PartsOptions {
  readonly folder: string;
  readonly policies: string;
  readonly sampleSeconds?: number;
  /** Folder of the fault library's control files. */
  readonly faults?: string;
}

/** The controller says it by a message. */
const SAYS_READY: Partial<Record<Role, string>> = {
  redis: 'eady to accept connections',
  agent: 'The first ledger is built',
};

interface Part {
  readonly log: WriteStream;
  child: ChildProcess | null;
  starts: number;
  ready: Promise<void>;
}

export class Parts implements AsyncDisposable {
  readonly token = randomBytes(24).toString('base64url');
  readonly #parts = new Map<Role, Part>();
  #port = 0;
  #ending = false;

  private constructor(private readonly options: PartsOptions) {}

  static async start(options: PartsOptions): Promise<Parts> {
    const parts = new Parts(options);
    const { folder } = options;
    for (const name of ['redis', 'controller', 'agent', 'logs'])
      mkdirSync(join(folder, name), { recursive: true });
    // LD_PRELOAD separates by blanks, and a checkout's path may have one.
    symlinkSync(join(ROOT, 'build/native/chaos', FAULT_LIBRARY), join(folder, FAULT_LIBRARY));
    writeFileSync(join(folder, 'token'), parts.token, { mode: 0o600 });
    writeFileSync(join(folder, 'link-token'), randomBytes(24).toString('base64url'), { mode: 0o600 });
    for (const role of ['redis', 'controller', 'agent'] as const) {
      const log = createWriteStream(join(folder, `logs/${role}.log`), { flags: 'a' });
      parts.#parts.set(role, { log, child: null, starts: 0, ready: Promise.resolve() });
      parts.#run(role);
      await parts.ready(role);
    }
    return parts;
  }

  get stateDir(): string {
    return this.options.folder;
  }

  get stopFile(): string {
    return join(this.options.folder, 'STOP');
  }

  starts(role: Role): number {
    return this.#part(role).starts;
  }

  /** Done when it (or the one started after it) has said that it serves. */
  ready(role: Role): Promise<void> {
    return this.#part(role).ready;
  }

  pid(role: Role): number {
    return this.#part(role).child?.pid ?? 0;
  }

  /** Resolves when it is dead; the next one is being started by then. */
  async kill(role: Role, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this.#part(role);
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** The ends of the logs, for a person who asks why. */
  lastWords(): string {
    return (['controller', 'agent'] as const)
      .map((role) => {
        const log = readFileSync(join(this.options.folder, `logs/${role}.log`), 'utf8');
        return `${role}: ${log.slice(-LAST_WORDS)}`;
      })
      .join('\n');
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.#fetch(path, {});
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Every page of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let next = '';
    do {
      const page = await this.get<{ items: T[]; continue?: string }>(`${path}&limit=1000${next}`);
      items.push(...page.items);
      next = page.continue === undefined ? '' : `&continue=${encodeURIComponent(page.continue)}`;
    } while (next !== '');
    return items;
  }

  async post(path: string, body: unknown = {}): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.#fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    await response.arrayBuffer();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    for (const role of ['agent', 'controller', 'redis'] as const) {
      await this.kill(role, 'SIGKILL');
      this.#parts.get(role)?.log.end();
    }
  }

  #fetch(
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> },
  ): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${this.token}` };
    const signal = AbortSignal.timeout(5000);
    return fetch(`http://127.0.0.1:${this.#port}/api/v1${path}`, { ...init, headers, signal });
  }

  #part(role: Role): Part {
    const part = this.#parts.get(role);
    if (part === undefined) throw new Error(`There is no ${role}.`);
    return part;
  }

  #run(role: Role): void {
    const part = this.#part(role);
    const [program, ...args] = this.#command(role);
    const child = spawn(program ?? '', args, {
      cwd: join(this.options.folder, role),
      env: { ...process.env, ...this.#environment(role) },
      // An agent spares whatever its supervisor started; here that would be its targets.
      stdio: ['ignore', 'pipe', 'pipe', ...(role === 'controller' ? ['ipc' as const] : [])],
    });
    part.child = child;
    part.starts += 1;
    child.stdout?.pipe(part.log, { end: false });
    child.stderr?.pipe(part.log, { end: false });
    part.ready = this.#untilReady(role, child);
    part.ready.catch(() => undefined);
    child.once('exit', () => {
      if (!this.#ending) this.#run(role);
    });
  }

  async #untilReady(role: Role, child: ChildProcess): Promise<void> {
    const died = once(child, 'exit').then(() => {
      throw new Error(`${role} ended before it was ready; see ${this.options.folder}/logs.`);
    });
    await Promise.race([died, role === 'controller' ? this.#message(child) : saysReady(role, child)]);
  }

  async #message(child: ChildProcess): Promise<void> {
    const [message] = (await once(child, 'message', { signal: AbortSignal.timeout(READY_MS) })) as [
      { port?: number },
    ];
    if (message.port !== undefined) this.#port = message.port;
  }

  #command(role: Role): string[] {
    const node = ['setpriv', '--pdeathsig', 'KILL', process.execPath];
    const small = ['--optimize-for-size', '--max-semi-space-size=1'];
    const folder = this.options.folder;
    switch (role) {
      case 'redis': {
        const store = ['--save', '', '--appendonly', 'yes', '--dir', join(folder, 'redis')];
        return [
          'setpriv',
          '--pdeathsig',
          'KILL',
          'redis-server',
          '--port',
          '0',
          '--unixsocket',
          join(folder, 'redis.sock'),
          ...store,
        ];
      }
      case 'controller':
        return [...node, ...small, '--max-old-space-size=192', join(ROOT, 'bundle/controller/main.mjs')];
      case 'agent':
        return [
          ...node,
          ...small,
          '--v8-pool-size=0',
          '--no-opt',
          '--no-maglev',
          join(ROOT, 'bundle/node-agent/main.mjs'),
        ];
    }
  }

  #environment(role: Role): Record<string, string> {
    const { folder, policies, sampleSeconds = 1, faults } = this.options;
    const preload: Record<string, string> =
      faults === undefined || role === 'redis'
        ? {}
        : { LD_PRELOAD: join(folder, FAULT_LIBRARY), MW_FAULT_DIR: faults };
    if (role === 'redis') return preload;
    const link = `unix:${join(folder, 'link.sock')}`;
    if (role === 'controller')
      return {
        ...preload,
        MEMWARDEN_HTTP_LISTEN: `127.0.0.1:${this.#port}`,
        MEMWARDEN_LINK_LISTEN: link,
        MEMWARDEN_REDIS_URL: `unix://${join(folder, 'redis.sock')}`,
        MEMWARDEN_TOKEN_FILE: join(folder, 'token'),
        MEMWARDEN_LINK_TOKEN_FILE: join(folder, 'link-token'),
        MEMWARDEN_STATE_DIR: join(folder, 'controller'),
        MEMWARDEN_POLICIES_DIR: policies,
        MEMWARDEN_LIMITS: 'perNode=100,perNamespacePerHour=1000,perHour=10000,maxNodesPercent=100',
      };
    return {
      ...preload,
      MALLOC_ARENA_MAX: '1',
      UV_THREADPOOL_SIZE: '2',
      MEMWARDEN_CONTROLLER: link,
      MEMWARDEN_LINK_TOKEN_FILE: join(folder, 'link-token'),
      MEMWARDEN_STATE_DIR: join(folder, 'agent'),
      MEMWARDEN_ALLOW_FILE: join(folder, 'allow.yaml'),
      MEMWARDEN_STOP_FILE: this.stopFile,
      MEMWARDEN_NODE_NAME: 'chaos',
      MEMWARDEN_SAMPLE_SECONDS: String(sampleSeconds),
    };
  }
}

async function saysReady(role: Role, child: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(READY_MS);
  let said = '';
  while (!said.includes(SAYS_READY[role] ?? '')) {
    const [chunk] = (await once(child.stdout ?? child, 'data', { signal })) as [Buffer];
    said += chunk.toString();
  }
}
