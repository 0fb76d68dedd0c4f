/* What may happen at most, and why not more. */
import { leastMode, type Mode } from '#contracts/mode';
import type { ModeNow } from './objects.js';

/** The step that is highlighted: while paused, what it would be without the pause, which the page strikes out. */
export function shownMode(mode: ModeNow): Mode {
  if (mode.pause === null) return mode.effective;
  return leastMode(mode.levels.filter((one) => one.level !== 'pause').map((one) => one.mode));
}

/** The first who says less than Enforce, in its own words. */
export function whyOff(mode: ModeNow): string {
  const said = mode.levels.find((one) => one.mode !== 'Enforce' && one.reason !== '');
  return said?.reason ?? mode.breaker?.reason ?? 'no reason was given';
}
