/*
 * Who a bar is divided among: groups (namespaces, or top-level cgroups) and in each the units that a person
 * would name (a pod, a service, a container). Three groups at most have a hue of their own; the rest share one.
 * Always holds: every byte of every holder is in exactly one unit of exactly one group.
 */
import type { Tree, TreeNode } from './tree.js';
import { isPodSegment, isQosSlice } from './labels.js';

export type Tone = 'one' | 'two' | 'three' | 'system';

export interface Group {
  readonly name: string;
  readonly tone: Tone;
  readonly bytes: number;
  /** Largest first. */
  readonly units: readonly TreeNode[];
}

const HUES: readonly Tone[] = ['one', 'two', 'three'];
/** A smaller group would take a hue that nobody sees in the bar. */
const LEAST_SHARE = 0.005;
const SYSTEM = 'system';
export const DELETED = 'deleted cgroups';

/** Groups with a hue first, by name so that they keep it while sizes move; `deleted cgroups` last. */
export function groupsOf(tree: Tree): readonly Group[] {
  const holders = tree.roots.filter((root) => root.kind !== 'reserved' && root.kind !== 'unattributed');
  const used = holders.reduce((sum, root) => sum + root.bytes, 0);
  const members = new Map<string, TreeNode[]>();
  for (const root of holders)
    for (const unit of unitsOf(root, used)) {
      const name = groupName(unit, root);
      members.set(name, [...(members.get(name) ?? []), unit]);
    }
  const groups = [...members].map(([name, units]) => ({ name, units, bytes: total(units) }));
  const hues = huesOf(groups);
  return groups
    .map((group) => ({
      ...group,
      tone: hues.get(group.name) ?? 'system',
      units: group.units.toSorted((a, b) => b.bytes - a.bytes || order(a.key, b.key)),
    }))
    .toSorted((a, b) => rank(a) - rank(b) || order(a.name, b.name));
}

function huesOf(groups: readonly { name: string; bytes: number }[]): ReadonlyMap<string, Tone> {
  const least = groups.reduce((sum, group) => sum + group.bytes, 0) * LEAST_SHARE;
  const largest = groups
    .filter((group) => group.name !== SYSTEM && group.name !== DELETED && group.bytes > least)
    .toSorted((a, b) => b.bytes - a.bytes || order(a.name, b.name))
    .slice(0, HUES.length)
    .toSorted((a, b) => order(a.name, b.name));
  return new Map(largest.map((group, at) => [group.name, HUES[at] ?? 'system']));
}

function rank(group: Group): number {
  if (group.name === DELETED) return 2;
  return group.tone === 'system' ? 1 : 0;
}

function unitsOf(root: TreeNode, used: number): readonly TreeNode[] {
  let node = root;
  // "/docker" that only holds one container says less than the container.
  while (onlyChild(node) !== null) node = onlyChild(node) ?? node;
  if (node.children.length === 0) return [node];
  if (node.children.some((child) => child.kind === 'cgroup')) return isPod(node) ? [node] : unitsBelow(node);
  return opensIntoProcesses(node, used) ? node.children : [node];
}

function onlyChild(node: TreeNode): TreeNode | null {
  const child = node.children[0];
  return node.children.length === 1 && child?.kind === 'cgroup' && !isPod(node) ? child : null;
}

function unitsBelow(node: TreeNode): TreeNode[] {
  return node.children.flatMap((child) =>
    child.children.length > 0 && isQosSlice(segment(child)) ? unitsBelow(child) : [child],
  );
}

/** One holder of more than half of everything answers no question: then its processes do. */
function opensIntoProcesses(node: TreeNode, used: number): boolean {
  return node.kind === 'bucket' ? !node.gone : node.bytes * 2 > used && !isPod(node);
}

function groupName(unit: TreeNode, root: TreeNode): string {
  if (root.gone) return DELETED;
  const namespace = namespaceOf(unit);
  if (namespace !== null) return namespace;
  if (root.kind !== 'cgroup') return SYSTEM;
  const name = root.label.text.replace(/\.(slice|scope)$/, '');
  return name === 'init' ? SYSTEM : name;
}

/** A pod's cgroup may have no row of its own; then its containers know the namespace. */
export function namespaceOf(node: TreeNode): string | null {
  if (node.holder?.namespace !== undefined) return node.holder.namespace;
  for (const child of node.children) {
    const found = namespaceOf(child);
    if (found !== null) return found;
  }
  return null;
}

function isPod(node: TreeNode): boolean {
  return node.holder?.pod !== undefined || isPodSegment(segment(node));
}

function segment(node: TreeNode): string {
  return node.name.slice(node.name.lastIndexOf('/') + 1);
}

function total(units: readonly TreeNode[]): number {
  return units.reduce((sum, unit) => sum + unit.bytes, 0);
}

/** Code point order: the same on every machine, whatever its language. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Which group each unit, and everything below it, is drawn in. */
export function tonesOf(groups: readonly Group[]): ReadonlyMap<string, Tone> {
  return new Map(groups.flatMap((group) => group.units.map((unit) => [unit.key, group.tone] as const)));
}
