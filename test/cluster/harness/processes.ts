/*
 * Starting, finding and ending the cluster's daemons. A daemon is found by its cgroup and its program file, so that any process may look
 * after a cluster that another one started.
 */
import { spawn } from 'node:child_process';
import { open, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '#contracts/errors';
import type { Cgroups } from './cgroups.js';
import { daemonCgroup, daemonId, type Daemon } from './config/daemon.js';
import type { ClusterShape } from './shape.js';
import { eventually } from './waiting.js';

export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Becomes a member of the cgroups named before "--", then the program named after it. */
const ENTER = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift; exec "$@"';
const STOP_SECONDS = 20;

/** A command line that starts in a cgroup; nobody in between outlives it or is seen outside. */
export function within(doors: readonly string[], command: readonly string[]): readonly string[] {
  return ['sh', '-c', ENTER, 'enter', ...doors, '--', ...command];
}

/** A command line that runs inside a node. */
export function insideNode(initPid: number, command: readonly string[]): readonly string[] {
  return ['nsenter', '--target', String(initPid), ...NAMESPACES, '--', ...command];
}

const NAMESPACES = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];

export function logFile({ folder }: ClusterShape, daemon: Daemon): string {
  return join(folder, 'logs', `${daemonId(daemon)}.log`);
}

/** Starts a program that outlives the caller; what it says is appended to `log`. */
export async function startDetached(command: readonly string[], log: string): Promise<void> {
  const [program = '', ...args] = command;
  const file = await open(log, 'a');
  try {
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', file.fd, file.fd],
      env: { PATH: SYSTEM_PATH, HOME: '/root' },
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
  } finally {
    await file.close();
  }
}

export class Processes {
  constructor(
    private readonly cluster: ClusterShape,
    private readonly cgroups: Cgroups,
  ) {}

  /** @param initPid of the node in which the daemon lives */
  async start(daemon: Daemon, initPid?: number): Promise<void> {
    const cgroup = daemonCgroup(this.cluster, daemon);
    await this.cgroups.make(cgroup);
    const command = [daemon.program, ...daemon.args];
    const entered = initPid === undefined ? command : insideNode(initPid, command);
    await startDetached(within(this.cgroups.doors(cgroup), entered), logFile(this.cluster, daemon));
    await eventually(
      `${daemonId(daemon)} runs`,
      { seconds: 5, everyMs: 10 },
      async () => await this.find(daemon),
    );
  }

  /** The daemon's own process, not what it started. */
  async find(daemon: Daemon): Promise<number | undefined> {
    return await this.findProgram(daemonCgroup(this.cluster, daemon), daemon.program);
  }

  async findProgram(cgroup: string, program: string): Promise<number | undefined> {
    const wanted = await realpath(program);
    for (const pid of await this.cgroups.members(cgroup))
      if ((await readlink(`/proc/${pid}/exe`).catch(() => undefined)) === wanted) return pid;
    return undefined;
  }

  /** Asks it to end, and waits until it did. @throws {Unavailable} when it does not run */
  async stop(daemon: Daemon, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const pid = await this.find(daemon);
    if (pid === undefined) throw new Unavailable(`${daemonId(daemon)} does not run.`);
    process.kill(pid, signal);
    await eventually(`${daemonId(daemon)} ends`, { seconds: STOP_SECONDS, everyMs: 20 }, async () =>
      (await this.find(daemon)) === undefined ? true : undefined,
    );
  }
}
