/*
 * What turns JSON of the API server into objects, given by who knows the objects.
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

const MOST_PROBLEMS_SHOWN = 3;

export function inWords(problems: readonly Problem[]): string {
  const shown = problems.slice(0, MOST_PROBLEMS_SHOWN).map(({ path, message }) => `${path}: ${message}`);
  const more = problems.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ');
}

/** @throws {InvalidValue} */
export function decoded<T>(codec: Codec<T>, value: unknown, valid?: T): T {
  const answer = codec.decode(value, valid);
  if (answer.ok) return answer.object;
  throw new InvalidValue(`It is no valid ${codec.kind}: ${inWords(answer.problems)}`);
}
