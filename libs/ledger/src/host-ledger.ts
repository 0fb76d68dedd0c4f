/*
 * The host's ledger from one pass over the kernel's files (docs/reference/ledger.md has the accounting):
 *   used = MemTotal − MemFree = Σ H(cgroup) + H(root) + H(deleted) + H(hugetlb) + reserved + unattributed
 * Charge, not RSS: the kernel charges each page to one cgroup. unattributed is the rest, signed, never clamped;
 * errorBoundBytes says how much of it two readings of one moment may differ by.
 */
import type { PodNames } from '#contracts/cluster';
import type { DeviceLedger, Holder, HolderClass, KnownUnattributed } from '#contracts/ledger';
import type { CgroupReading, HostReading } from '#contracts/reading';
import { bytes, MIB, signedBytes } from '#contracts/units';
import type { CgroupNode } from './cgroup-tree.js';
import { cgroupCharge, chargeFields, deletedCharge, rootCharge, type Charge } from './charge.js';
import { hugetlbRows } from './hugetlb.js';
import { reservedMemory } from './kernel-memory.js';
import { memberRows, processRow } from './member-rows.js';
import { placementOf, type Placement } from './placement.js';
import { NO_PODS, RowNaming, type RowNames } from './row-names.js';

/** Above this distance of the two MemFree the reading is no picture of one moment. */
export const MAX_SKEW_BYTES = 32 * MIB;
/** MEMCG_CHARGE_BATCH (mm/memcontrol.c): what each CPU may have charged ahead of use. */
const CHARGE_BATCH_PAGES = 64;
const PAGE_BYTES = 4096;
const ROWS_PER_STEP = 256;

type Steps = Generator<void, void, void>;

interface Build extends Placement {
  readonly reading: HostReading;
  readonly naming: RowNaming;
  readonly rows: Holder[];
  held: number;
  overdrawn: number;
}

type FreeMemory = Pick<HostReading, 'memFreeBefore' | 'perCpuFreeBefore' | 'meminfo' | 'perCpuFree'>;

/** How far free memory moved while the rest was read: an exit fills the per-CPU lists and leaves MemFree alone. */
export function skewOf(reading: FreeMemory): number {
  const before = reading.memFreeBefore + reading.perCpuFreeBefore;
  return Math.abs(before - reading.meminfo.memFree - reading.perCpuFree);
}

/**
 * @param pods absent: rows have no names of pods
 * @throws {InvalidValue} for sizes whose sum a Bytes cannot hold, and for MemFree above MemTotal
 */
