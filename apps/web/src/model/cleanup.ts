/*
 * A cleanup as an entry of the time line: how it ended, what it was, why, and the bytes before and after.
 * Always holds: what was not measured has no number; only a measured difference is a difference.
 */
import { clockTime, qualifiedSize, setSpan, sizeText, span } from './format.js';
import { shortened } from './names.js';
import type { Cleanup, Measured, Rung, Step } from './objects.js';
import { refusedSentence, unknownSentence } from './reasons.js';

export type Outcome =
  | 'Freed'
  | 'Ineffective'
  | 'Refused'
  | 'Unknown'
  | 'DryRun'
  | 'UnderWay'
  | 'Cancelled'
  | 'Expired'
  | 'TargetGone';

export const OUTCOME_WORD: Readonly<Record<Outcome, string>> = {
  Freed: 'Freed',
  Ineffective: 'Ineffective',
  Refused: 'Refused',
  Unknown: 'Unknown',
  DryRun: 'Would have',
  UnderWay: 'Under way',
  Cancelled: 'Cancelled',
  Expired: 'Expired',
  TargetGone: 'Target gone',
};

const ENDS: readonly Outcome[] = [
  'Freed',
  'Ineffective',
  'Refused',
  'Unknown',
  'DryRun',
  'Cancelled',
  'Expired',
  'TargetGone',
];

/** A closed cleanup whose end this page does not know is Unknown: it must not read as a success. */
export function outcomeOf(cleanup: Cleanup): Outcome {
  const { completed } = cleanup;
  if (completed === null) return 'UnderWay';
  return ENDS.find((one) => one === completed.reason) ?? 'Unknown';
}

/** The step that counts: the last one that was begun, else the first. */
export function stepAt(cleanup: Cleanup): number {
  const begun = cleanup.steps.findLastIndex((step) => step.state !== 'Pending');
  return Math.max(0, begun);
}

export function actOf(cleanup: Cleanup): string {
  return cleanup.ladder[stepAt(cleanup)]?.act ?? 'Cleanup';
}

/** What its place in the time line is: when it ended, else when it began. */
export function timeOf(cleanup: Cleanup): number {
  const ended = cleanup.completed?.atMs ?? NaN;
  return Number.isFinite(ended) ? ended : cleanup.createdAtMs;
}

export interface BeforeAfter {
  readonly before: number | null;
  /** Null: not measured, or not yet, or nothing was sent. */
  readonly after: number | null;
}

const NEVER: Measured = { bytes: null, atMs: NaN, quality: 'Unknown' };

/** How the two were measured. */
export function qualities(cleanup: Cleanup): { readonly before: string; readonly after: string } {
  const { first, last } = ends(cleanup);
  return { before: (first ?? NEVER).quality, after: (last?.after ?? NEVER).quality };
}

function ends(cleanup: Cleanup): { readonly first: Measured | null; readonly last: Step | undefined } {
  return {
    first: cleanup.steps.find((step) => step.before !== null)?.before ?? null,
    last: cleanup.steps.findLast((step) => step.state !== 'Pending'),
  };
}

export function beforeAfter(cleanup: Cleanup): BeforeAfter {
  const { first, last } = ends(cleanup);
  const measured = outcomeOf(cleanup) !== 'Unknown' && last?.state === 'Verified';
  return { before: bytesOf(first), after: measured ? bytesOf(last.after) : null };
}

function bytesOf(measured: Measured | null): number | null {
  return measured?.bytes ?? null;
}

/** Shares of a bar's width, from the left; they add up to 1 wherever there is an after. */
export interface BarShape {
  /** Held before and after. */
  readonly kept: number;
  /** Given back: outlined. */
  readonly freed: number;
  /** Held only after: it grew. */
  readonly grown: number;
}

/** Null: there is nothing to draw but that it is unknown. */
export function barShape({ before, after }: BeforeAfter): BarShape | null {
  if (before === null || before < 0) return null;
  if (after === null) return { kept: 1, freed: 0, grown: 0 };
  const whole = Math.max(before, after);
  if (whole <= 0) return { kept: 1, freed: 0, grown: 0 };
  const kept = Math.min(before, after) / whole;
  return { kept, freed: before > after ? 1 - kept : 0, grown: after > before ? 1 - kept : 0 };
}

/** "−12.6 GiB", "? GiB", "0"; what an act did to its target. Empty: nothing to say yet. */
export function deltaText(cleanup: Cleanup): string {
  const outcome = outcomeOf(cleanup);
  if (outcome === 'Unknown') return '? GiB';
  const { before, after } = beforeAfter(cleanup);
  if (before !== null && after !== null)
    return after > before ? `+${sizeText(after - before)}` : sizeText(after - before);
  if (outcome === 'Freed') return sizeText(-cleanup.freedBytes);
  return before === null || outcome === 'UnderWay' ? '' : '0';
}

