/*
 * What of the host's memory cannot be reclaimed, by cgroup and process: anon + shmem + kernel, never page cache.
 * Rows of cgroups are without their children, so a cgroup has the sum over the rows at and below its path. A row of
 * unknown quality or without parts makes every sum that it is in unknown: unknown is never 0.
 */
import type { DeviceLedger, Holder } from '#contracts/ledger';
import type { FindingQuality } from './finding-change.js';

export interface Held {
  readonly bytes: number;
  readonly quality: FindingQuality;
}

export interface Share extends Held {
  readonly limitBytes: number;
}

interface Node {
  readonly row: Holder;
  parent: Node | null;
  /** Children whose sums were not added yet. */
  pending: number;
  bytes: number;
  isEstimated: boolean;
  isUnknown: boolean;
}

/** Null: the ledger has no host, or nobody knows its size. */
export function hostDevice(devices: readonly DeviceLedger[]): DeviceLedger | null {
  return devices.find((device) => device.kind === 'host') ?? null;
}

/** For one ledger; the tree is built with the first question. */
export class HostMemory {
  private tree: { readonly byPath: Map<string, Node>; readonly byId: Map<string, Node> } | null = null;

  constructor(private readonly host: DeviceLedger) {}

  /**
   * A process against the nearest limit above it, else the machine; a cgroup against its own. A limit beyond the
   * machine's memory limits nothing, so the machine's counts. Null: nobody can say.
   */
  share(row: Holder): Share | null {
    const held = this.held(row);
    if (held === null) return null;
    const limitBytes = this.limitOf(row);
    return limitBytes === null || limitBytes === 0 ? null : { ...held, limitBytes };
  }

  /**
   * False for a cgroup of a pod whose limit is not below that of its pod: the two are full together, and one of them is
   * enough to be found and asked.
   */
  standsForItself({ id, podUid, limitBytes }: Holder): boolean {
    if (podUid === undefined) return true;
    let above = this.nodes().byId.get(id)?.parent ?? null;
    for (; above?.row.podUid === podUid; above = above.parent)
      if (isNotBelow(limitBytes, above.row.limitBytes)) return false;
    return true;
  }

  /** Null: nobody can say. */
  held(row: Holder): Held | null {
    return row.kind === 'process' ? processHeld(row) : this.cgroupHeld(row);
  }

  private cgroupHeld(row: Holder): Held | null {
    const node = this.nodes().byId.get(row.id);
    if (node === undefined || node.isUnknown) return null;
    return { bytes: node.bytes, quality: node.isEstimated ? 'Estimated' : 'Measured' };
  }

  private limitOf(row: Holder): number | null {
    const limit = row.kind === 'process' ? this.limitAbove(row) : row.limitBytes;
    const total = this.host.totalBytes;
    if (limit === undefined) return total;
    return total === null ? limit : Math.min(limit, total);
  }

  private limitAbove(process: Holder): number | undefined {
    if (process.within === undefined) return undefined;
    let node = this.nodes().byId.get(process.within) ?? null;
    while (node !== null && node.row.limitBytes === undefined) node = node.parent;
    return node?.row.limitBytes;
  }

  private nodes(): { readonly byPath: Map<string, Node>; readonly byId: Map<string, Node> } {
    return (this.tree ??= cgroupTree(this.host.holders));
  }
}

function isNotBelow(limit: number | undefined, above: number | undefined): boolean {
  return above !== undefined && (limit === undefined || limit >= above);
}

function processHeld(row: Holder): Held | null {
  const { parts, quality } = row;
  if (parts === undefined || quality === 'unknown') return null;
  return { bytes: parts.anon + parts.shmem, quality: quality === 'estimated' ? 'Estimated' : 'Measured' };
}

function cgroupTree(rows: readonly Holder[]): { byPath: Map<string, Node>; byId: Map<string, Node> } {
  const byPath = new Map<string, Node>();
  const byId = new Map<string, Node>();
  for (const row of rows) {
    if (row.kind !== 'cgroup') continue;
    const node = leaf(row);
    byPath.set(row.name, node);
    byId.set(row.id, node);
  }
  for (const node of byId.values()) {
    node.parent = nearest(byPath, parentOf(node.row.name));
    if (node.parent !== null) node.parent.pending += 1;
  }
  for (const node of byId.values()) addUpwards(node);
  return { byPath, byId };
}

function leaf(row: Holder): Node {
  const { parts, quality } = row;
  return {
    row,
    parent: null,
    pending: 0,
    bytes: parts === undefined ? 0 : parts.anon + parts.shmem + parts.kernel,
    isEstimated: quality !== 'measured',
    isUnknown: parts === undefined || quality === 'unknown',
  };
}

/** From a node whose children are all added, as far up as that holds: each edge is walked once, whatever the order. */
function addUpwards(start: Node): void {
  let node: Node | null = start;
  while (node !== null && node.pending === 0) {
    const { parent }: Node = node;
    node.pending = -1;
    if (parent !== null) {
      parent.bytes += node.bytes;
      parent.isEstimated ||= node.isEstimated;
      parent.isUnknown ||= node.isUnknown;
      parent.pending -= 1;
    }
    node = parent;
  }
}

function nearest(byPath: ReadonlyMap<string, Node>, from: string): Node | null {
  for (let path = from; path !== ''; path = parentOf(path)) {
    const node = byPath.get(path);
    if (node !== undefined) return node;
  }
  return null;
}

/** '' above the top. A row of the root has the path '/', and nothing is above it. */
function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '' : path.slice(0, slash);
}
