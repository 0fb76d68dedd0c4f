/*
 * Windows: when acts may begin. A schedule says when one opens, its duration how long it stays open.
 */
import { CronExpressionParser, type CronExpression } from 'cron-parser';
import type { PolicyWindow } from './gen/types.js';
import { quote } from './problems.js';

/** Whether acts may begin now, and when that is to be asked again; null: it never changes. */
export interface WindowState {
  readonly isOpen: boolean;
  readonly changesAtMs: number | null;
}

/** No windows: always open. Schedules must have passed `scheduleProblem`. */
export function windowsAt(windows: readonly PolicyWindow[], nowMs: number): WindowState {
  if (windows.length === 0) return { isOpen: true, changesAtMs: null };
  const closes: number[] = [];
  const opens: number[] = [];
  for (const window of windows) {
    const { closesAtMs, opensAtMs } = around(window, nowMs);
    if (closesAtMs > nowMs) closes.push(closesAtMs);
    else opens.push(opensAtMs);
  }
  if (closes.length > 0) return { isOpen: true, changesAtMs: Math.max(...closes) };
  return { isOpen: false, changesAtMs: Math.min(...opens) };
}

/**
 * The last opening until now and the next one after. Going back, and going on from within it, the parser steps over the
 * hour that spring leaves out; going on from before, it moves it. So what was found going back is only where to begin.
 */
function around(window: PolicyWindow, nowMs: number): { closesAtMs: number; opensAtMs: number } {
  const schedule = parse(window.schedule, window.timeZone, nowMs + 1);
  let lastMs = schedule.prev().getTime();
  schedule.reset(new Date(lastMs));
  let opensAtMs = schedule.next().getTime();
  while (opensAtMs <= nowMs) {
    lastMs = opensAtMs;
    opensAtMs = schedule.next().getTime();
  }
  return { closesAtMs: lastMs + window.durationSeconds * 1000, opensAtMs };
}

const parse = (schedule: string, timeZone: string, nowMs: number): CronExpression =>
  CronExpressionParser.parse(schedule, { tz: timeZone, currentDate: new Date(nowMs) });

// crontab(5) without the extensions that mean something else elsewhere (L, #, H, @daily, seconds).
const FIELD = /^(\*|\?|[0-9A-Za-z]{1,9})([-/,][0-9A-Za-z*]{1,9})*$/;
const EXTENSION = /^(?!.*[LHW#])/i;
const NAMES = /\b(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)\b/gi;

/** Null: five fields of crontab(5), and there is a next time. */
export function scheduleProblem(schedule: string): string | null {
  const fields = schedule.split(/ +/);
  const isPlain = (field: string): boolean =>
    FIELD.test(field) && EXTENSION.test(field.replaceAll(NAMES, ''));
  const wrong = fields.length === 5 ? fields.find((field) => !isPlain(field)) : schedule;
  if (wrong !== undefined)
    return `${quote(wrong)} is not as in crontab(5): five fields of numbers, *, lists 1,2, ranges 1-5 and steps */15`;
  try {
    parse(schedule, 'UTC', 0).next();
    return null;
  } catch (error) {
    return `${quote(schedule)} is no schedule: ${error instanceof Error ? error.message : 'it never comes'}`;
  }
}

/** Null: a name of the IANA database that this machine knows. */
export function timeZoneProblem(timeZone: string): string | null {
  return isTimeZone(timeZone)
    ? null
    : `${quote(timeZone)} is no time zone: write a name such as Europe/Berlin or UTC`;
}

// Offsets (+02:00) are taken by Intl, and know no summer.
function isTimeZone(name: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(name) &&
      new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat
    );
  } catch {
    return false;
  }
}
