/*
 * /proc/vmstat: "name value" lines. Of interest here: oom_kill (since Linux 4.13), the kills since boot.
 */
import { wholeNumber } from './number-text.js';

/** Null: this kernel does not say. */
export function parseOomKills(vmstat: string): number | null {
  const line = /^oom_kill (\d+)\n/m.exec(vmstat);
  return wholeNumber(line?.[1]);
}