export function buildHostLedger(reading: HostReading, pods?: PodNames): DeviceLedger {
  const steps = hostLedgerSteps(reading, pods);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** The same in steps of at most a cgroup or 256 rows, for a caller that must not be held up by thousands of processes. */
export function* hostLedgerSteps(
  reading: HostReading,
  pods: PodNames = NO_PODS,
): Generator<void, DeviceLedger, void> {
  const { tree, members } = placementOf(reading);
  const naming = new RowNaming(
    pods,
    tree.charged.map((node) => node.reading.path),
  );
  const build: Build = { reading, tree, members, naming, rows: [], held: 0, overdrawn: 0 };
  yield;
  for (const node of tree.charged) {
    yield* addCgroup(build, node);
  }
  if (tree.root !== null) yield* addRoot(build, tree.root);
  yield* addHugetlb(build);
  addUnplaced(build);
  return deviceOf(build);
}

function* addCgroup(build: Build, node: CgroupNode): Steps {
  const { reading } = node;
  const charged = cgroupCharge(node, build.reading.hugetlbIsCharged);
  const hasMembers = build.members.of.has(node);
  const names = build.naming.of(reading.path);
  count(build, charged);
  build.rows.push({
    ...chargeFields(charged),
    kind: 'cgroup',
    name: reading.path,
    class: hasMembers ? 'Running' : classOfDeserted(node, charged),
    swapBytes: bytes(Math.max(0, reading.swap - node.children.swap)),
    ...(reading.limit !== null && { limitBytes: reading.limit }),
    ...names,
  });
  yield* addMembers(build, node, { charged, cgroup: reading, names });
}

/**
 * No process is left, so what is charged is either kept by removed descendants or by the kernel (page cache and
 * tmpfs files that outlived their writers). v2 counts removed descendants; v1 shows their pages in the totals only.
 */
function classOfDeserted(node: CgroupNode, charged: Charge): HolderClass {
  const { reading, children } = node;
  if (reading.dyingDescendants > children.dying) return 'Deleted';
  if (reading.own === null) return 'Kernel';
  const own = reading.own.anon + reading.own.file;
  const ofRemoved = reading.anon + reading.file - own - children.anon - children.file;
  return ofRemoved * 2 > charged.bytes ? 'Deleted' : 'Kernel';
}

function* addRoot(build: Build, root: CgroupReading): Steps {
  const charged = rootCharge(root, build.tree);
  count(build, charged);
  const hasMembers = build.members.of.has('root');
  build.rows.push({
    ...chargeFields(charged),
    kind: 'bucket',
    name: 'root cgroup',
    class: hasMembers ? 'Running' : 'Kernel',
  });
  yield* addMembers(build, 'root', { charged, cgroup: root, names: {} });
  const deleted = deletedCharge(root, build.tree);
  if (deleted === null) return;
  count(build, deleted);
  if (deleted.bytes > 0)
    build.rows.push({ ...chargeFields(deleted), kind: 'bucket', name: 'deleted cgroups', class: 'Deleted' });
}

function* addMembers(
  build: Build,
  place: CgroupNode | 'root',
  row: { readonly charged: Charge; readonly cgroup: CgroupReading; readonly names: RowNames },
): Steps {
  yield;
  const processes = build.members.of.get(place);
  if (processes === undefined) return;
  const { id, bytes: held, parts } = row.charged;
  const detailed = { id, bytes: held, parts, cgroup: row.cgroup, names: row.names };
  for (const member of memberRows(detailed, processes, build.reading.proportional)) {
    build.rows.push(member);
    if (build.rows.length % ROWS_PER_STEP === 0) yield;
  }
}

function* addHugetlb(build: Build): Steps {
  for (const row of hugetlbRows(build.reading, build)) {
    if (row.within === undefined) build.held += row.bytes;
    build.rows.push(row);
    if (build.rows.length % ROWS_PER_STEP === 0) yield;
  }
}

/** Their memory is in the charge of some cgroup already: they are named, and add nothing. */
function addUnplaced(build: Build): void {
  const { unplaced } = build.members;
  if (unplaced.length === 0) return;
  const id = 'bucket:unplaced';
  build.rows.push({
    id,
    kind: 'bucket',
    name: 'processes of no known cgroup',
    class: 'Running',
    flags: ['DetailOnly'],
    bytes: bytes(0),
    quality: 'unknown',
  });
  for (const process of unplaced) build.rows.push(processRow(id, { process, anon: 0, shmem: 0 }, 'unknown'));
}

function count(build: Build, charged: Charge): void {
  build.held += charged.bytes;
  build.overdrawn += charged.overdrawn;
}

function deviceOf(build: Build): DeviceLedger {
  const { reading, tree } = build;
  const used = bytes(reading.meminfo.memTotal - reading.meminfo.memFree);
  const reserved = reservedMemory(reading, tree);
  const unattributed = signedBytes(used - build.held - reserved);
  const isOneMoment = skewOf(reading) <= MAX_SKEW_BYTES;
  const bound = skewOf(reading) + CHARGE_BATCH_PAGES * PAGE_BYTES * reading.cpus + build.overdrawn;
  return {
    id: 'host',
    kind: 'host',
    name: 'Host memory',
    totalBytes: reading.meminfo.memTotal,
    usedBytes: used,
    reservedBytes: bytes(reserved),
    unattributedBytes: unattributed,
    errorBoundBytes: bytes(bound),
    unattributedKnown: knownElsewhere(reading, unattributed + bound),
    unknownHolders: build.members.unplaced.length + unseenHolders(reading),
    quality: isOneMoment && tree.root !== null && unseenHolders(reading) === 0 ? 'measured' : 'estimated',
    holders: build.rows,
  };
}

/** How many are hidden nobody can say: at least one. */
function unseenHolders({ skipped, seesAllProcesses }: HostReading): number {
  return skipped.processes + skipped.cgroups + (seesAllProcesses ? 0 : 1);
}

/** Most balloon drivers take their pages out of MemTotal; then they are not in the rest, and not named. */
function knownElsewhere(reading: HostReading, most: number): KnownUnattributed[] {
  const { balloon } = reading.meminfo;
  return balloon > 0 && balloon <= most ? [{ source: 'balloon', bytes: balloon }] : [];
}
