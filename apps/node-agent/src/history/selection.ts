/*
 * Which holders have history: the largest, and once chosen a holder stays until another is clearly larger, so that
 * two of about one size do not take turns.
 */

/** What a holder that is chosen already counts as, against one that is not. */
const HYSTERESIS = 1.25;

export interface Candidate {
  readonly id: string;
  readonly bytes: number;
}

/** At most `most` ids; equal sizes in the order of ids, so that the choice does not depend on the order of rows. */
export function selectLargest(
  candidates: readonly Candidate[],
  chosen: ReadonlySet<string>,
  most: number,
): Set<string> {
  if (candidates.length <= most) return new Set(candidates.map((candidate) => candidate.id));
  const weighed = candidates.map(({ id, bytes }) => ({
    id,
    weight: chosen.has(id) ? bytes * HYSTERESIS : bytes,
  }));
  weighed.sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1));
  return new Set(weighed.slice(0, most).map((candidate) => candidate.id));
}
