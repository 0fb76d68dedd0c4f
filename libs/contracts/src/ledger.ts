/*
 * The ledger: whose a device's memory is, adding up to the byte.
 * On every device with a known use, and in every answer:
 *   usedBytes = sum of the bytes of rows without `within` + reservedBytes + unattributedBytes
 *   and the rows that say `within: X` add up to X exactly.
 * unattributedBytes is signed and never clamped. A device whose use is unknown claims no identity.
 */
import { BrokenInvariant } from './errors.js';
import type { Bytes, Quality, SignedBytes } from './units.js';

export type DeviceKind = 'host' | 'gpu';
export type HolderKind = 'cgroup' | 'process' | 'pod' | 'bucket';

/** Which kernel account the bytes stand in. They add up to the row's bytes. */
export interface Parts {
  readonly anon: Bytes;
  readonly shmem: Bytes;
  /** Page cache without shmem: reclaimable, so never pressure and never a leak. */
  readonly file: Bytes;
  readonly kernel: Bytes;
}

/** One row. `id` is stable for one incarnation: a new process or a re-made cgroup has a new one. */
export interface Holder {
  readonly id: string;
  readonly kind: HolderKind;
  /** The row that this one details. */
  readonly within?: string;
  /** A cgroup's path, a process' comm, a bucket's name. As the kernel has it: escape before printing. */
  readonly name: string;
  /** Host rows: 'Running' while somebody lives there, 'Deleted' for memory of removed cgroups, else 'Kernel'. */
  readonly class: HolderClass;
  readonly flags: readonly string[];
  readonly bytes: Bytes;
  readonly parts?: Parts;
  /** Not in `bytes`: swapped-out memory is not in use. */
  readonly swapBytes?: Bytes;
  /** A cgroup's own memory limit; absent where it has none. */
  readonly limitBytes?: Bytes;
  readonly quality: Quality;
  readonly pid?: number;
  readonly startTimeTicks?: number;
  readonly uid?: number;
  /** Names, where it is known whose it is. */
  readonly container?: string;
  readonly pod?: string;
  readonly namespace?: string;
  /** `Kind/name`. */
  readonly workload?: string;
  /** In a pod's cgroup, also where no names are known. */
  readonly podUid?: string;
  readonly containerId?: string;
}

export type HolderClass = 'Running' | 'Deleted' | 'Kernel';

/** A known place of unattributed bytes: says where some of the rest is, never takes it out of the rest. */
export interface KnownUnattributed {
  readonly source: string;
  readonly bytes: Bytes;
}

export interface DeviceLedger {
  /** 'host', later a GPU's UUID. */
  readonly id: string;
  readonly kind: DeviceKind;
  readonly parent?: string;
  readonly name: string;
  readonly totalBytes: Bytes | null;
  readonly usedBytes: Bytes | null;
  readonly reservedBytes: Bytes | null;
  readonly unattributedBytes: SignedBytes | null;
  /** How far apart two readings of the same moment can be, in bytes: the bound to read unattributedBytes by. */
  readonly errorBoundBytes: Bytes | null;
  readonly unattributedKnown: readonly KnownUnattributed[];
  readonly unknownHolders: number;
  readonly quality: Quality;
  readonly holders: readonly Holder[];
}

/** PSI and OOM kills of the node: beside the ledger, never in its sums. */
export interface NodePressure {
  readonly someAvg10: number;
  readonly fullAvg10: number;
  readonly oomKills: number | null;
}

export interface NodeLedger {
  readonly node: string;
  readonly bootId: string;
  readonly takenAtMs: number;
  readonly devices: readonly DeviceLedger[];
  readonly pressure: NodePressure | null;
}

/** The identity of this file's head. @throws {BrokenInvariant} naming the device or row and the difference */
export function assertDeviceLedger(device: DeviceLedger): void {
  const details = new Map<string, number>();
  let held = 0;
  for (const row of device.holders) {
    assertParts(row);
    if (row.within === undefined) held += row.bytes;
    else details.set(row.within, (details.get(row.within) ?? 0) + row.bytes);
  }
  assertDetails(device, details);
  if (device.usedBytes === null || device.reservedBytes === null || device.unattributedBytes === null) return;
  const difference = device.usedBytes - held - device.reservedBytes - device.unattributedBytes;
  if (difference !== 0)
    throw new BrokenInvariant(`Device ${device.id}: the rows miss the used bytes by ${difference}.`);
}

function assertParts(row: Holder): void {
  if (row.parts === undefined) return;
  const difference = row.bytes - row.parts.anon - row.parts.shmem - row.parts.file - row.parts.kernel;
  if (difference !== 0)
    throw new BrokenInvariant(`Row ${row.id}: its parts miss its bytes by ${difference}.`);
}

function assertDetails(device: DeviceLedger, details: ReadonlyMap<string, number>): void {
  const rows = new Map(device.holders.map((row) => [row.id, row]));
  if (rows.size !== device.holders.length)
    throw new BrokenInvariant(`Device ${device.id}: two rows have one id.`);
  for (const [id, sum] of details) {
    const row = rows.get(id);
    if (row === undefined)
      throw new BrokenInvariant(`Device ${device.id}: rows detail ${id}, which is not there.`);
    if (row.bytes !== sum)
      throw new BrokenInvariant(`Row ${id}: its details miss its bytes by ${row.bytes - sum}.`);
  }
}
