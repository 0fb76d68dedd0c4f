/*
 * Cause: X more bytes in one cgroup must move its row by X, and no other row. The others are cgroups that hold memory
 * and sit still; the rest of the machine lives its own life and says nothing.
 */
import { MIB } from '#contracts/units';
import { Cgroup } from '../harness/cgroup.js';
import type { Workspace } from '../harness/workspace.js';
import { rowOf, type HostProbe, type Sample } from './probe.js';
import { Workload, type WorkloadName } from './workload.js';

const BYSTANDERS = 8;
const BYSTANDER_BYTES = 8 * MIB;
const KINDS: readonly WorkloadName[] = ['anon', 'memfd', 'pinned'];

export interface Cause {
  /** |change of the row − X| / X. */
  readonly own: number;
  /** The largest |change| of a bystander / X. */
  readonly others: number;
}

export async function causes(
  workspace: Workspace,
  probe: HostProbe,
  { rounds, stepMiB }: { readonly rounds: number; readonly stepMiB: number },
): Promise<Cause[]> {
  return await workspace.section(async (section) => {
    const parent = section.use(new Cgroup(`/mw-cause-${process.pid}`)).delegate();
    const bystanders = await Promise.all(
      Array.from({ length: BYSTANDERS }, (_, index) => bystander(section, parent, index)),
    );
    const found: Cause[] = [];
    for (let round = 0; round < rounds; round++) {
      const kind = KINDS[round % KINDS.length] ?? 'anon';
      found.push(await move(section, probe, { parent, bystanders, kind, bytes: stepMiB * MIB }));
    }
    return found;
  });
}

async function bystander(section: Workspace, parent: Cgroup, index: number): Promise<Cgroup> {
  const cgroup = section.use(new Cgroup(`${parent.path}/still-${index}`));
  section.use(await Workload.start({ name: 'anon', args: [BYSTANDER_BYTES], cgroup }));
  return cgroup;
}

interface Move {
  readonly parent: Cgroup;
  readonly bystanders: readonly Cgroup[];
  readonly kind: WorkloadName;
  readonly bytes: number;
}

async function move(
  workspace: Workspace,
  probe: HostProbe,
  { parent, bystanders, kind, bytes }: Move,
): Promise<Cause> {
  return await workspace.section(async (section) => {
    const moved = section.use(new Cgroup(`${parent.path}/moved`));
    // The program itself is there before, so that only X moves.
    section.use(await Workload.start({ name: kind, args: [BYSTANDER_BYTES], cgroup: moved }));
    const before = await probe.sample();
    section.use(await Workload.start({ name: kind, args: [bytes], cgroup: moved }));
    const after = await probe.sample();
    const change = (cgroup: Cgroup): number => bytesOf(after, cgroup) - bytesOf(before, cgroup);
    return {
      own: Math.abs(change(moved) - bytes) / bytes,
      // The parent's row is without its children, so it sits still, too.
      others: Math.max(...[parent, ...bystanders].map((each) => Math.abs(change(each)))) / bytes,
    };
  });
}

function bytesOf(sample: Sample, cgroup: Cgroup): number {
  return rowOf(sample, cgroup.path).bytes;
}
