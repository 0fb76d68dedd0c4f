/*
 * `top` as lines of exactly the terminal's width, never more than its height. Pure. Colours are names here; the
 * screen knows what they are on this terminal.
 */
import type { DeviceLedger } from '#contracts/ledger';
import { rowName } from '../ledger/table.js';
import type { Row } from '../ledger/rows.js';
import { alignRight, fit } from '../text/columns.js';
import { printable } from '../text/escape.js';
import { percent, size } from '../text/size.js';
import { deviceOf, visibleRows, type TopState } from './model.js';

export type Style = 'plain' | 'strong' | 'faint' | 'selected' | 'alarm';

export interface Line {
  readonly text: string;
  readonly style: Style;
}

export interface Area {
  readonly columns: number;
  readonly rows: number;
}

const AMOUNT_COLUMNS = 10;
const LEAST_NAME_COLUMNS = 20;
const HEAD_LINES = 4;
const FOOT_LINES = 1;
const HELP = [
  'up down pgup pgdn home end   choose a row',
  'space                        open and close it',
  'b a s f k n                  sort by bytes, anon, shmem, file, kernel, name',
  't                            tree or flat list',
  '/ text return                only rows with this text; esc: all again',
  'tab                          next device',
  'p                            hold still and go on',
  'q                            leave',
];

export function draw(state: TopState, area: Area): Line[] {
  const columns = Math.max(1, area.columns);
  const lines = state.isHelpShown ? helpLines() : screenLines(state, { ...area, columns });
  return lines
    .slice(0, Math.max(1, area.rows))
    .map(({ text, style }) => ({ text: fit(text, columns), style }));
}

/** Everything, for `--once`: no row is cut off for the height. */
export function drawAll(state: TopState, columns: number): string[] {
  const rows = visibleRows(state).length + HEAD_LINES + FOOT_LINES;
  return screenLines(state, { columns, rows })
    .slice(0, -FOOT_LINES)
    .map(({ text }) => text.trimEnd());
}

function helpLines(): Line[] {
  const heading: Line = { text: 'memwarden top: keys', style: 'strong' };
  return [heading, { text: '', style: 'plain' }, ...HELP.map((text): Line => ({ text, style: 'plain' }))];
}

function screenLines(state: TopState, area: Area): Line[] {
  const device = deviceOf(state);
  if (device === null) return [{ text: state.trouble ?? 'Waiting for the first ledger …', style: 'faint' }];
  const rows = visibleRows(state);
  const head = headLines(state, device, area.columns);
  const room = Math.max(0, area.rows - head.length - FOOT_LINES);
  const body = windowOf(rows, state.selected, room).map((row) => bodyLine(row, device, state, area.columns));
  const empty = Array.from({ length: Math.max(0, room - body.length) }, (): Line => ({
    text: '',
    style: 'plain',
  }));
  return [...head, ...body, ...empty, footLine(state)];
}

function headLines(state: TopState, device: DeviceLedger, columns: number): Line[] {
  const node = printable(state.ledger?.node ?? '');
  const age = state.trouble === null ? (state.isPaused ? 'held still' : 'live') : 'link lost';
  return [
    {
      text: `${node} · ${printable(device.name)}   ${size(device.usedBytes)} of ${size(device.totalBytes)} used   ${clock(state)}   ${age}`,
      style: state.trouble === null ? 'strong' : 'alarm',
    },
    { text: bar(device, columns), style: 'plain' },
    {
      text: `reserved by the kernel ${size(device.reservedBytes)}   unattributed ${size(device.unattributedBytes)}   ${agentText(state)}`,
      style: 'faint',
    },
    {
      text: columnsOf('HOLDER', ['BYTES', 'OF USED', 'ANON', 'SHMEM', 'FILE', 'KERNEL'], columns),
      style: 'faint',
    },
  ];
}

function clock(state: TopState): string {
  return state.ledger?.takenAt.slice(11, 19) ?? '';
}

function agentText(state: TopState): string {
  const cost = state.agent?.agent;
  return cost === undefined ? '' : `agent ${size(cost.rssBytes)}, ${cost.cpuPercent.toFixed(1)} % of a core`;
}

/** Held, reserved and unattributed of the whole device, in that order; what is free stays empty. */
function bar(device: DeviceLedger, columns: number): string {
  const total = device.totalBytes ?? 0;
  if (total <= 0 || device.usedBytes === null) return '';
  const cells = (bytes: number): number => Math.round((Math.max(0, bytes) / total) * columns);
  const reserved = cells(device.reservedBytes ?? 0);
  const unattributed = cells(device.unattributedBytes ?? 0);
  const held = Math.max(0, cells(device.usedBytes) - reserved - unattributed);
  return `${'█'.repeat(held)}${'▓'.repeat(reserved)}${'░'.repeat(unattributed)}`
    .slice(0, columns)
    .padEnd(columns, '·');
}

function bodyLine(row: Row, device: DeviceLedger, state: TopState, columns: number): Line {
  const indent = '  '.repeat(row.depth);
  const name = `${indent}${mark(row)} ${rowName(row).slice(indent.length)}`;
  const parts = [row.anon, row.shmem, row.file, row.kernel].map(size);
  const text = columnsOf(
    name,
    [size(row.bytes), percent(row.bytes, device.usedBytes ?? 0), ...parts],
    columns,
  );
  return { text, style: styleOf(row, state) };
}

function mark(row: Row): string {
  if (!row.hasMore) return ' ';
  return row.isOpen ? '▾' : '▸';
}

function styleOf(row: Row, state: TopState): Style {
  if (row.id === state.selected) return 'selected';
  return row.kind === 'process' || row.kind === 'bucket' ? 'faint' : 'plain';
}

/** As many figures as leave room for a name. */
function columnsOf(name: string, figures: readonly string[], columns: number): string {
  const count = Math.max(
    1,
    Math.min(figures.length, Math.floor((columns - LEAST_NAME_COLUMNS) / AMOUNT_COLUMNS)),
  );
  const nameColumns = Math.max(1, columns - count * AMOUNT_COLUMNS);
  return (
    fit(name, nameColumns) +
    figures
      .slice(0, count)
      .map((text) => alignRight(text, AMOUNT_COLUMNS))
      .join('')
  );
}

/** The part of the rows that fits, with the chosen one in it. */
function windowOf(rows: readonly Row[], selected: string | null, room: number): readonly Row[] {
  const at = Math.max(
    0,
    rows.findIndex(({ id }) => id === selected),
  );
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
  return rows.slice(first, first + room);
}

function footLine(state: TopState): Line {
  if (state.isTyping) return { text: `/${printable(state.filter)}▏`, style: 'strong' };
  if (state.trouble !== null) return { text: state.trouble, style: 'alarm' };
  const filter = state.filter === '' ? '' : `   only "${printable(state.filter)}" (esc: all)`;
  return {
    text: `? keys   / find   t ${state.tree ? 'list' : 'tree'}   sorted by ${state.sort}   q leave${filter}`,
    style: 'faint',
  };
}
