/*
 * The time line: cleanups newest first, by day, each day with its sum; runs of the same refusal are folded.
 * Always holds: every cleanup stands in the list once or in exactly one fold; a day's sum counts what was freed that
 * day, folded or not, and nothing that was not measured.
 */
import { actOf, outcomeOf, timeOf, type Outcome } from './cleanup.js';
import type { Cleanup } from './objects.js';

export type TimelineItem =
  | { readonly kind: 'day'; readonly key: string; readonly day: string; readonly sum: DaySum }
  | { readonly kind: 'entry'; readonly key: string; readonly cleanup: Cleanup }
  | {
      readonly kind: 'fold';
      readonly key: string;
      readonly cleanups: readonly Cleanup[];
      readonly outcome: Outcome;
    };

export interface DaySum {
  readonly acts: number;
  readonly wouldAct: number;
  readonly refused: number;
  readonly freedBytes: number;
}

/** A run of at least so many that are alike is folded behind its newest. */
const LEAST_FOLDED = 4;

export function newestFirst(cleanups: Iterable<Cleanup>): readonly Cleanup[] {
  return [...cleanups].toSorted((a, b) => later(timeOf(b), timeOf(a)) || byName(a, b));
}

/** Unknown times last. */
function later(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a - b;
}

function byName(a: Cleanup, b: Cleanup): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

/** "2026-11-21"; empty where the time is unknown. */
export function dayOf(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString().slice(0, 10) : '';
}

/** `unfolded`: keys of folds that a person opened; a fold that holds `opened` is open too. */
export function timelineItems(
  cleanups: Iterable<Cleanup>,
  unfolded: ReadonlySet<string>,
  opened: string | null,
): readonly TimelineItem[] {
  const items: TimelineItem[] = [];
  const days = Map.groupBy(newestFirst(cleanups), (cleanup) => dayOf(timeOf(cleanup)));
  for (const [day, those] of days) {
    items.push({ kind: 'day', key: `day:${day}`, day, sum: daySum(those) });
    for (const run of runsOf(those)) items.push(...runItems(run, unfolded, opened));
  }
  return items;
}

function runItems(
  run: readonly Cleanup[],
  unfolded: ReadonlySet<string>,
  opened: string | null,
): readonly TimelineItem[] {
  const entry = (cleanup: Cleanup): TimelineItem => ({ kind: 'entry', key: cleanup.name, cleanup });
  const [first, ...rest] = run;
  const oldest = run.at(-1);
  if (first === undefined || oldest === undefined) return [];
  // By its oldest: a fold that grows with every refusal stays the one that a person opened.
  const key = `fold:${oldest.name}`;
  const open = unfolded.has(key) || rest.some((one) => one.name === opened);
  if (run.length < LEAST_FOLDED || open) return run.map(entry);
  return [entry(first), { kind: 'fold', key, cleanups: rest, outcome: outcomeOf(first) }];
}

/** What gave bytes back or is still under way is never folded. */
function runsOf(cleanups: readonly Cleanup[]): readonly (readonly Cleanup[])[] {
  const runs: Cleanup[][] = [];
  let current = '';
  for (const cleanup of cleanups) {
    const mark = likeness(cleanup);
    if (mark !== '' && mark === current) runs.at(-1)?.push(cleanup);
    else runs.push([cleanup]);
    current = mark;
  }
  return runs;
}

function likeness(cleanup: Cleanup): string {
  const outcome = outcomeOf(cleanup);
  if (outcome === 'Freed' || outcome === 'UnderWay' || outcome === 'Unknown') return '';
  const reasons = cleanup.steps.map((step) => step.reason ?? '');
  return JSON.stringify([outcome, actOf(cleanup), cleanup.policy?.name ?? null, reasons]);
}

export function daySum(cleanups: readonly Cleanup[]): DaySum {
  const count = (of: (outcome: Outcome) => boolean): number =>
    cleanups.filter((cleanup) => of(outcomeOf(cleanup))).length;
  return {
    acts: cleanups.filter(wasSent).length,
    wouldAct: count((outcome) => outcome === 'DryRun'),
    refused: count((outcome) => outcome === 'Refused'),
    freedBytes: cleanups.reduce((sum, cleanup) => sum + Math.max(0, cleanup.freedBytes), 0),
  };
}

/** Something left for the target: also where nobody can say what became of it. */
export function wasSent(cleanup: Cleanup): boolean {
  return cleanup.steps.some((step) => ['Executed', 'Verified', 'Unknown'].includes(step.state));
}
