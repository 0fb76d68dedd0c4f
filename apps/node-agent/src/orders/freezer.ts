/*
 * Whether a process' cgroup is frozen (a paused container): it would take nothing until it is thawed, and then all at
 * once. cgroup v2 says it in cgroup.events, v1 in freezer.state; both for the cgroup and everything above it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupLine } from './process-text.js';

interface Mounts {
  readonly v2: string | null;
  readonly v1: string | null;
}

export class Freezer {
  private mounts: Mounts | null = null;

  /** `cgroupRoot`: where the machine's hierarchies are; null: as the mount table says. */
  constructor(
    private readonly procRoot: string,
    private readonly cgroupRoot: string | null = null,
  ) {}

  /** False also where it cannot be told. */
  async isFrozen(cgroups: readonly CgroupLine[]): Promise<boolean> {
    this.mounts ??= await this.find();
    const { v1, v2 } = this.mounts;
    for (const { controllers, path } of cgroups) {
      if (
        v2 !== null &&
        controllers[0] === '' &&
        /^frozen 1$/m.test(await text(join(v2, path, 'cgroup.events')))
      )
        return true;
      if (v1 !== null && controllers.includes('freezer')) {
        const state = (await text(join(v1, path, 'freezer.state'))).trim();
        if (state === 'FROZEN' || state === 'FREEZING') return true;
      }
    }
    return false;
  }

  private async find(): Promise<Mounts> {
    const { cgroupRoot } = this;
    if (cgroupRoot !== null) return { v2: cgroupRoot, v1: join(cgroupRoot, 'freezer') };
    return freezerMounts(await text(join(this.procRoot, 'self/mountinfo')));
  }
}

/** Mount points of proc_pid_mountinfo(5) that show the whole hierarchy. */
export function freezerMounts(mountinfo: string): Mounts {
  let v2: string | null = null;
  let v1: string | null = null;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root, point = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (root !== '/') continue;
    if (type === 'cgroup2') v2 ??= unescaped(point);
    if (type === 'cgroup' && options.split(',').includes('freezer')) v1 ??= unescaped(point);
  }
  return { v2, v1 };
}

function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
