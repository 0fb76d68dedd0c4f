/*
 * The one home of what the browser decides: time and chance. Everything else gets them handed in.
 */
export interface Surroundings {
  nowMs(): number;
  /** 0 ≤ n < 1 */
  chance(): number;
}

export const browserSurroundings: Surroundings = {
  nowMs: () => Date.now(),
  chance: () => Math.random(),
};
