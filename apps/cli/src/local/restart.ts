/*
 * Whether and when a dead child is started again. Pure.
 */

export type RestartDecision =
  { readonly kind: 'Restart'; readonly delayMs: number } | { readonly kind: 'GiveUp'; readonly ends: number };

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** Who ran this long was well; its end starts a new count. */
export const WELL_AFTER_MS = 60_000;
const MAX_ENDS = 10;
/** What never came up will hardly do so now, and a person is waiting. */
const MAX_ENDS_AT_START = 3;

/** @param endsInARow how often it has ended without having been well in between, this end included */
export function decideRestart(endsInARow: number, wasReady: boolean): RestartDecision {
  if (endsInARow >= (wasReady ? MAX_ENDS : MAX_ENDS_AT_START)) return { kind: 'GiveUp', ends: endsInARow };
  return { kind: 'Restart', delayMs: Math.min(FIRST_DELAY_MS * 2 ** (endsInARow - 1), LONGEST_DELAY_MS) };
}
