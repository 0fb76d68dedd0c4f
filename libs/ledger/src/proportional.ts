/*
 * Which processes are worth reading smaps_rollup of (114 µs each), and what stands in for those not read this time.
 * Asked for are only processes of cgroups whose resident sums are above what is charged (see members.ts, rule 1).
 * Per pass at most a budget of them is read: those never read first, then those read longest ago, of these the largest. For the others
 * the ratio of the last reading is applied to what they have now. The memory of this plan is bounded by the number
 * of processes that ask.
 */
import type { Parts } from '#contracts/ledger';
import type { HostReading, ProcessIdentity, ProcessReading, ProportionalReading } from '#contracts/reading';
import { bytes } from '#contracts/units';
import type { CgroupNode, CgroupTree } from './cgroup-tree.js';
import { cgroupCharge, rootCharge } from './charge.js';
import { isShared, processKey } from './members.js';
import { placementOf } from './placement.js';

export type SharingReading = Pick<HostReading, 'cgroups' | 'processes' | 'hugetlbIsCharged'>;

/** All of them, in the order of the reading; ProportionalPlan bounds how many are read. */
export function wantsProportional(reading: SharingReading): readonly ProcessReading[] {
  const { tree, members } = placementOf(reading);
  const wanted: ProcessReading[] = [];
  for (const [place, processes] of members.of) {
    const parts = partsOf(place, tree, reading.hugetlbIsCharged);
    if (parts === null || !isShared(parts, processes)) continue;
    for (const process of processes) wanted.push(process);
  }
  return wanted;
}

function partsOf(place: CgroupNode | 'root', tree: CgroupTree, hugetlbIsCharged: boolean): Parts | null {
  if (place !== 'root') return cgroupCharge(place, hugetlbIsCharged).parts;
  return tree.root === null ? null : rootCharge(tree.root, tree).parts;
}

interface Remembered {
  /** When it was last asked for, answered or not: who cannot be read must not hold up the others. */
  pass: number;
  ratios: { readonly anon: number; readonly shmem: number } | null;
}

export class ProportionalPlan {
  private remembered = new Map<string, Remembered>();
  private pass = 0;

  constructor(private readonly budget: number) {}

  /** Whom to read now. Who does not ask any more is forgotten. */
  next(wanted: readonly ProcessReading[]): ProcessIdentity[] {
    this.pass += 1;
    const kept = new Map<string, Remembered>();
    for (const process of wanted) {
      const key = processKey(process);
      kept.set(key, this.remembered.get(key) ?? { pass: 0, ratios: null });
    }
    this.remembered = kept;
    const lastAsked = (process: ProcessIdentity): number => kept.get(processKey(process))?.pass ?? 0;
    const chosen = [...wanted]
      .sort((a, b) => lastAsked(a) - lastAsked(b) || residentOf(b) - residentOf(a))
      .slice(0, this.budget);
    for (const process of chosen) this.recordOf(process).pass = this.pass;
    return chosen;
  }

  /** The fresh readings, and for everybody else who was ever read his last ratio times his present memory. */
  complete(
    wanted: readonly ProcessReading[],
    fresh: ReadonlyMap<string, ProportionalReading>,
  ): ReadonlyMap<string, ProportionalReading> {
    const completed = new Map<string, ProportionalReading>();
    for (const process of wanted) {
      const key = processKey(process);
      const reading = fresh.get(key);
      const record = this.recordOf(process);
      if (reading !== undefined) record.ratios = ratiosOf(process, reading);
      const known = reading ?? recall(process, record);
      if (known !== null) completed.set(key, known);
    }
    return completed;
  }

  private recordOf(process: ProcessIdentity): Remembered {
    const known = this.remembered.get(processKey(process));
    return known ?? { pass: 0, ratios: null };
  }
}

const residentOf = (process: ProcessReading): number => process.rssAnon + process.rssShmem;

function ratiosOf(process: ProcessReading, reading: ProportionalReading): Remembered['ratios'] {
  return {
    anon: ratio(reading.pssAnon, process.rssAnon),
    shmem: ratio(reading.pssShmem, process.rssShmem),
  };
}

function recall(process: ProcessReading, record: Remembered): ProportionalReading | null {
  if (record.ratios === null) return null;
  return {
    pssAnon: bytes(Math.floor(process.rssAnon * record.ratios.anon)),
    pssShmem: bytes(Math.floor(process.rssShmem * record.ratios.shmem)),
  };
}

/** Of what is shared at most all is one's own; where nothing was resident nothing is known. */
function ratio(pss: number, rss: number): number {
  return rss > 0 ? Math.min(1, pss / rss) : 1;
}
