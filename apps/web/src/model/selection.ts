/*
 * What a person chose, as the page's address. Decoding never fails: what an address does not say, or says wrong,
 * is as it is by default; encoding leaves out what is as by default. decode(encode(x)) = x.
 */
import type { Quantity } from '#contracts/series';
import { BY_TOTAL, COLUMNS, type Column, type Sort } from './order.js';
import { isFoldMark } from './fold.js';
import { RANGE_NAMES, type Range } from './history.js';

const QUANTITIES: readonly Quantity[] = ['growth', 'bytes', 'used', 'unattributed'];

/** The page's three questions: at 360 px one of them is on screen. */
export type Question = 'whose' | 'grows' | 'done';
export const QUESTIONS: readonly Question[] = ['whose', 'grows', 'done'];

/** The three views of "What was done?". */
export type DoneView = 'timeline' | 'findings' | 'policies';
export const DONE_VIEWS: readonly DoneView[] = ['timeline', 'findings', 'policies'];

export type Theme = 'light' | 'dark';

export interface Selection {
  /** Null: the first node there is. */
  readonly node: string | null;
  readonly device: string | null;
  /** A row's key. */
  readonly row: string | null;
  readonly sort: Sort;
  readonly query: string;
  readonly range: Range;
  /** Marks (see `foldMark`) of rows turned against how they open by themselves. */
  readonly turned: readonly string[];
  /** Which quantity the history shows; null: the whole row. */
  readonly quantity: Quantity | null;
  /** Sizes to the byte. */
  readonly exact: boolean;
  /** Null: as the system says. */
  readonly theme: Theme | null;
  readonly question: Question;
  readonly done: DoneView;
  /** The cleanup, finding or policy that is open in it, by name. */
  readonly opened: string | null;
}

export const NOTHING_CHOSEN: Selection = {
  node: null,
  device: null,
  row: null,
  sort: BY_TOTAL,
  query: '',
  range: '2h',
  turned: [],
  quantity: null,
  exact: false,
  theme: null,
  question: 'whose',
  done: 'timeline',
  opened: null,
};

/** An address stays one that can be sent to a colleague. */
const MOST_TURNED = 64;
const LONGEST_QUERY = 200;

export function encodeSelection(selection: Selection): string {
  const { node, device, row, query, quantity, theme } = selection;
  const sort = `${selection.sort.descending ? '-' : ''}${selection.sort.column}`;
  const pairs: readonly (readonly [string, string | null])[] = [
    ['device', device],
    ['row', row],
    ['sort', unless(sort, '-total')],
    ['q', unless(query, '')],
    ['range', unless(selection.range, NOTHING_CHOSEN.range)],
    ['of', quantity],
    ['fold', unless(selection.turned.slice(-MOST_TURNED).join('.'), '')],
    ['exact', selection.exact ? '1' : null],
    ['theme', theme],
    ['question', unless(selection.question, 'whose')],
    ['done', unless(selection.done, 'timeline')],
    ['open', selection.opened],
  ];
  const said = new URLSearchParams(pairs.filter((pair): pair is [string, string] => pair[1] !== null));
  const path = node === null ? '#/' : `#/nodes/${encodeURIComponent(node)}`;
  return said.size === 0 ? path : `${path}?${said.toString()}`;
}

function unless(text: string, usual: string): string | null {
  return text === usual ? null : text;
}

export function decodeSelection(hash: string): Selection {
  const cut = hash.indexOf('?');
  const path = cut < 0 ? hash : hash.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : hash.slice(cut + 1));
  return {
    node: nodeOf(path),
    device: query.get('device'),
    row: query.get('row'),
    sort: sortOf(query.get('sort')),
    query: (query.get('q') ?? '').slice(0, LONGEST_QUERY),
    range: RANGE_NAMES.find((range) => range === query.get('range')) ?? NOTHING_CHOSEN.range,
    turned: (query.get('fold') ?? '').split('.').filter(isFoldMark).slice(-MOST_TURNED),
    quantity: QUANTITIES.find((one) => one === query.get('of')) ?? null,
    exact: query.get('exact') === '1',
    theme: themeOf(query.get('theme')),
    question: QUESTIONS.find((one) => one === query.get('question')) ?? NOTHING_CHOSEN.question,
    done: DONE_VIEWS.find((one) => one === query.get('done')) ?? NOTHING_CHOSEN.done,
    opened: query.get('open'),
  };
}

function nodeOf(path: string): string | null {
  const name = /^#\/nodes\/(.+)$/.exec(path)?.[1];
  if (name === undefined) return null;
  try {
    return decodeURIComponent(name);
  } catch {
    // A broken escape names no node.
    return null;
  }
}

function sortOf(text: string | null): Sort {
  const descending = text?.startsWith('-') ?? false;
  const column = COLUMNS.find((one: Column) => one === text?.replace(/^-/, ''));
  return column === undefined ? BY_TOTAL : { column, descending };
}

function themeOf(text: string | null): Theme | null {
  return text === 'light' || text === 'dark' ? text : null;
}
