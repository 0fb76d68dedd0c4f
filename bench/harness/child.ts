/*
 * Programs that a benchmark starts: with a parent-death signal, optionally on one core, with an IPC channel for what
 * they say. Ending one waits until it is gone.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { Stalled, Unavailable } from '#contracts/errors';

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The only core it may run on. */
  readonly core?: number;
  /** What it prints goes here; else nowhere. */
  readonly log?: string;
}

export type ChildMessage = Readonly<Record<string, unknown>>;

const GRACE_MS = 5000;

export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #messages: ChildMessage[] = [];
  readonly #exited: Promise<unknown>;

  constructor(command: readonly string[], { env = {}, core, log }: ChildOptions = {}) {
    this.#name = command[0] ?? '';
    const pinned = core === undefined ? command : ['taskset', '-c', String(core), ...command];
    // setpriv and taskset replace themselves by the program: one process, one pid, and the IPC channel stays open.
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', ...pinned], {
      stdio: ['ignore', log === undefined ? 'ignore' : 'pipe', log === undefined ? 'ignore' : 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    });
    this.#exited = once(this.#process, 'exit').catch((): undefined => undefined);
    this.#process.on('message', (message) => this.#messages.push(message as ChildMessage));
    if (log !== undefined) this.#writeTo(log);
    this.pid = this.#process.pid ?? 0;
    if (this.pid === 0) throw new Unavailable(`${this.#name} did not start.`);
  }

  #writeTo(path: string): void {
    const file = createWriteStream(path);
    this.#process.stdout?.pipe(file);
    this.#process.stderr?.pipe(file);
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  send(message: ChildMessage): void {
    this.#process.send(message);
  }

  /** The next message whose `event` is this, also when it came before the call. @throws {Unavailable} when the program ends first @throws {Stalled} */
  async said(event: string, deadlineMs = 30_000): Promise<ChildMessage> {
    const deadline = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const index = this.#messages.findIndex((message) => message['event'] === event);
      if (index >= 0) return this.#messages.splice(index, 1)[0] ?? {};
      if (!this.running) throw new Unavailable(`${this.#name} ended before it said ${event}.`);
      await this.#news(event, deadline);
    }
  }

  async #news(event: string, deadline: AbortSignal): Promise<void> {
    try {
      await Promise.race([once(this.#process, 'message', { signal: deadline }), this.#exited]);
    } catch (cause) {
      throw new Stalled(`${this.#name} did not say ${event} in time.`, { cause });
    }
  }

  /** Waits for its own end: the exit status, null when a signal ended it. @throws {Stalled} */
  async exited(deadlineMs: number): Promise<number | null> {
    const deadline = once(AbortSignal.timeout(deadlineMs), 'abort').then(() => {
      throw new Stalled(`${this.#name} did not end in time.`);
    });
    await Promise.race([this.#exited, deadline]);
    return this.#process.exitCode;
  }

  /** The exit status; null when a signal ended it. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.running) this.#process.kill(signal);
    const force = setTimeout(() => this.#process.kill('SIGKILL'), GRACE_MS);
    await this.#exited;
    clearTimeout(force);
    return this.#process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
