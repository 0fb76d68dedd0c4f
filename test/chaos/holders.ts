/*
 * Targets: processes of another user, each in a memory cgroup of its own whose limit it nearly fills.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cgroup } from '../../bench/harness/cgroup.js';
import { cgroupVersion } from '../../bench/harness/machine.js';
import type { Target } from './truth.js';

const ROOT = join(import.meta.dirname, '../..');
const UID = 65_534;
const MIB = 1024 * 1024;

export interface HolderOptions {
  readonly folder: string;
  readonly name: string;
  /** Its comm: at most 15 bytes. */
  readonly comm: string;
  readonly holdMib: number;
  readonly limitMib: number;
  readonly regrowMs: number;
}

export class HolderProcess implements AsyncDisposable {
  readonly #journal: string;
  readonly startTimeTicks: number;

  private constructor(
    private readonly child: ChildProcess,
    private readonly cgroup: Cgroup,
    journal: string,
  ) {
    this.#journal = journal;
    this.startTimeTicks = startTimeOf(this.pid);
  }

  static async start(options: HolderOptions): Promise<HolderProcess> {
    const { folder, name, comm, holdMib, limitMib, regrowMs } = options;
    const journals = join(folder, 'journals');
    mkdirSync(journals, { recursive: true });
    chmodSync(journals, 0o777);
    const journal = join(journals, name);
    const cgroup = new Cgroup(`/${name}`);
    cgroup.write(cgroupVersion() === 2 ? 'memory.max' : 'memory.limit_in_bytes', String(limitMib * MIB));
    const program = join(ROOT, 'build/native/chaos/chaos-holder');
    const join_ = `echo $$ > ${cgroup.directory}/cgroup.procs && exec setpriv --reuid ${UID} --regid ${UID} --clear-groups "$0" "$@"`;
    const child = spawn('sh', ['-c', join_, program, comm, String(holdMib), journal, String(regrowMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const holder = new HolderProcess(child, cgroup, journal);
    try {
      await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
    } catch (error) {
      await holder[Symbol.asyncDispose]();
      throw error;
    }
    return holder;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  target(): Target {
    return { pid: this.pid, startTimeTicks: this.startTimeTicks, told: this.told };
  }

  /** It ends; what it was told stays known. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  get told(): number {
    try {
      return readFileSync(this.#journal, 'utf8').split('\n').length - 1;
    } catch {
      return 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.cgroup[Symbol.asyncDispose]();
  }
}

/** /proc/PID/stat field 22. */
function startTimeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}
