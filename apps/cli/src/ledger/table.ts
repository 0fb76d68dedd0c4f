/*
 * A device's ledger as text that adds up: the rows, then what the kernel keeps for itself, then what nobody is known
 * to hold; together what is used.
 */
import type { DeviceLedger } from '#contracts/ledger';
import { alignRight, fit } from '../text/columns.js';
import { printable } from '../text/escape.js';
import { percent, size } from '../text/size.js';
import { isFolder, rowsOf, type Row } from './rows.js';

export interface TableOptions {
  readonly columns: number;
  readonly tree: boolean;
  readonly details: boolean;
  /** Rows shown; the others are summed up in one line. */
  readonly limit: number;
}

const AMOUNT_COLUMNS = 10;
const FIGURES = ['bytes', 'share', 'anon', 'shmem', 'file', 'kernel'] as const;
const LEAST_NAME_COLUMNS = 16;
const FULL_COLUMNS = LEAST_NAME_COLUMNS + AMOUNT_COLUMNS * FIGURES.length;

export function ledgerTable(device: DeviceLedger, options: TableOptions): string[] {
  const shown = rowsOf(device, {
    sort: 'bytes',
    tree: options.tree,
    open: (id) => options.details || isFolder(id),
    filter: '',
  });
  const rows = shown.slice(0, options.limit);
  const line = (name: string, figures: readonly string[]): string =>
    tableLine(name, figures, options.columns);
  const whole = device.usedBytes ?? 0;
  return [
    title(device),
    line('HOLDER', ['BYTES', 'OF USED', 'ANON', 'SHMEM', 'FILE', 'KERNEL']),
    ...rows.map((row) => line(rowName(row), rowFigures(row, whole))),
    ...moreLine(device, rows, shown.length, line),
    ...closing(device, line),
  ];
}

function title(device: DeviceLedger): string {
  const used = `${size(device.usedBytes)} used of ${size(device.totalBytes)}`;
  return `${printable(device.name)}: ${used}`;
}

function tableLine(name: string, figures: readonly string[], columns: number): string {
  const shown = columns >= FULL_COLUMNS ? figures : figures.slice(0, 2);
  const nameColumns = Math.max(LEAST_NAME_COLUMNS, columns - AMOUNT_COLUMNS * shown.length);
  return `${fit(name, nameColumns)}${shown.map((figure) => alignRight(figure, AMOUNT_COLUMNS)).join('')}`.trimEnd();
}

export function rowName(row: Row): string {
  const mark = row.isDeleted && row.kind !== 'bucket' ? ' (deleted)' : '';
  const pid = row.pid === null ? '' : ` ${row.pid}`;
  return `${'  '.repeat(row.depth)}${printable(row.name)}${pid}${mark}`;
}

function rowFigures(row: Row, whole: number): string[] {
  const parts = [row.anon, row.shmem, row.file, row.kernel];
  const areKnown = parts.some((part) => part > 0) || row.bytes === 0;
  return [size(row.bytes), percent(row.bytes, whole), ...parts.map((part) => (areKnown ? size(part) : '·'))];
}

/** What the limit left out, so that the sum still holds. */
function moreLine(
  device: DeviceLedger,
  rows: readonly Row[],
  count: number,
  line: (name: string, figures: readonly string[]) => string,
): string[] {
  if (rows.length === count) return [];
  const shownBytes = rows.filter((row) => row.depth === 0).reduce((sum, row) => sum + row.bytes, 0);
  const allBytes = held(device);
  const left = allBytes - shownBytes;
  return [line(`${count - rows.length} more rows`, [size(left), percent(left, device.usedBytes ?? 0)])];
}

function held(device: DeviceLedger): number {
  return device.holders.reduce((sum, holder) => (holder.within === undefined ? sum + holder.bytes : sum), 0);
}

function closing(device: DeviceLedger, line: (name: string, figures: readonly string[]) => string): string[] {
  const whole = device.usedBytes ?? 0;
  const figures = (bytes: number | null): string[] => [
    size(bytes),
    bytes === null ? '–' : percent(bytes, whole),
  ];
  return [
    line('reserved by the kernel', figures(device.reservedBytes)),
    line('unattributed', figures(device.unattributedBytes)),
    line('= used', figures(device.usedBytes)),
  ];
}
