/* A day of the time line in words. */
import { sizeText } from './format.js';
import type { DaySum } from './timeline.js';

const NAMES = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
});

const DAY_MS = 86_400_000;

/** "Today", "Yesterday", "Thu 19 Nov"; days are UTC, as all times of the page. */
export function dayText(day: string, today: string): string {
  const ms = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(ms)) return 'At an unknown time';
  const ago = Math.round((Date.parse(`${today}T00:00:00Z`) - ms) / DAY_MS);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  return NAMES.format(ms).replace(',', '');
}

/** "3 acts, 15.8 GiB freed · 2 refused". */
export function sumText(sum: DaySum): string {
  const acts = sum.acts === 0 ? [] : [`${counted(sum.acts, 'act')}, ${sizeText(sum.freedBytes)} freed`];
  const would = sum.wouldAct === 0 ? [] : [`${sum.wouldAct} would have`];
  const refused = sum.refused === 0 ? [] : [`${sum.refused} refused`];
  return [...acts, ...would, ...refused].join(' · ');
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
