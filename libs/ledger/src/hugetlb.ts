/*
 * Huge pages of the hugetlb pools: out of MemFree from the moment the pool is filled, in nobody's RSS, and in the
 * charge of cgroups only where cgroup2 is mounted with memory_hugetlb_accounting. Free ones of every size are
 * reserved; those in use and in no charge are one row. Its details add up to it exactly: cgroups where the hugetlb
 * controller counts, else processes by HugetlbPages, and what neither names.
 */
import type { Holder } from '#contracts/ledger';
import type { HostReading, ProcessReading } from '#contracts/reading';
import { bytes } from '#contracts/units';
import type { CgroupNode, CgroupTree } from './cgroup-tree.js';
import { processKey, type Members } from './members.js';
import type { Placement } from './placement.js';

const BUCKET = 'bucket:hugetlb';

type Claim = Pick<Holder, 'id' | 'kind' | 'name' | 'class' | 'pid' | 'startTimeTicks' | 'uid'> & {
  bytes: number;
};

/** At most what there is, whenever the two were counted. */
export function freeHugetlb({ meminfo, otherHugetlbFree }: HostReading): number {
  const ofDefaultSize = meminfo.hugePagesFree * meminfo.hugepagesize;
  return Math.min(meminfo.hugetlb, ofDefaultSize + otherHugetlbFree);
}

/** The row and its details; none while every huge page is free or in the charge of cgroups. */
export function* hugetlbRows(reading: HostReading, placement: Placement): Generator<Holder, void, void> {
  const used = reading.meminfo.hugetlb - freeHugetlb(reading);
  if (used === 0) return;
  const held = Math.max(0, used - chargedHugetlb(reading, placement, used));
  if (held === 0) return;
  const isKnown = !reading.hugetlbIsCharged || isReported(placement.tree);
  yield {
    ...rowOf({ id: BUCKET, kind: 'bucket', name: 'huge pages', class: 'Running', bytes: held }),
    quality: isKnown ? 'measured' : 'estimated',
  };
  yield* detailRows(claims(reading, placement), held);
}

/**
 * The first kernels that charge huge pages (6.7) have no "hugetlb" in memory.stat. Where the controller is off as
 * well, all is taken to be charged but what processes of the root have: counted twice it would be wrong for certain.
 */
function chargedHugetlb(reading: HostReading, { tree, members }: Placement, used: number): number {
  if (!reading.hugetlbIsCharged || tree.charged.length === 0) return 0;
  if (isReported(tree)) return tree.tops.hugetlb;
  return Math.max(0, used - sumOf(members.of.get('root') ?? []));
}

function isReported(tree: CgroupTree): boolean {
  return tree.charged.some((node) => node.reading.hugetlb !== null);
}

function sumOf(processes: readonly ProcessReading[]): number {
  return processes.reduce((sum, process) => sum + process.hugetlb, 0);
}

function claims({ hugetlbIsCharged }: HostReading, { tree, members }: Placement): Claim[] {
  const ofRoot = (members.of.get('root') ?? []).map(processClaim);
  if (hugetlbIsCharged) return ofRoot;
  if (tree.tops.hugetlb > 0) return [...tree.charged.map((node) => cgroupClaim(node, members)), ...ofRoot];
  return [...[...members.of.values()].flat(), ...members.unplaced].map(processClaim);
}

function cgroupClaim(node: CgroupNode, members: Members): Claim {
  const { inode, path, hugetlb } = node.reading;
  return {
    id: `hugetlb:${inode}:${path}`,
    kind: 'bucket', // the row of kind "cgroup" is the charge of this path, and there is one
    name: path,
    class: members.of.has(node) ? 'Running' : 'Kernel',
    bytes: Math.max(0, (hugetlb ?? 0) - node.children.hugetlb),
  };
}

function processClaim(process: ProcessReading): Claim {
  const { pid, startTimeTicks, uid, name, hugetlb } = process;
  const id = `hugetlb:${processKey(process)}`;
  return { id, kind: 'process', name, class: 'Running', bytes: hugetlb, pid, startTimeTicks, uid };
}

/** What is mapped by several counts once: scaled down to what is held. What nobody maps is a row of its own. */
function* detailRows(all: readonly Claim[], held: number): Generator<Holder, void, void> {
  const claimed = all.filter((claim) => claim.bytes > 0);
  const sum = claimed.reduce((total, claim) => total + claim.bytes, 0);
  const isScaled = sum > held;
  const fitted = isScaled ? scaled(claimed, sum, held) : claimed;
  for (const claim of fitted)
    yield { ...rowOf(claim), within: BUCKET, quality: isScaled ? 'estimated' : 'measured' };
  const rest = Math.max(0, held - sum);
  if (rest === 0) return;
  const unmapped = { id: 'hugetlb:rest', kind: 'bucket', name: 'not mapped', class: 'Kernel' } as const;
  yield { ...rowOf({ ...unmapped, bytes: rest }), within: BUCKET };
}

/** Rounded down; the largest (of equal ones the first by id) takes what that leaves. */
function scaled(claimed: readonly Claim[], sum: number, held: number): Claim[] {
  const fitted = claimed.map((claim) => ({ ...claim, bytes: Math.floor(claim.bytes * (held / sum)) }));
  const left = held - fitted.reduce((total, claim) => total + claim.bytes, 0);
  const largest = fitted.reduce((best, claim) => (isBefore(claim, best) ? claim : best));
  largest.bytes += left;
  return fitted;
}

function isBefore(claim: Claim, other: Claim): boolean {
  return claim.bytes > other.bytes || (claim.bytes === other.bytes && claim.id < other.id);
}

/** Never reclaimed, held until unmapped: as good as anonymous. */
function rowOf(claim: Claim): Holder {
  const held = bytes(claim.bytes);
  const none = bytes(0);
  return {
    ...claim,
    flags: [],
    bytes: held,
    parts: { anon: held, shmem: none, file: none, kernel: none },
    quality: 'measured',
  };
}
