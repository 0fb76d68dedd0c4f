/*
 * A device's rows in the order of a table: flat by a key, or as the tree of cgroup paths with the sums of each
 * subtree. Pure; what a row shows always adds up to what its parent shows.
 */
import type { DeviceLedger, Holder } from '#contracts/ledger';

export type SortKey = 'bytes' | 'anon' | 'shmem' | 'file' | 'kernel' | 'name';

export interface Amounts {
  readonly bytes: number;
  readonly anon: number;
  readonly shmem: number;
  readonly file: number;
  readonly kernel: number;
}

export interface Row extends Amounts {
  readonly id: string;
  /** As the kernel has it: escape before printing. */
  readonly name: string;
  readonly depth: number;
  readonly kind: 'cgroup' | 'process' | 'pod' | 'bucket' | 'folder';
  /** Of a process. */
  readonly pid: number | null;
  readonly isDeleted: boolean;
  readonly hasMore: boolean;
  readonly isOpen: boolean;
}

interface Branch {
  readonly id: string;
  readonly name: string;
  readonly holder: Holder | null;
  readonly kind: Row['kind'];
  readonly children: Branch[];
  sum: Amounts;
}

export interface RowOptions {
  readonly sort: SortKey;
  readonly tree: boolean;
  /** Ids whose details are shown. */
  readonly open: (id: string, depth: number) => boolean;
  /** Only rows whose name has this; empty: all. */
  readonly filter: string;
}

const FOLDER = 'path:';
const NOTHING: Amounts = { bytes: 0, anon: 0, shmem: 0, file: 0, kernel: 0 };

/** A path that cgroups hang below, not a holder itself. */
export function isFolder(id: string): boolean {
  return id.startsWith(FOLDER);
}

export function rowsOf(device: DeviceLedger, options: RowOptions): Row[] {
  const details = Map.groupBy(device.holders, (holder) => holder.within ?? '');
  const top = (details.get('') ?? []).map((holder) => branchOf(holder, details));
  const branches = options.tree ? grow(top) : top;
  return list(branches, 0, options);
}

function branchOf(holder: Holder, details: ReadonlyMap<string, readonly Holder[]>): Branch {
  const children = (details.get(holder.id) ?? []).map((detail) => leaf(detail));
  return { ...leaf(holder), children };
}

function leaf(holder: Holder): Branch {
  return { id: holder.id, name: holder.name, kind: holder.kind, holder, children: [], sum: amounts(holder) };
}

export function amounts(holder: Holder): Amounts {
  const { bytes, parts } = holder;
  return {
    bytes,
    anon: parts?.anon ?? 0,
    shmem: parts?.shmem ?? 0,
    file: parts?.file ?? 0,
    kernel: parts?.kernel ?? 0,
  };
}

/** Hangs cgroups below the cgroups of their path; a cgroup with children keeps its own memory as a row of its own. */
function grow(top: readonly Branch[]): Branch[] {
  const roots: Branch[] = [];
  const byPath = new Map<string, Branch>();
  const cgroups = top.filter((branch) => branch.kind === 'cgroup').sort((a, b) => compare(a.name, b.name));
  for (const branch of cgroups) {
    const folder = folderOf(branch.name, byPath, roots);
    folder.children.push({ ...branch, name: ownName(branch.name) });
  }
  for (const branch of roots) settle(branch);
  return [...roots.map(collapse), ...top.filter((branch) => branch.kind !== 'cgroup')];
}

function folderOf(path: string, byPath: Map<string, Branch>, roots: Branch[]): Branch {
  const known = byPath.get(path);
  if (known !== undefined) return known;
  const made: Branch = {
    id: `${FOLDER}${path}`,
    name: ownName(path),
    kind: 'folder',
    holder: null,
    children: [],
    sum: NOTHING,
  };
  byPath.set(path, made);
  const end = path.lastIndexOf('/');
  if (end <= 0) roots.push(made);
  else folderOf(path.slice(0, end), byPath, roots).children.push(made);
  return made;
}

function ownName(path: string): string {
  return path === '/' ? '/' : path.slice(path.lastIndexOf('/') + 1);
}

function settle(branch: Branch): Amounts {
  if (branch.holder === null) branch.sum = branch.children.map(settle).reduce(plus, NOTHING);
  return branch.sum;
}

/** A folder that only holds its own cgroup is that cgroup. */
function collapse(branch: Branch): Branch {
  const [only] = branch.children;
  if (branch.kind !== 'folder') return branch;
  if (branch.children.length === 1 && only?.kind === 'cgroup') return only;
  const children = branch.children.map((child) =>
    child.kind === 'cgroup' ? { ...child, name: '(itself)' } : collapse(child),
  );
  return { ...branch, children };
}

function plus(a: Amounts, b: Amounts): Amounts {
  return {
    bytes: a.bytes + b.bytes,
    anon: a.anon + b.anon,
    shmem: a.shmem + b.shmem,
    file: a.file + b.file,
    kernel: a.kernel + b.kernel,
  };
}

function list(branches: readonly Branch[], depth: number, options: RowOptions): Row[] {
  return [...branches].sort(order(options.sort)).flatMap((branch) => {
    const below = list(branch.children, depth + 1, options);
    const isWanted = branch.name.includes(options.filter);
    const isOpen = options.filter !== '' || options.open(branch.id, depth);
    if (options.filter !== '' && !isWanted && below.length === 0) return [];
    return [rowOf(branch, depth, isOpen), ...(isOpen ? below : [])];
  });
}

function rowOf(branch: Branch, depth: number, isOpen: boolean): Row {
  return {
    ...branch.sum,
    id: branch.id,
    name: branch.name,
    depth,
    kind: branch.kind,
    pid: branch.holder?.pid ?? null,
    isDeleted: branch.holder?.class === 'Deleted',
    hasMore: branch.children.length > 0,
    isOpen: isOpen && branch.children.length > 0,
  };
}

function order(key: SortKey): (a: Branch, b: Branch) => number {
  return (a, b) => (key === 'name' ? 0 : b.sum[key] - a.sum[key]) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
