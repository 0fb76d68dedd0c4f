/*
 * One node: a process that holds a set of namespaces, and the daemons in them.
 */
import { spawn } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Unavailable } from '#contracts/errors';
import type { Cgroups } from './cgroups.js';
import { run } from './command.js';
import { cableLines, nodeLines } from './network.js';
import { nodeSetup, READY } from './node-setup.js';
import { insideNode, SYSTEM_PATH, within, type Processes } from './processes.js';
import type { ClusterShape, NodeShape } from './shape.js';

const UNSHARE = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--fork'];

export class Node {
  constructor(
    private readonly cluster: ClusterShape,
    readonly shape: NodeShape,
    private readonly parts: { cgroups: Cgroups; processes: Processes; initProgram: string },
  ) {}

  /** Makes the namespaces and plugs the cable in. The bridge must be there. */
  async make(): Promise<void> {
    const { cgroups, initProgram } = this.parts;
    const script = join(this.shape.folder, 'setup.sh');
    await writeFile(script, nodeSetup(this.shape, cgroups.hierarchies, initProgram));
    await cgroups.make(this.#initCgroup);
    const command = within(cgroups.doors(this.shape.cgroup), ['unshare', ...UNSHARE, 'sh', script]);
    await this.#started(command);
    await cgroups.move(this.shape.cgroup, this.#initCgroup);
    await cgroups.delegate(this.shape.cgroup);
    const initPid = await this.initPid();
    await ipBatch(cableLines(this.cluster, this.shape, initPid));
    await ipBatch(nodeLines(this.cluster, this.shape), (ip) => insideNode(initPid, ip));
  }

  /** The first process of its PID namespace, as the machine calls it. @throws {Unavailable} when the node is not there */
  async initPid(): Promise<number> {
    const pid = await this.parts.processes.findProgram(this.#initCgroup, this.parts.initProgram);
    if (pid === undefined)
      throw new Unavailable(`${this.shape.name} is not there; "npm run cluster -- up" makes it.`);
    return pid;
  }

  /** Runs a program inside the node. @returns stdout */
  async run(command: readonly string[], deadlineSeconds = 60): Promise<string> {
    const [program = '', ...args] = insideNode(await this.initPid(), command);
    return await run(program, args, { deadlineSeconds });
  }

  get #initCgroup(): string {
    return `${this.shape.cgroup}/init`;
  }

  async #started([program = '', ...args]: readonly string[]): Promise<void> {
    const log = join(this.cluster.folder, 'logs', `${this.shape.name}.setup.log`);
    const errors = await open(log, 'a');
    try {
      const child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', 'pipe', errors.fd],
        env: { PATH: SYSTEM_PATH },
      });
      child.on('error', () => undefined);
      child.unref();
      if (!(await says(child.stdout as Readable, READY)))
        throw new Unavailable(`${this.shape.name} cannot be set up; see ${log}.`);
    } finally {
      await errors.close();
    }
  }
}

/** @returns false: it ended without saying so */
async function says(output: Readable, wanted: string): Promise<boolean> {
  try {
    for await (const line of createInterface(output)) if (line === wanted) return true;
    return false;
  } finally {
    // The other end stays open as long as the node lives.
    output.destroy();
  }
}

/** @param wrap makes a command line that runs elsewhere */
export async function ipBatch(
  lines: readonly string[],
  wrap: (command: readonly string[]) => readonly string[] = (command) => command,
): Promise<void> {
  const [program = '', ...args] = wrap(['ip', '-batch', '-']);
  await run(program, args, { input: `${lines.join('\n')}\n` });
}
