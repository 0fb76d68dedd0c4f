/*
 * What a figure was measured on.
 */
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { MIB } from '#contracts/units';

export interface Machine {
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the memory controller. */
  readonly cgroup: 1 | 2;
  /** One-minute load average before the suite started anything. */
  readonly load: number;
  /** More load than a measurement should have beside it. */
  readonly busy: boolean;
}

const QUIET_LOAD = 0.5;

export function describeMachine(): Machine {
  const load = loadavg()[0] ?? 0;
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / MIB),
    kernel: release(),
    node: process.version,
    cgroup: cgroupVersion(),
    load,
    busy: load > QUIET_LOAD,
  };
}

/** Where both are mounted, the one that holds the memory controller counts. */
export function cgroupVersion(): 1 | 2 {
  const mounts = readFileSync('/proc/mounts', 'utf8');
  return / cgroup \S*\bmemory\b/.test(mounts) || !existsSync('/sys/fs/cgroup/cgroup.controllers') ? 1 : 2;
}