/** What stands below the bar at its right end. */
export function afterText(cleanup: Cleanup): string {
  const { before, after } = beforeAfter(cleanup);
  if (after !== null) return `→ ${qualifiedSize(after, qualities(cleanup).after)}`;
  const outcome = outcomeOf(cleanup);
  if (outcome === 'Unknown') return '→ unknown';
  return before === null || outcome === 'UnderWay' ? '' : 'not sent';
}

/** Why it ended so, in a sentence or two. */
export function sentenceOf(cleanup: Cleanup, nowMs: number): string {
  switch (outcomeOf(cleanup)) {
    case 'UnderWay':
      return underWay(cleanup, nowMs);
    case 'DryRun':
      return `${causeOf(cleanup)} Nothing was sent: this is a dry run.`;
    case 'Freed':
      return `${causeOf(cleanup)} ${measuredAgain(cleanup)}`;
    case 'Ineffective':
      return ineffective(cleanup);
    case 'Refused':
      return `${refusedSentence(...said(cleanup))} Nothing was sent.`;
    case 'Unknown':
      return `${unknownSentence(...said(cleanup))} Never repeated by itself.`;
    case 'Cancelled':
      return 'Somebody cancelled it before anything more was sent.';
    case 'Expired':
      return `Its time was over at ${clockTime(cleanup.deadlineMs)} before it could be done.`;
    case 'TargetGone':
      return 'It ended by itself first. Nothing more was sent.';
  }
}

function said(cleanup: Cleanup): [string, string] {
  const step = cleanup.steps[stepAt(cleanup)];
  const { completed } = cleanup;
  const own = step?.reason ?? '';
  if (own !== '') return [own, step?.message ?? ''];
  // The condition's reason is the outcome itself: it explains nothing.
  return ['', completed?.message ?? ''];
}

function causeOf(cleanup: Cleanup): string {
  if (cleanup.policy === null) return 'Asked for by hand.';
  return `Policy ${shortened(cleanup.policy.name, 60)} decided.`;
}

function rungOf(cleanup: Cleanup): Rung | undefined {
  return cleanup.ladder[stepAt(cleanup)];
}

function measuredAgain(cleanup: Cleanup): string {
  const seconds = rungOf(cleanup)?.verifyAfterSeconds ?? 0;
  return seconds > 0 ? `Measured again ${setSpan(seconds)} later.` : 'Measured again.';
}

function ineffective(cleanup: Cleanup): string {
  const least = rungOf(cleanup)?.minFreedBytes ?? null;
  const { before, after } = beforeAfter(cleanup);
  const goal = least === null ? '' : ` of at least ${sizeText(least)}`;
  if (before === null || after === null) return 'Less came back than asked for.';
  if (after >= before) return `Nothing came back. ${measuredAgain(cleanup)}`;
  return `${sizeText(before - after)}${goal} came back. ${measuredAgain(cleanup)}`;
}

/** When the current step is measured; NaN where nothing was executed yet. */
export function measuredAtMs(cleanup: Cleanup): number {
  const at = stepAt(cleanup);
  return (cleanup.steps[at]?.executedAtMs ?? NaN) + (cleanup.ladder[at]?.verifyAfterSeconds ?? 0) * 1000;
}

/** Of several: "step 2 of 3". */
export function progressOf(cleanup: Cleanup): string {
  const all = cleanup.ladder.length;
  return all > 1 ? `Step ${stepAt(cleanup) + 1} of ${all}: ` : '';
}

function underWay(cleanup: Cleanup, nowMs: number): string {
  const words = stateWords(cleanup, cleanup.steps[stepAt(cleanup)], nowMs);
  const progress = progressOf(cleanup);
  return progress === '' ? words : progress + words.charAt(0).toLowerCase() + words.slice(1);
}

function stateWords(cleanup: Cleanup, step: Step | undefined, nowMs: number): string {
  if (cleanup.cancelled) return 'Cancelling: no further step will be sent.';
  if (step?.state === 'Issued') return 'Sent. The agent has not answered yet.';
  if (step?.state === 'Executed') {
    const left = measuredAtMs(cleanup) - nowMs;
    return left > 0 ? `Done. Measured again in ${span(left)}.` : 'Done. Measured with the next sample.';
  }
  if (cleanup.notBeforeMs > nowMs) return `Not before ${clockTime(cleanup.notBeforeMs)}.`;
  return 'Waiting for its turn. Nothing was sent yet.';
}
