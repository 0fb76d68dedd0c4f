/*
 * The cgroups that memory is charged to, as a tree. A cgroup without a charge of its own (v2 where the memory
 * controller is not enabled) is not in it: its memory and its processes belong to the nearest ancestor that is.
 * What a node says of its children is the sum over its nearest charged descendants, so
 * "node minus children" counts every page once, whatever is missing in between.
 */
import type { CgroupReading } from '#contracts/reading';

/** Sums over subtrees, in bytes (dying: cgroups that were removed and still hold pages). */
export interface Subtotal {
  usage: number;
  anon: number;
  /** Page cache, shmem included, as the kernel counts it. */
  file: number;
  shmem: number;
  kernel: number;
  swap: number;
  hugetlb: number;
  dying: number;
}

export interface CgroupNode {
  readonly reading: CgroupReading;
  readonly usage: number;
  readonly children: Subtotal;
}

export interface CgroupTree {
  /** Null: the scan found no root. */
  readonly root: CgroupReading | null;
  /** Sum over the charged cgroups that have no charged ancestor but the root. */
  readonly tops: Subtotal;
  /** Without the root; each path once. */
  readonly charged: readonly CgroupNode[];
  /** Where the memory of a process in this cgroup is charged; 'unplaced' when nobody can say. */
  chargedTo(path: string | null): CgroupNode | 'root' | 'unplaced';
}

export function cgroupTree(cgroups: readonly CgroupReading[]): CgroupTree {
  const byPath = new Map<string, CgroupReading>();
  for (const cgroup of cgroups) if (!byPath.has(cgroup.path)) byPath.set(cgroup.path, cgroup);
  const nodes = chargedNodes(byPath);
  const tops = emptySubtotal();
  for (const node of nodes.values())
    add(nearestCharged(nodes, parentOf(node.reading.path))?.children ?? tops, node);
  return {
    root: byPath.get('/') ?? null,
    tops,
    charged: [...nodes.values()],
    chargedTo: (path) => (path === null ? 'unplaced' : chargedTo(nodes, byPath, path)),
  };
}

function chargedNodes(byPath: ReadonlyMap<string, CgroupReading>): Map<string, CgroupNode> {
  const nodes = new Map<string, CgroupNode>();
  for (const reading of byPath.values())
    if (reading.path !== '/' && reading.usage !== null)
      nodes.set(reading.path, { reading, usage: reading.usage, children: emptySubtotal() });
  return nodes;
}

/*
 * A cgroup that was removed after its processes were read left its memory to the nearest ancestor that lives on.
 * Under the root that is nobody in particular, and a path out of our cgroup namespace ('/../x') is not ours to place.
 */
function chargedTo(
  nodes: ReadonlyMap<string, CgroupNode>,
  seen: ReadonlyMap<string, CgroupReading>,
  path: string,
): CgroupNode | 'root' | 'unplaced' {
  const node = nearestCharged(nodes, path);
  if (node !== null) return node;
  return seen.has(path) ? 'root' : 'unplaced';
}

function nearestCharged(nodes: ReadonlyMap<string, CgroupNode>, path: string): CgroupNode | null {
  for (let at = path; at !== '/' && at !== ''; at = parentOf(at)) {
    const node = nodes.get(at);
    if (node !== undefined) return node;
  }
  return null;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

function emptySubtotal(): Subtotal {
  return { usage: 0, anon: 0, file: 0, shmem: 0, kernel: 0, swap: 0, hugetlb: 0, dying: 0 };
}

function add(sum: Subtotal, node: CgroupNode): void {
  const { reading } = node;
  sum.usage += node.usage;
  sum.anon += reading.anon;
  sum.file += reading.file;
  sum.shmem += reading.shmem;
  sum.kernel += reading.kernel;
  sum.swap += reading.swap;
  sum.hugetlb += reading.hugetlb ?? 0;
  sum.dying += reading.dyingDescendants;
}
