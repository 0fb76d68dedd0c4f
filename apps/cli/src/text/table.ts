/*
 * Rows of text in columns that fit a terminal: each column as wide as what it holds; where that is too much, those that
 * may be cut are cut, the widest first, never below what they need to be told apart.
 */
import stringWidth from 'string-width';
import { alignRight, fit } from './columns.js';
import { wrapped } from './fields.js';

export interface Column<Row> {
  readonly title: string;
  /** Printable already. */
  readonly text: (row: Row) => string;
  readonly align?: 'left' | 'right';
  /** May be cut to this many columns; absent: is never cut. */
  readonly least?: number;
  /** How a text is cut; by default its end is. */
  readonly cut?: (text: string, width: number) => string;
  /** Of the last column: goes on below instead of being cut. */
  readonly wraps?: boolean;
}

const GAP = '  ';

export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number): string[] {
  const cells = rows.map((row) => columns.map((column) => column.text(row)));
  const natural = columns.map(({ title }, at) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[at] ?? ''))),
  );
  const widths = fitted(natural, columns, width - GAP.length * (columns.length - 1));
  const line = (texts: readonly string[]): string =>
    columns
      .map((column, at) => cell(column, texts[at] ?? '', widths[at] ?? 0))
      .join(GAP)
      .trimEnd();
  const titles = columns.map(({ title }) => title);
  return [line(titles), ...cells.flatMap((row) => below(row, columns, widths).map(line))];
}

/** The lines of a row: more than one where its last text goes on. */
function below<Row>(
  row: readonly string[],
  columns: readonly Column<Row>[],
  widths: readonly number[],
): string[][] {
  const last = columns.length - 1;
  if (columns[last]?.wraps !== true) return [[...row]];
  const others = row.slice(0, last);
  const parts = wrapped(row[last] ?? '', widths[last] ?? 0);
  return parts.map((part, at) => [...(at === 0 ? others : others.map(() => '')), part]);
}

function cell<Row>({ align, cut }: Column<Row>, text: string, width: number): string {
  const short = stringWidth(text) > width && cut !== undefined ? cut(text, width) : text;
  return align === 'right' ? alignRight(fit(short, width).trimEnd(), width) : fit(short, width);
}

/** Takes from the widest of those that may give, until the line fits or nobody can. */
function fitted<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  available: number,
): number[] {
  const widths = [...natural];
  let over = widths.reduce((sum, width) => sum + width, 0) - available;
  while (over > 0) {
    const at = widestThatGives(widths, columns);
    if (at === undefined) break;
    widths[at] = (widths[at] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

function widestThatGives<Row>(
  widths: readonly number[],
  columns: readonly Column<Row>[],
): number | undefined {
  let widest: number | undefined;
  widths.forEach((width, at) => {
    const least = columns[at]?.least ?? Infinity;
    if (width > least && (widest === undefined || width > (widths[widest] ?? 0))) widest = at;
  });
  return widest;
}
