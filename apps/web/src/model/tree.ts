/*
 * A device's rows as a tree. Rows of the ledger are exclusive amounts (a cgroup without its children); the tree
 * is made from their paths, and every node says what it holds with everything below it.
 * Always holds: a node's bytes are the sum of its children's, wherever it has children, and
 *   sum of the roots' bytes = the device's used bytes.
 */
import type { DeviceLedger, Holder, Parts } from '#contracts/ledger';
import type { Quality } from '#contracts/units';
import { cgroupLabel, hinted, holderLabel, type Label } from './labels.js';

export type NodeKind =
  | 'cgroup'
  | 'pod'
  | 'process'
  | 'bucket'
  /** What a cgroup holds itself, where it also has child cgroups. */
  | 'itself'
  /** What a cgroup holds and no process of it shows. */
  | 'rest'
  | 'reserved'
  | 'unattributed';

export type PartSums = Readonly<Record<keyof Parts, number>>;

export interface TreeNode {
  /** The row's id; for a cgroup that has only children, its path. Unique within a device. */
  readonly key: string;
  readonly kind: NodeKind;
  readonly label: Label;
  /** As the kernel has it: never shown without `visible`. */
  readonly name: string;
  readonly holder: Holder | null;
  /** The key of the node above; null at the top. */
  readonly parent: string | null;
  readonly level: number;
  readonly children: readonly TreeNode[];
  readonly bytes: number;
  /** What is this row's own, without child cgroups. */
  readonly ownBytes: number;
  /** Null where a row below does not tell. */
  readonly parts: PartSums | null;
  /** Null where no row below tells. */
  readonly swapBytes: number | null;
  readonly quality: Quality;
  /** Bytes held although the cgroup is gone. */
  readonly gone: boolean;
}

export interface Tree {
  readonly roots: readonly TreeNode[];
  readonly byKey: ReadonlyMap<string, TreeNode>;
}

/** Deeper paths stay in one label: a hostile path of 2,000 components makes no tree of 2,000 levels. */
const DEEPEST = 32;

interface Draft {
  readonly key: string;
  readonly segment: string;
  readonly path: string;
  holder: Holder | null;
  readonly children: Draft[];
}

interface Place {
  readonly parent: string | null;
  readonly level: number;
}

const TOP: Place = { parent: null, level: 1 };

export function buildTree(device: DeviceLedger): Tree {
  const details = Map.groupBy(
    device.holders.filter((row) => row.within !== undefined),
    (row) => row.within,
  );
  const drafts = draftTops(device.holders.filter((row) => row.within === undefined));
  const roots = drafts.map((draft) => finish(draft, TOP, details)).concat(nobodys(device));
  const byKey = new Map<string, TreeNode>();
  for (const root of roots) index(root, byKey);
  return { roots, byKey };
}

/** A row and every row above it; empty for none. */
export function withAncestors(tree: Tree, key: string | null): ReadonlySet<string> {
  const keys = new Set<string>();
  for (let at = key; at !== null && !keys.has(at); at = tree.byKey.get(at)?.parent ?? null) keys.add(at);
  return keys;
}

function index(node: TreeNode, byKey: Map<string, TreeNode>): void {
  byKey.set(node.key, node);
  for (const child of node.children) index(child, byKey);
}

function draftTops(rows: readonly Holder[]): Draft[] {
  const tops: Draft[] = [];
  const byPath = new Map<string, Draft>();
  for (const row of rows) {
    const draft = row.kind === 'cgroup' ? placed(components(row.name), byPath, tops) : null;
    if (draft === null || draft.holder !== null) append(row, draft, tops, byPath);
    else draft.holder = row;
  }
  return tops.map(named);
}

/** Rows that are no cgroup stand at the top; a second row of one path (a cgroup made anew) beside the first. */
function append(row: Holder, first: Draft | null, tops: Draft[], byPath: Map<string, Draft>): void {
  const siblings =
    first === null ? tops : (byPath.get(first.path.slice(0, -first.segment.length - 1))?.children ?? tops);
  siblings.push({
    key: row.id,
    segment: first?.segment ?? row.name,
    path: row.name,
    holder: row,
    children: [],
  });
}

function components(path: string): string[] {
  const all = path.split('/').filter((segment) => segment !== '');
  return all.length <= DEEPEST ? all : [...all.slice(0, DEEPEST - 1), all.slice(DEEPEST - 1).join('/')];
}

/** The draft of a path, made with all its ancestors; null for the root cgroup, which has no component. */
function placed(path: readonly string[], byPath: Map<string, Draft>, tops: Draft[]): Draft | null {
  let siblings = tops;
  let draft: Draft | null = null;
  let soFar = '';
  for (const segment of path) {
    soFar += `/${segment}`;
    draft = byPath.get(soFar) ?? null;
    if (draft === null) {
      draft = { key: `path:${soFar}`, segment, path: soFar, holder: null, children: [] };
      byPath.set(soFar, draft);
      siblings.push(draft);
    }
    siblings = draft.children;
  }
  return draft;
}

