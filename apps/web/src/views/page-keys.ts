/* The keys of the whole page. */
import type { Patch } from '../data/address.js';
import { COLUMNS } from '../model/order.js';
import type { Question, Selection } from '../model/selection.js';
import { CHOSEN_ID } from './chosen.js';
import { DONE_ID } from './done.js';
import { MODE_ID } from './mode-control.js';
import { focusOn, GRID_ID, SEARCH_ID } from './rows.js';
import type { Sheet } from './sheets.js';
import type { Keys } from './use-keys.js';

export interface KeyActs {
  readonly selection: Selection;
  readonly choose: (patch: Patch) => void;
  readonly turnTheme: () => void;
  readonly ask: () => void;
  readonly open: (sheet: Sheet) => void;
}

export function pageKeys(acts: KeyActs): Keys {
  const { selection, choose } = acts;
  const { sort } = selection;
  const taking = (act: () => void) => (event: KeyboardEvent) => {
    event.preventDefault();
    act();
  };
  const nextColumn = COLUMNS[(COLUMNS.indexOf(sort.column) + 1) % COLUMNS.length] ?? 'total';
  return {
    '/': taking(() => focusOn(SEARCH_ID)),
    j: handOver,
    k: handOver,
    i: taking(() => askAt(acts)),
    s: () => choose({ sort: { column: nextColumn, descending: nextColumn !== 'name' } }),
    S: () => choose({ sort: { column: sort.column, descending: !sort.descending } }),
    b: () => choose({ exact: !selection.exact }),
    t: acts.turnTheme,
    p: taking(() => acts.open({ kind: 'pause' })),
    1: taking(() => question('whose', choose)),
    2: taking(() => question('grows', choose)),
    3: taking(() => question('done', choose)),
    '?': () => acts.open({ kind: 'help' }),
    'g n': taking(() => acts.open({ kind: 'nodes' })),
    Escape: () => choose(leaving(selection)),
  };
}

/** About the mode while the focus is on it, else about the chosen row. */
function askAt(acts: KeyActs): void {
  const focused = document.activeElement;
  if (focused?.id === MODE_ID) acts.open({ kind: 'mode', anchor: focused.getBoundingClientRect() });
  else acts.ask();
}

/** One thing at a time: what was searched for, what is open, what is chosen. */
function leaving({ query, opened }: Selection): Patch {
  if (query !== '') return { query: '' };
  return opened === null ? { row: null } : { opened: null };
}

const PLACES: Readonly<Record<Question, string>> = {
  whose: `#${GRID_ID}`,
  grows: `#${CHOSEN_ID} button`,
  done: `#${DONE_ID} [data-stop][tabindex="0"], #${DONE_ID} .views [aria-pressed="true"]`,
};

/** On a small screen it is on screen only after it was chosen. */
function question(wanted: Question, choose: (patch: Patch) => void): void {
  choose({ question: wanted });
  requestAnimationFrame(() => {
    const places = [...document.querySelectorAll<HTMLElement>(PLACES[wanted])];
    (places.find((place) => place.dataset['stop'] !== undefined) ?? places[0])?.focus();
  });
}

/** The grid's own keys, pressed while the focus is elsewhere: the grid gets the focus and the key. */
function handOver(event: KeyboardEvent): void {
  event.preventDefault();
  focusOn(GRID_ID);
  const again = new KeyboardEvent('keydown', { key: event.key, bubbles: true, cancelable: true });
  document.getElementById(GRID_ID)?.dispatchEvent(again);
}
