/*
 * How often a node's agent takes samples, as its reports say: the shortest of the last gaps, since a gap can only be too
 * long (a sample was lost or replaced by a newer one).
 */
const GAPS = 8;
const OTHERWISE_MS = 5000;
const SHORTEST_MS = 100;
const LONGEST_MS = 600_000;

export class SamplePeriod {
  #lastMs: number | null = null;
  #gaps: readonly number[] = [];

  taken(atMs: number): void {
    const gap = this.#lastMs === null ? 0 : atMs - this.#lastMs;
    this.#lastMs = atMs;
    // A clock that was set back, or the same sample once more, says nothing.
    if (gap >= SHORTEST_MS) this.#gaps = [...this.#gaps, Math.min(gap, LONGEST_MS)].slice(-GAPS);
  }

  get ms(): number {
    return this.#gaps.length === 0 ? OTHERWISE_MS : Math.min(...this.#gaps);
  }
}
