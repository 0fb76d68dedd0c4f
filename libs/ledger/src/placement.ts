/*
 * A reading's cgroups as a tree, and its processes in it. The sensor asks for it to learn whose shares to read, the
 * ledger to build its rows: for one and the same reading it is made once.
 */
import type { CgroupReading, HostReading, ProcessReading } from '#contracts/reading';
import { cgroupTree, type CgroupTree } from './cgroup-tree.js';
import { placeProcesses, type Members } from './members.js';

export interface Placement {
  readonly tree: CgroupTree;
  readonly members: Members;
}

interface Made extends Placement {
  readonly cgroups: readonly CgroupReading[];
}

const made = new WeakMap<readonly ProcessReading[], Made>();

export function placementOf({ cgroups, processes }: Pick<HostReading, 'cgroups' | 'processes'>): Placement {
  const known = made.get(processes);
  if (known?.cgroups === cgroups) return known;
  const tree = cgroupTree(cgroups);
  const placement = { cgroups, tree, members: placeProcesses(tree, processes) };
  made.set(processes, placement);
  return placement;
}
