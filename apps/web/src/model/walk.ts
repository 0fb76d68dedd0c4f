/*
 * The keyboard in a tree grid, as decisions: which key does what on which row
 * (WAI-ARIA Authoring Practices, "Treegrid", plus j and k).
 */
import { foldMark } from './fold.js';
import type { VisibleRow } from './order.js';

export type GridMove =
  | { readonly kind: 'choose'; readonly key: string }
  | { readonly kind: 'turn'; readonly mark: string }
  | { readonly kind: 'open'; readonly key: string };

const PAGE_ROWS = 15;

const STEPS: Readonly<Record<string, number>> = {
  j: 1,
  ArrowDown: 1,
  k: -1,
  ArrowUp: -1,
  PageDown: PAGE_ROWS,
  PageUp: -PAGE_ROWS,
  Home: -Infinity,
  End: Infinity,
};

/** `at` −1: no row is chosen yet. Null: not a key of the grid. */
export function gridMove(key: string, rows: readonly VisibleRow[], at: number): GridMove | null {
  const by = STEPS[key];
  if (by !== undefined) return chooseAt(rows, at < 0 && by !== Infinity ? 0 : at + by);
  const row = rows[at];
  return row === undefined ? null : (ON_ROW[key]?.(row, rows[at + 1]) ?? null);
}

type OnRow = (row: VisibleRow, next: VisibleRow | undefined) => GridMove | null;

const ON_ROW: Readonly<Record<string, OnRow>> = {
  ArrowLeft: left,
  ArrowRight: right,
  ' ': (row) => (row.expanded === null ? null : turn(row)),
  Enter: (row) => ({ kind: 'open', key: row.node.key }),
};

function turn(row: VisibleRow): GridMove {
  return { kind: 'turn', mark: foldMark(row.node.key) };
}

function chooseAt(rows: readonly VisibleRow[], index: number): GridMove | null {
  const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
  return row === undefined ? null : { kind: 'choose', key: row.node.key };
}

function left(row: VisibleRow): GridMove | null {
  if (row.expanded === true) return turn(row);
  return row.node.parent === null ? null : { kind: 'choose', key: row.node.parent };
}

function right(row: VisibleRow, next: VisibleRow | undefined): GridMove | null {
  if (row.expanded === false) return turn(row);
  return row.expanded === true && next !== undefined ? { kind: 'choose', key: next.node.key } : null;
}

/** The marks with one of them turned round. */
export function toggled(marks: ReadonlySet<string>, mark: string): readonly string[] {
  return marks.has(mark) ? [...marks].filter((one) => one !== mark) : [...marks, mark];
}
