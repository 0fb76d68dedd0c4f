/*
 * H(g): what is charged to one cgroup without its children, and the buckets for what no live cgroup has.
 * A balance is what the kernel's numbers say, and may be negative where a child was read after it grew. A row
 * cannot be: it is 0 then, and the difference is reported as overdrawn, widens the error bound of the ledger and
 * falls out of unattributed (which is the rest of the sum). It is never dropped.
 */
import type { Holder, Parts } from '#contracts/ledger';
import type { CgroupReading } from '#contracts/reading';
import { bytes, type Bytes } from '#contracts/units';
import type { CgroupNode, CgroupTree } from './cgroup-tree.js';
import { fitParts, type Statistics } from './parts.js';

export interface Charge {
  readonly id: string;
  readonly bytes: Bytes;
  readonly parts: Parts;
  /** By how much the balance was below zero. */
  readonly overdrawn: number;
}

/** usage(g) − Σ usage(children of g). */
export function cgroupCharge(node: CgroupNode, hugetlbIsCharged: boolean): Charge {
  const { reading, children } = node;
  const hugetlb = hugetlbIsCharged ? (reading.hugetlb ?? 0) - children.hugetlb : 0;
  return charge(`cgroup:${reading.inode}:${reading.path}`, node.usage - children.usage, {
    anon: reading.anon - children.anon + hugetlb, // never reclaimed, held until unmapped: as good as anonymous
    shmem: reading.shmem - children.shmem,
    file: reading.file - reading.shmem - (children.file - children.shmem),
    kernel: reading.kernel - children.kernel,
  });
}

/** Charged to the root itself: v1 its own cache + rss; v2 its anon + file without the top-level cgroups'. */
export function rootCharge(root: CgroupReading, tree: CgroupTree): Charge {
  const own = root.own ?? {
    anon: root.anon - tree.tops.anon,
    file: root.file - tree.tops.file,
    shmem: root.shmem - tree.tops.shmem,
  };
  return charge('bucket:root', own.anon + own.file, {
    anon: own.anon,
    shmem: own.shmem,
    file: own.file - own.shmem,
    kernel: 0, // kernel memory of the root is charged to nobody: it is reserved
  });
}

/**
 * v1: removed top-level cgroups are in the root's totals and in no file of their own. v2 has no such bucket: its
 * root cannot be told apart from them (rootCharge has both), and deeper ones show up inside their parent.
 */
export function deletedCharge(root: CgroupReading, tree: CgroupTree): Charge | null {
  const { own } = root;
  if (own === null) return null;
  const { tops } = tree;
  const statistics: Statistics = {
    anon: root.anon - own.anon - tops.anon,
    shmem: root.shmem - own.shmem - tops.shmem,
    file: root.file - root.shmem - (own.file - own.shmem) - (tops.file - tops.shmem),
    kernel: root.kernel - tops.kernel,
  };
  const balance = statistics.anon + statistics.shmem + statistics.file + statistics.kernel;
  return charge('bucket:deleted', balance, statistics);
}

function charge(id: string, balance: number, statistics: Statistics): Charge {
  const held = Math.max(0, balance);
  return { id, bytes: bytes(held), parts: fitParts(held, statistics), overdrawn: held - balance };
}

/** The fields that every top-level row takes from its charge. */
export function chargeFields(charged: Charge): Pick<Holder, 'id' | 'bytes' | 'parts' | 'quality' | 'flags'> {
  const isMeasured = charged.overdrawn === 0;
  return {
    id: charged.id,
    bytes: charged.bytes,
    parts: charged.parts,
    quality: isMeasured ? 'measured' : 'estimated',
    flags: isMeasured ? [] : ['Overdrawn'],
  };
}
