/*
 * What turns JSON into objects, given by who knows the objects. Whatever a store writes has passed its codec, so that it can
 * be read again; what it keeps is shared with every reader.
 */
import type { Problem } from './store.js';

export type Decoded<T> =
  { readonly ok: true; readonly object: T } | { readonly ok: false; readonly problems: readonly Problem[] };

export interface Codec<T> {
  /** For people: MemoryFinding. */
  readonly kind: string;
  /** Never throws. `valid` has passed: what is the very same object in both needs no second look. */
  decode(value: unknown, valid?: T): Decoded<T>;
}

const MOST_PROBLEMS_SHOWN = 5;

export function inWords(problems: readonly Problem[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS_SHOWN).map(({ path, message }) => `${path}: ${message}`);
  const more = problems.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}

/** What is kept is shared with every reader: nobody may change it in place. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const each of Object.values(value)) deepFreeze(each);
  return value;
}