/** A draft is keyed by its path while it is placed, by its row's id once that is known. */
function named(draft: Draft): Draft {
  return { ...draft, key: draft.holder?.id ?? draft.key, children: draft.children.map(named) };
}

type Details = ReadonlyMap<string | undefined, readonly Holder[]>;

function finish(draft: Draft, place: Place, details: Details): TreeNode {
  const below: Place = { parent: draft.key, level: place.level + 1 };
  const groups = draft.children.map((child) => finish(child, below, details));
  const own = draft.holder === null ? [] : (details.get(draft.holder.id) ?? []);
  const children =
    groups.length === 0 ? own.map((row) => detail(row, below)) : groups.concat(itself(draft, below, own));
  const holder = draft.holder;
  return {
    key: draft.key,
    kind: holder?.kind ?? 'cgroup',
    label: labelOf(draft, own),
    name: draft.path,
    holder,
    ...place,
    children,
    bytes: groups.reduce((sum, child) => sum + child.bytes, holder?.bytes ?? 0),
    ownBytes: holder?.bytes ?? 0,
    ...sums(holder, groups),
  };
}

function labelOf({ holder, segment }: Draft, own: readonly Holder[]): Label {
  if (holder !== null && holder.kind !== 'cgroup') return holderLabel(holder);
  return hinted(cgroupLabel(segment, holder ?? undefined), own);
}

function sums(
  holder: Holder | null,
  groups: readonly TreeNode[],
): Pick<TreeNode, 'parts' | 'swapBytes' | 'quality' | 'gone'> {
  const own = holder === null ? [] : [ownSums(holder)];
  const all = [...own, ...groups];
  return {
    parts: all.map((one) => one.parts).reduce(addParts, NO_PARTS),
    swapBytes: all.map((one) => one.swapBytes).reduce(addKnown, null),
    quality: worst(all.map((one) => one.quality)),
    gone: all.length > 0 && all.every((one) => one.gone),
  };
}

function ownSums(row: Holder): Pick<TreeNode, 'parts' | 'swapBytes' | 'quality' | 'gone'> {
  return {
    parts: row.parts ?? (row.bytes === 0 ? NO_PARTS : null),
    swapBytes: row.swapBytes ?? null,
    quality: row.quality,
    gone: row.class === 'Deleted',
  };
}

const NO_PARTS: PartSums = { anon: 0, shmem: 0, file: 0, kernel: 0 };

function addParts(a: PartSums | null, b: PartSums | null): PartSums | null {
  if (a === null || b === null) return null;
  return {
    anon: a.anon + b.anon,
    shmem: a.shmem + b.shmem,
    file: a.file + b.file,
    kernel: a.kernel + b.kernel,
  };
}

function addKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}

function worst(qualities: readonly Quality[]): Quality {
  if (qualities.includes('unknown')) return 'unknown';
  return qualities.includes('estimated') ? 'estimated' : 'measured';
}

function detail(row: Holder, place: Place): TreeNode {
  return {
    key: row.id,
    kind: row.kind === 'process' ? 'process' : 'rest',
    label: row.kind === 'process' ? holderLabel(row) : { ...holderLabel(row), kind: '' },
    name: row.name,
    holder: row,
    ...place,
    children: [],
    bytes: row.bytes,
    ownBytes: row.bytes,
    ...ownSums(row),
  };
}

/** Child cgroups and own processes side by side would hide that only together they make up the cgroup. */
function itself(draft: Draft, place: Place, own: readonly Holder[]): TreeNode[] {
  const row = draft.holder;
  if (row === null || (row.bytes === 0 && own.length === 0)) return [];
  const key = `itself:${row.id}`;
  return [
    {
      key,
      kind: 'itself',
      // What removed child cgroups leave behind is charged to the cgroup above them.
      label: { prefix: '', text: row.class === 'Deleted' ? 'removed cgroups' : 'itself', kind: 'own part' },
      name: row.name,
      holder: row,
      ...place,
      children: own.map((one) => detail(one, { parent: key, level: place.level + 1 })),
      bytes: row.bytes,
      ownBytes: row.bytes,
      ...ownSums(row),
    },
  ];
}

function nobodys(device: DeviceLedger): TreeNode[] {
  const rows: TreeNode[] = [];
  if (device.reservedBytes !== null) rows.push(nobody('reserved', device.reservedBytes, device.quality));
  if (device.unattributedBytes !== null)
    rows.push(nobody('unattributed', device.unattributedBytes, device.quality));
  return rows;
}

function nobody(kind: 'reserved' | 'unattributed', bytes: number, quality: Quality): TreeNode {
  return {
    key: kind,
    kind,
    label: { prefix: '', text: kind, kind: kind === 'reserved' ? 'by the kernel' : 'nobody’s' },
    name: kind,
    holder: null,
    ...TOP,
    children: [],
    bytes,
    ownBytes: bytes,
    parts: null,
    swapBytes: null,
    quality,
    gone: false,
  };
}
