/*
 * Which rows are on screen, in which order: sorted within each parent, folded, filtered.
 * Always holds: what is reserved and what is unattributed stand last, and a row that matches has its ancestors above it.
 */
import { foldMark } from './fold.js';
import { isPodSegment, isQosSlice } from './labels.js';
import type { Tree, TreeNode } from './tree.js';

export type Column = 'name' | 'anon' | 'shmem' | 'file' | 'kernel' | 'swap' | 'total';
export const COLUMNS: readonly Column[] = ['name', 'anon', 'shmem', 'file', 'kernel', 'swap', 'total'];

export interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

export const BY_TOTAL: Sort = { column: 'total', descending: true };

export interface VisibleRow {
  readonly node: TreeNode;
  /** Null: there is nothing below. */
  readonly expanded: boolean | null;
  readonly position: number;
  readonly siblings: number;
}

export interface Matches {
  /** What may be shown: rows that match, what is above and what is below them. Null: no filter. */
  readonly keys: ReadonlySet<string> | null;
  /** Rows above a match: open, so that it is seen. */
  readonly above: ReadonlySet<string>;
  readonly count: number;
  readonly bytes: number;
}

export interface View {
  readonly sort: Sort;
  /** Marks (`foldMark`) of rows that a person folded or unfolded against what they are by themselves. */
  readonly turned: ReadonlySet<string>;
  readonly matches: Matches;
}

/** The value a column sorts by; null (unknown) sorts last either way. */
function value(node: TreeNode, column: Exclude<Column, 'name'>): number | null {
  if (column === 'total') return node.bytes;
  return column === 'swap' ? node.swapBytes : (node.parts?.[column] ?? null);
}

function compare(a: TreeNode, b: TreeNode, sort: Sort): number {
  const sign = sort.descending ? -1 : 1;
  return (
    Number(isNobody(a)) - Number(isNobody(b)) ||
    (sort.column === 'name' ? sign * byText(a.label.text, b.label.text) : byValue(a, b, sort)) ||
    byText(a.key, b.key)
  );
}

function byValue(a: TreeNode, b: TreeNode, sort: Sort): number {
  if (sort.column === 'name') return 0;
  const [x, y] = [value(a, sort.column), value(b, sort.column)];
  if (x === null || y === null) return Number(x === null) - Number(y === null);
  return sort.descending ? y - x : x - y;
}

function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isNobody(node: TreeNode): boolean {
  return node.kind === 'reserved' || node.kind === 'unattributed';
}

/** A longer list of cgroups starts folded, or what stands below it would never be seen. */
const SHOWN_BY_ITSELF = 400;
const DEEPEST_BY_ITSELF = 4;
const FEW = 12;

/**
 * Is a row open before anybody touched it? So far that what a person would name is seen (pods, services, containers),
 * and no process yet.
 */
export function opensByItself(node: TreeNode): boolean {
  if (!node.children.some((child) => child.kind === 'cgroup')) return false;
  if (node.level === 1 || isQosSlice(lastPart(node))) return node.children.length <= SHOWN_BY_ITSELF;
  return !isPodSegment(lastPart(node)) && node.level <= DEEPEST_BY_ITSELF && node.children.length <= FEW;
}

export function isOpen(node: TreeNode, view: Pick<View, 'turned' | 'matches'>): boolean {
  const natural = view.matches.keys === null ? opensByItself(node) : view.matches.above.has(node.key);
  return natural !== view.turned.has(foldMark(node.key));
}

export function visibleRows(tree: Tree, view: View): readonly VisibleRow[] {
  const rows: VisibleRow[] = [];
  collect(tree.roots, view, rows);
  return rows;
}

function collect(siblings: readonly TreeNode[], view: View, rows: VisibleRow[]): void {
  const keys = view.matches.keys;
  const shown = keys === null ? siblings : siblings.filter((node) => keys.has(node.key));
  const ordered = shown.toSorted((a, b) => compare(a, b, view.sort));
  ordered.forEach((node, at) => {
    const expanded = node.children.length === 0 ? null : isOpen(node, view);
    rows.push({ node, expanded, position: at + 1, siblings: ordered.length });
    if (expanded === true) collect(node.children, view, rows);
  });
}

export const NO_FILTER: Matches = { keys: null, above: new Set(), count: 0, bytes: 0 };

/** Rows whose name, last path component or pid is or holds `query`. Bytes of a match inside a match count once. */
export function matching(tree: Tree, query: string): Matches {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return NO_FILTER;
  const keys = new Set<string>();
  const above = new Set<string>();
  let count = 0;
  const visit = (node: TreeNode, inside: boolean): number => {
    const hit = matches(node, wanted);
    if (hit) count += 1;
    const before = count;
    let below = 0;
    for (const child of node.children) below += visit(child, inside || hit);
    if (count > before) above.add(node.key);
    if (hit || inside || count > before) keys.add(node.key);
    return hit ? node.bytes : below;
  };
  const bytes = tree.roots.reduce((sum, root) => sum + visit(root, false), 0);
  return { keys, above, count, bytes };
}

function matches(node: TreeNode, wanted: string): boolean {
  if (/^\d+$/.test(wanted) && String(node.holder?.pid ?? '') === wanted) return true;
  const { prefix, text, hint = '' } = node.label;
  return (
    `${prefix}${text} ${hint}`.toLowerCase().includes(wanted) || lastPart(node).toLowerCase().includes(wanted)
  );
}

/** Only the last component: else every row under "/kubepods" would match "kubepods". */
function lastPart(node: TreeNode): string {
  return node.kind === 'cgroup' ? node.name.slice(node.name.lastIndexOf('/') + 1) : node.name;
}

/** The marks to have so that a row is on screen: every row above it open. */
export function revealing(
  tree: Tree,
  key: string,
  view: Pick<View, 'turned' | 'matches'>,
): readonly string[] {
  const marks = new Set(view.turned);
  let above = tree.byKey.get(key)?.parent ?? null;
  while (above !== null) {
    const node = tree.byKey.get(above);
    if (node !== undefined && !isOpen(node, view)) toggle(marks, foldMark(node.key));
    above = node?.parent ?? null;
  }
  return [...marks];
}

function toggle(marks: Set<string>, mark: string): void {
  if (!marks.delete(mark)) marks.add(mark);
}
