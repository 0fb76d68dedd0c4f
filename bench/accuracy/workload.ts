/*
 * The programs of build/native/workloads: each takes known bytes, says so, and holds them until it is ended.
 * Started through a shell that enters the cgroup first, so that every page is charged there.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Stalled, Unavailable } from '#contracts/errors';
import type { Cgroup } from '../harness/cgroup.js';

const ENTER = 'echo 0 > "$0/cgroup.procs" && exec "$@"';
const READY_DEADLINE_MS = 60_000;
const SKIPPED = 77;

export type WorkloadName = 'anon' | 'family' | 'file' | 'hugetlb' | 'leak' | 'memfd' | 'pinned' | 'swarm';

export interface WorkloadStart {
  readonly name: WorkloadName;
  readonly args: readonly (string | number)[];
  readonly cgroup?: Cgroup;
}

export class Workload implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #exited: Promise<unknown>;
  readonly pid: number;

  private constructor({ name, args, cgroup }: WorkloadStart) {
    const program = join(process.cwd(), `build/native/workloads/mw-${name}`);
    const command = [program, ...args.map(String)];
    this.#process =
      cgroup === undefined
        ? spawn(program, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
        : spawn('sh', ['-c', ENTER, cgroup.directory, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#exited = once(this.#process, 'exit').catch((): undefined => undefined);
    // A workload that was killed does not read the line that would end it.
    this.#process.stdin.on('error', () => undefined);
    this.pid = this.#process.pid ?? 0;
  }

  /** Holds its bytes when this returns. @throws {Unavailable} when it ended instead @throws {Stalled} */
  static async start(start: WorkloadStart): Promise<Workload> {
    const workload = new Workload(start);
    try {
      await workload.#ready(start.name);
      return workload;
    } catch (error) {
      await workload[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Without waiting for its word: for programs that are meant to be killed on the way. */
  static launch(start: WorkloadStart): Workload {
    return new Workload(start);
  }

  async #ready(name: string): Promise<void> {
    const lines = createInterface(this.#process.stdout);
    const line = once(lines, 'line', { signal: AbortSignal.timeout(READY_DEADLINE_MS) }).catch(
      (cause: unknown) => {
        throw new Stalled(`mw-${name} did not come to hold its bytes.`, { cause });
      },
    );
    const first = await Promise.race([line, this.#exited.then(() => null)]);
    if (first === null || !String(first[0]).includes('"event":"ready"'))
      throw new Unavailable(
        `mw-${name} ended before it held its bytes (exit ${this.status ?? 'by signal'}).`,
      );
  }

  /** Null while it runs, or when a signal ended it. */
  get status(): number | null {
    return this.#process.exitCode;
  }

  get wasSkipped(): boolean {
    return this.status === SKIPPED;
  }

  get signal(): string | null {
    return this.#process.signalCode;
  }

  async exited(): Promise<void> {
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.stdin.end('\n');
    const force = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await this.#exited;
    clearTimeout(force);
  }
}
