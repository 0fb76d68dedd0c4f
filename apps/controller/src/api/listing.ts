/*
 * Lists of objects, a page at a time, by name in byte order: whoever continues sees every object that was there all the
 * time exactly once, whatever comes and goes meanwhile.
 */
import type { Condition } from '#api';
import { InvalidValue } from '#contracts/errors';
import type { StoredObject } from '#contracts/store';
import { count, text } from './query.js';

const DEFAULT_LIMIT = 100;
const MOST = 1000;

export type Query = Readonly<Record<string, unknown>>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly continue?: string;
}

/** @throws {InvalidValue} */
export function limitOf(query: Query): number {
  return count('limit', query['limit'], { most: MOST, otherwise: DEFAULT_LIMIT });
}

/** `objects` by name in byte order. @throws {InvalidValue} */
export function page<T extends StoredObject>(
  objects: readonly T[],
  query: Query,
  isWanted: (object: T) => boolean = () => true,
): Page<T> {
  const limit = limitOf(query);
  const after = afterOf(query);
  const items: T[] = [];
  for (let i = after === null ? 0 : firstAfter(objects, after); i < objects.length; i += 1) {
    const object = objects[i];
    if (object === undefined || !isWanted(object)) continue;
    const last = items.at(-1);
    if (items.length === limit && last !== undefined)
      return { items, continue: Buffer.from(last.metadata.name).toString('base64url') };
    items.push(object);
  }
  return { items };
}

/** Index of the first object whose name is greater. */
function firstAfter(objects: readonly StoredObject[], name: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((objects[middle]?.metadata.name ?? '') <= name) low = middle + 1;
    else high = middle;
  }
  return low;
}

function afterOf(query: Query): string | null {
  const given = text('continue', query['continue']);
  if (given === undefined) return null;
  const name = Buffer.from(given, 'base64url').toString();
  if (Buffer.from(name).toString('base64url') !== given)
    throw new InvalidValue('continue is not from an answer of this list; leave it out to begin anew.');
  return name;
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
