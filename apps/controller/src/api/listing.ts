/*
 * Lists of objects, a page at a time, by name in byte order or the newest first: whoever continues sees every object that was there all the
 * time exactly once, whatever comes and goes meanwhile.
 */
import type { Condition } from '#api';
import { InvalidValue } from '#contracts/errors';
import { keyOf, type StoredObject } from '#contracts/store';
import { count, text } from './query.js';

const DEFAULT_LIMIT = 100;
const MOST = 1000;

export type Query = Readonly<Record<string, unknown>>;

/** The last parts of a path: an object of one namespace, or of a place without any. */
export interface Named {
  readonly namespace?: string;
  readonly name: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly continue?: string;
}

/** @throws {InvalidValue} */
export function limitOf(query: Query): number {
  return count('limit', query['limit'], { most: MOST, otherwise: DEFAULT_LIMIT });
}

/** `objects` by name in byte order; `order=newest` lists them by the time of their creation. @throws {InvalidValue} */
export function page<T extends StoredObject>(
  objects: readonly T[],
  query: Query,
  isWanted: (object: T) => boolean = () => true,
): Page<T> {
  const order = orderOf(query);
  const limit = limitOf(query);
  const after = afterOf(query, order);
  const listed = order.sort(objects);
  const items: T[] = [];
  for (let i = after === null ? 0 : firstAfter(listed, after, order); i < listed.length; i += 1) {
    const object = listed[i];
    if (object === undefined || !isWanted(object)) continue;
    const last = items.at(-1);
    if (items.length === limit && last !== undefined)
      return { items, continue: Buffer.from(order.placeOf(last).join(SEPARATOR)).toString('base64url') };
    items.push(object);
  }
  return { items };
}

/** Where an object stands among the others, compared part by part; it never changes. */
type Place = readonly string[];

interface Order {
  readonly placeOf: (object: StoredObject) => Place;
  readonly parts: number;
  readonly isBefore: (a: Place, b: Place) => boolean;
  readonly sort: <T extends StoredObject>(objects: readonly T[]) => readonly T[];
}

/** In no name and no time. */
const SEPARATOR = '\n';

const BY_NAME: Order = {
  placeOf: ({ metadata }) => [keyOf(metadata)],
  parts: 1,
  isBefore: ([a = ''], [b = '']) => a < b,
  sort: (objects) => objects,
};

const NEWEST: Order = {
  placeOf: ({ metadata }) => [metadata.creationTimestamp ?? '', keyOf(metadata)],
  parts: 2,
  isBefore: ([atA = '', a = ''], [atB = '', b = '']) => (atA === atB ? a < b : atA > atB),
  sort: (objects) =>
    [...objects].sort((a, b) => (NEWEST.isBefore(NEWEST.placeOf(a), NEWEST.placeOf(b)) ? -1 : 1)),
};

function orderOf(query: Query): Order {
  const given = text('order', query['order']) ?? 'name';
  if (given === 'name') return BY_NAME;
  if (given === 'newest') return NEWEST;
  throw new InvalidValue('order must be name or newest.');
}

/** Index of the first object behind the place. */
function firstAfter(objects: readonly StoredObject[], place: Place, order: Order): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const object = objects[middle];
    if (object !== undefined && !order.isBefore(place, order.placeOf(object))) low = middle + 1;
    else high = middle;
  }
  return low;
}

function afterOf(query: Query, order: Order): Place | null {
  const given = text('continue', query['continue']);
  if (given === undefined) return null;
  const place = Buffer.from(given, 'base64url').toString();
  const parts = place.split(SEPARATOR);
  if (Buffer.from(place).toString('base64url') !== given || parts.length !== order.parts)
    throw new InvalidValue('continue is not from an answer of this list; leave it out to begin anew.');
  return parts;
}

const STATES = ['open', 'closed', 'all'] as const;

/** @throws {InvalidValue} */
export function stateOf(query: Query, otherwise: (typeof STATES)[number]): (typeof STATES)[number] {
  const given = text('state', query['state']) ?? otherwise;
  const state = STATES.find((each) => each === given);
  if (state === undefined) throw new InvalidValue('state must be open, closed or all.');
  return state;
}

export function isInState(
  state: (typeof STATES)[number],
  conditions: readonly Condition[],
  closing: 'Closed' | 'Completed',
): boolean {
  if (state === 'all') return true;
  const isClosed = conditions.some(({ type, status }) => type === closing && status === 'True');
  return isClosed === (state === 'closed');
}
