/*
 * The state of `top` and how keys and news change it. Pure: the screen draws it, the session feeds it.
 */
import type { DeviceLedger } from '#contracts/ledger';
import type { LedgerAnswer, NodeAnswer } from '../client/answers.js';
import { isFolder, rowsOf, type Row, type SortKey } from '../ledger/rows.js';

export interface TopState {
  readonly ledger: LedgerAnswer | null;
  readonly agent: NodeAnswer | null;
  /** Why there is nothing newer; null: the link is well. */
  readonly trouble: string | null;
  readonly device: number;
  readonly sort: SortKey;
  readonly tree: boolean;
  readonly selected: string | null;
  readonly toggled: ReadonlySet<string>;
  readonly filter: string;
  readonly isTyping: boolean;
  readonly isHelpShown: boolean;
  readonly isPaused: boolean;
  readonly isOver: boolean;
}

export const START: TopState = {
  ledger: null,
  agent: null,
  trouble: null,
  device: 0,
  sort: 'bytes',
  tree: true,
  selected: null,
  toggled: new Set(),
  filter: '',
  isTyping: false,
  isHelpShown: false,
  isPaused: false,
  isOver: false,
};

/** In the tree the first levels are open; a person's own choice turns that round. */
const OPEN_LEVELS = 2;
const MAX_FILTER_CHARACTERS = 64;
const PAGE_ROWS = 10;

export interface Key {
  /** readline's name, e.g. 'up', 'return', 'escape'; absent for most printable characters. */
  readonly name: string | undefined;
  readonly ctrl: boolean;
  /** What was typed. */
  readonly text: string;
}

const SORT_KEYS: Readonly<Record<string, SortKey>> = {
  b: 'bytes',
  a: 'anon',
  s: 'shmem',
  f: 'file',
  k: 'kernel',
  n: 'name',
};

export function deviceOf(state: TopState): DeviceLedger | null {
  return state.ledger?.devices[state.device] ?? null;
}

export function visibleRows(state: TopState): Row[] {
  const device = deviceOf(state);
  if (device === null) return [];
  return rowsOf(device, {
    sort: state.sort,
    tree: state.tree,
    filter: state.filter,
    open: (id, depth) => (state.tree && depth < OPEN_LEVELS && isFolder(id)) !== state.toggled.has(id),
  });
}

export function pressed(state: TopState, key: Key): TopState {
  if (key.ctrl && key.name === 'c') return { ...state, isOver: true };
  if (state.isTyping) return typed(state, key);
  if (state.isHelpShown) return { ...state, isHelpShown: false };
  return moved(state, key) ?? commanded(state, key);
}

const EDITS: Readonly<Record<string, (state: TopState) => TopState>> = {
  return: (state) => ({ ...state, isTyping: false }),
  escape: (state) => ({ ...state, isTyping: false, filter: '' }),
  backspace: (state) => ({ ...state, filter: state.filter.slice(0, -1) }),
};

function typed(state: TopState, key: Key): TopState {
  const edit = EDITS[key.name ?? ''];
  if (edit !== undefined) return edit(state);
  const isPrintable = !key.ctrl && /^[^\p{Cc}]+$/u.test(key.text);
  return isPrintable
    ? { ...state, filter: (state.filter + key.text).slice(0, MAX_FILTER_CHARACTERS) }
    : state;
}

/** Undefined: the key does not move. */
function moved(state: TopState, key: Key): TopState | undefined {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    down: 1,
    pageup: -PAGE_ROWS,
    pagedown: PAGE_ROWS,
    home: -Infinity,
    end: Infinity,
  };
  const step = steps[key.name ?? ''];
  if (step === undefined) return undefined;
  const rows = visibleRows(state);
  const at = Math.max(
    0,
    rows.findIndex(({ id }) => id === state.selected),
  );
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  return { ...state, selected: next?.id ?? null };
}

const COMMANDS: Readonly<Record<string, (state: TopState) => TopState>> = {
  q: (state) => ({ ...state, isOver: true }),
  t: (state) => ({ ...state, tree: !state.tree }),
  p: (state) => ({ ...state, isPaused: !state.isPaused }),
  h: (state) => ({ ...state, isHelpShown: true }),
  '?': (state) => ({ ...state, isHelpShown: true }),
  '/': (state) => ({ ...state, isTyping: true }),
  escape: (state) => ({ ...state, filter: '' }),
  tab: nextDevice,
  space: (state) => toggled(state, 'either'),
  return: (state) => toggled(state, 'either'),
  right: (state) => toggled(state, 'open'),
  left: (state) => toggled(state, 'close'),
};

function commanded(state: TopState, key: Key): TopState {
  const sort = SORT_KEYS[key.text];
  if (sort !== undefined) return { ...state, sort };
  const command = COMMANDS[key.name ?? key.text];
  return command === undefined ? state : command(state);
}

function nextDevice(state: TopState): TopState {
  const count = state.ledger?.devices.length ?? 1;
  return { ...state, device: (state.device + 1) % Math.max(1, count), selected: null };
}

function toggled(state: TopState, wanted: 'open' | 'close' | 'either'): TopState {
  const rows = visibleRows(state);
  const row = rows.find(({ id }) => id === state.selected);
  if (row?.hasMore !== true) return state;
  if ((wanted === 'open' && row.isOpen) || (wanted === 'close' && !row.isOpen)) return state;
  const next = new Set(state.toggled);
  if (!next.delete(row.id)) next.add(row.id);
  return { ...state, toggled: next };
}

export function received(state: TopState, ledger: LedgerAnswer, agent: NodeAnswer | null): TopState {
  return state.isPaused ? { ...state, trouble: null } : { ...state, ledger, agent, trouble: null };
}

export function troubled(state: TopState, trouble: string): TopState {
  return { ...state, trouble };
}
