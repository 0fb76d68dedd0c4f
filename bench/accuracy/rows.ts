/*
 * Fifty processes with known bytes, half of them in cgroups of their own: how far is each row from what its process
 * really holds? Compared is anon + shmem; a cgroup's kernel memory and page cache are nobody's known bytes.
 */
import { MIB } from '#contracts/units';
import { Cgroup } from '../harness/cgroup.js';
import type { Workspace } from '../harness/workspace.js';
import { heldBytes, processRowOf, rowOf, type HostProbe, type Sample } from './probe.js';
import { Workload, type WorkloadName } from './workload.js';

const PROCESSES = 50;
const KINDS: readonly WorkloadName[] = ['anon', 'memfd', 'anon', 'pinned'];

interface Known {
  readonly bytes: number;
  readonly workload: Workload;
  readonly cgroup?: Cgroup;
  readonly kind: WorkloadName;
}

/** Relative errors, one for each row that has a known size. */
export async function rowErrors(
  workspace: Workspace,
  probe: HostProbe,
  { smallestMiB }: { readonly smallestMiB: number },
): Promise<number[]> {
  return await workspace.section(async (section) => {
    const parent = section.use(new Cgroup(`/mw-rows-${process.pid}`)).delegate();
    const known: Known[] = [];
    for (let index = 0; index < PROCESSES; index++)
      known.push(await start(section, parent, index, smallestMiB));
    const sample = await probe.sample();
    return known.flatMap((each) => errorsOf(sample, each));
  });
}

async function start(section: Workspace, parent: Cgroup, index: number, smallestMiB: number): Promise<Known> {
  const bytes = (smallestMiB + (index % 5)) * MIB;
  const isInside = index % 2 === 0;
  // Outside of every cgroup only mapped memory has an owner that can be named.
  const kind = isInside ? (KINDS[(index / 2) % KINDS.length] ?? 'anon') : 'anon';
  if (!isInside)
    return { bytes, kind, workload: section.use(await Workload.start({ name: kind, args: [bytes] })) };
  const cgroup = section.use(new Cgroup(`${parent.path}/holder-${index}`));
  const workload = section.use(await Workload.start({ name: kind, args: [bytes], cgroup }));
  return { bytes, kind, workload, cgroup };
}

function errorsOf(sample: Sample, { bytes, workload, cgroup, kind }: Known): number[] {
  const errors = cgroup === undefined ? [] : [relative(heldBytes(rowOf(sample, cgroup.path)), bytes)];
  // A memfd that nobody maps is in its cgroup's row only.
  if (kind !== 'memfd') errors.push(relative(heldBytes(processRowOf(sample, workload.pid)), bytes));
  return errors;
}

function relative(found: number, known: number): number {
  return Math.abs(found - known) / known;
}
