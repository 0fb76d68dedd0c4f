/*
 * Times as people read them: how long ago, and the time of day when it was today. Input is RFC 3339; what is none is
 * shown as it is.
 */
import { printable } from './escape.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below two of a unit the smaller one says more: 90s, 119s, 2m. */
const UNITS = [
  [2 * DAY, DAY, 'd'],
  [2 * HOUR, HOUR, 'h'],
  [2 * MINUTE, MINUTE, 'm'],
] as const;

/** "45s", "12m", "3h", "5d"; a clock that is ahead of ours makes no negative age. */
export function age(at: string | undefined, nowMs: number): string {
  const ms = at === undefined ? NaN : Date.parse(at);
  if (Number.isNaN(ms)) return '?';
  return duration(Math.max(0, nowMs - ms));
}

export function duration(ms: number): string {
  const [, unit, name] = UNITS.find(([from]) => ms >= from) ?? [0, SECOND, 's'];
  return `${Math.floor(ms / unit)}${name}`;
}

/** "2026-11-21 14:03:05Z": UTC, as the REST interface and the logs have it. */
export function moment(at: string | undefined): string {
  if (at === undefined) return '–';
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return printable(at);
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/u, 'Z');
}

/** "2026-11-21 14:03:05Z (2m ago)" */
export function momentAndAge(at: string | undefined, nowMs: number): string {
  if (at === undefined) return '–';
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return moment(at);
  const way = ms > nowMs ? `in ${duration(ms - nowMs)}` : `${duration(nowMs - ms)} ago`;
  return `${moment(at)} (${way})`;
}
