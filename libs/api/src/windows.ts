/*
 * Windows: when acts may begin. A schedule says when one opens, its duration how long it stays open.
 */
import { Cron } from 'croner';
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

function around(window: PolicyWindow, nowMs: number): { closesAtMs: number; opensAtMs: number } {
  const schedule = parse(window.schedule, window.timeZone);
  // Schedules have whole seconds; one that opens in this one has opened.
  const second = new Date((Math.floor(nowMs / SECOND_MS) + 1) * SECOND_MS);
  const last = schedule.previousRuns(1, second)[0];
  const next = schedule.nextRun(new Date(second.getTime() - SECOND_MS));
  return {
    closesAtMs: last === undefined ? 0 : last.getTime() + window.durationSeconds * SECOND_MS,
    opensAtMs: next?.getTime() ?? NEVER_MS,
  };
}

const SECOND_MS = 1000;
/** The last moment that a Date has (ECMA-262, 21.4.1.1). */
const NEVER_MS = 8.64e15;

const parse = (schedule: string, timeZone: string): Cron =>
  new Cron(schedule, { timezone: timeZone, mode: '5-part', paused: true });

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
    const isEver = parse(schedule, 'UTC').nextRun(new Date(0)) !== null;
    return isEver ? null : `${quote(schedule)} is no schedule: it never comes`;
  } catch (error) {
    return `${quote(schedule)} is no schedule: ${wordsOf(error)}`;
  }
}

/** Without the parser's name in front. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : 'it never comes';
  const words = text.replace(/^CronPattern: /, '');
  return `${words.slice(0, 1).toLowerCase()}${words.slice(1)}`;
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
