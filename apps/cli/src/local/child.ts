/*
 * One child of local mode: started through the launcher, so that it ends with us whatever ends us; said to be ready by
 * itself; started again when it ends and nobody asked it to. At most one process of it lives at a time.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#contracts/clock';
import type { LogFile } from './log-file.js';
import { decideRestart, WELL_AFTER_MS } from './restart.js';

export type ChildName = 'redis' | 'controller' | 'agent';

export interface ChildSpec {
  readonly name: ChildName;
  readonly command: string;
  /** Asked before each start. */
  args(): readonly string[];
  env(): Readonly<Record<string, string>>;
  /** The line of its output that says it is ready; absent: it says so over IPC. */
  readonly readyLine?: RegExp;
  readonly readyTimeoutMs: number;
  /** Before each start; told what the child said before it ended. */
  prepare?(lastWords: string): Promise<void>;
}

export type ChildNews =
  | { readonly kind: 'Ready'; readonly port?: number }
  | { readonly kind: 'Said'; readonly text: string }
  | { readonly kind: 'Ended'; readonly how: string; readonly restartInMs: number }
  | { readonly kind: 'Failed'; readonly code: string; readonly message: string };

export interface ChildOptions {
  /** memwarden-launch: sets the parent death signal, then becomes the command. */
  readonly launcher: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: LogFile;
  readonly clock: Clock;
  readonly tell: (news: ChildNews) => void;
}

export class ManagedChild {
  readonly #spec: ChildSpec;
  readonly #options: ChildOptions;
  readonly #stopped = new AbortController();
  #process: ChildProcess | undefined;
  #lastWords = '';
  #wasReady = false;
  #ends = 0;

  constructor(spec: ChildSpec, options: ChildOptions) {
    this.#spec = spec;
    this.#options = options;
  }

  get name(): ChildName {
    return this.#spec.name;
  }

  /** Keeps the child running until `stop` or until it is given up; each end and each start is told. */
  async keepRunning(): Promise<void> {
    while (!this.#isStopped()) {
      const how = await this.#runOnce();
      if (how === null || this.#isStopped()) return;
      const decision = decideRestart(this.#ends, this.#wasReady);
      if (decision.kind === 'GiveUp') {
        this.#fail('GaveUp', `${this.name} ended ${decision.ends} times in a row (last: ${how}).`);
        return;
      }
      this.#options.tell({ kind: 'Ended', how, restartInMs: decision.delayMs });
      await sleep(decision.delayMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  /** SIGTERM, then SIGKILL when it is still there after the grace; done when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped.abort();
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => killGroup(child), graceMs);
    await gone;
    clearTimeout(timer);
  }

  /** How it ended; null: it failed for a reason that it told itself. */
  async #runOnce(): Promise<string | null> {
    try {
      await this.#spec.prepare?.(this.#lastWords);
    } catch (error) {
      this.#fail('NotPrepared', (error as Error).message);
      return null;
    }
    if (this.#isStopped()) return null;
    this.#options.log.forget();
    const startedMs = this.#options.clock.monotonicMs();
    const child = this.#spawn();
    this.#process = child;
    const how = await this.#untilEnd(child);
    this.#lastWords = this.#options.log.tail;
    const wasWell = this.#options.clock.monotonicMs() - startedMs >= WELL_AFTER_MS;
    this.#ends = wasWell ? 1 : this.#ends + 1;
    return how;
  }

  #spawn(): ChildProcess {
    const { launcher, environment } = this.#options;
    return spawn(launcher, [this.#spec.command, ...this.#spec.args()], {
      env: { ...environment, ...this.#spec.env() },
      stdio: ['ignore', 'pipe', 'pipe', ...(this.#spec.readyLine === undefined ? (['ipc'] as const) : [])],
      // A session of its own: Ctrl-C in the terminal is for us, and we end the children in order.
      detached: true,
    });
  }

  async #untilEnd(child: ChildProcess): Promise<string | null> {
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    let refusal: string | undefined;
    const timer = setTimeout(() => killGroup(child), this.#spec.readyTimeoutMs);
    const ready = (port?: number): void => {
      clearTimeout(timer);
      this.#wasReady = true;
      this.#options.tell({ kind: 'Ready', ...(port === undefined ? {} : { port }) });
    };
    this.#listen(child, ready);
    child.on('message', (message) => {
      const { event, port, code, message: text } = message as Record<string, unknown>;
      if (event === 'ready') ready(typeof port === 'number' ? port : undefined);
      if (event === 'failed' && !this.#wasReady) {
        refusal = String(text);
        this.#fail(String(code), refusal);
      }
    });
    const how = await ended.then(
      ([code, signal]) => (signal === null ? `exit status ${code ?? 'unknown'}` : `signal ${signal}`),
      (error: unknown) => (error as Error).message,
    );
    clearTimeout(timer);
    return refusal === undefined ? how : null;
  }

  #listen(child: ChildProcess, ready: () => void): void {
    let isReady = this.#spec.readyLine === undefined;
    const hear = (chunk: Buffer): void => {
      this.#options.log.write(chunk);
      const text = chunk.toString();
      this.#options.tell({ kind: 'Said', text });
      if (isReady || this.#spec.readyLine?.test(this.#options.log.tail) !== true) return;
      isReady = true;
      ready();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  #fail(code: string, message: string): void {
    this.#options.tell({ kind: 'Failed', code, message });
  }
}

/** Its whole session: what it started itself must not outlive it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended in this moment.
  }
}
