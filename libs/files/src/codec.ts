/*
 * What turns JSON into objects, given by who knows the objects. Whatever a store writes has passed its codec, so that
 * it can be read again.
 */
import { InvalidValue } from '#contracts/errors';
import type { Problem } from '#contracts/store';

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
  const shown = problems.slice(0, MOST_PROBLEMS_SHOWN).map((each) => `${each.path}: ${each.message}`);
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

/** @throws {InvalidValue} */
export function decodedJson<T>(text: string, codec: Codec<T>): T {
  const answer = codec.decode(parsed(text));
  if (!answer.ok) throw new InvalidValue(`It is no ${codec.kind}: ${inWords(answer.problems)}`);
  return answer.object;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidValue(text.trim() === '' ? 'It is empty.' : 'It is no JSON.', { cause: error });
  }
}
