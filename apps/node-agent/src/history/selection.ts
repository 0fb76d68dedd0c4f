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
  const weight = (candidate: Candidate): number =>
    chosen.has(candidate.id) ? candidate.bytes * HYSTERESIS : candidate.bytes;
  const ranked = [...candidates].sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1));
  return new Set(ranked.slice(0, most).map((candidate) => candidate.id));
}
