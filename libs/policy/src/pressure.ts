/*
 * Detector Pressure for one target: what a sample says of it, and what that makes of what was known.
 *   unknown → Once (above the mark) → Suspected (above in the next sample, too) → Confirmed (above for forSeconds)
 * Time is the node's, as its samples say it. A sample that is not after the last one, or more than three periods after
 * it, starts the count anew: a clock that jumps confirms later, never earlier. So does a sample between the two marks.
 */
import { rfc3339, type Evidence } from '#api';
import type { PressureDetector } from './compile.js';
import type { FindingChange, FindingIdentity, Observation } from './finding-change.js';
import { bytesInWords, percentInWords, secondsInWords } from './words.js';

/** Samples that may be missed, and the next one still continues the count: two. */
const MAX_GAP_PERIODS = 3;
/** A finding is written again when its bytes moved by more than this, or after this long. */
const MATERIAL_SHARE = 0.05;
const SEEN_EVERY_MS = 60_000;

/** What is remembered of one finding. Times are the node's. */
export interface Tracked {
  readonly finding: FindingIdentity;
  readonly state: 'Once' | 'Suspected' | 'Confirmed';
  /** Null: was between the marks, or nobody knows since when (after a restart). */
  readonly aboveSinceMs: number | null;
  readonly firstSeenMs: number;
  readonly lastMs: number;
  /** As the object says it. */
  readonly written: { readonly bytes: number; readonly atMs: number };
  /** Samples in a row that did not show the holder. */
  readonly missing: number;
}

export interface Step {
  /** Null: nothing is remembered. */
  readonly tracked: Tracked | null;
  readonly change: FindingChange | null;
}

export interface PressureSample {
  readonly detector: PressureDetector;
  readonly observation: Observation;
  readonly samplePeriodMs: number;
}

/** Above the mark, for the first time. */
export function firstStep(finding: FindingIdentity, { bytes, takenAtMs }: Observation): Step {
  const times = { aboveSinceMs: takenAtMs, firstSeenMs: takenAtMs, lastMs: takenAtMs };
  const written = { bytes, atMs: takenAtMs };
  return { tracked: { finding, state: 'Once', ...times, written, missing: 0 }, change: null };
}

export function nextStep(old: Tracked, sample: PressureSample): Step {
  const { detector, observation } = sample;
  if (isAbove(detector, observation)) return above(old, sample);
  if (old.state === 'Once') return { tracked: null, change: null };
  if (observation.percent < detector.pressure.clearPercent) return clear(old, sample);
  return seen({ ...old, aboveSinceMs: null, lastMs: observation.takenAtMs, missing: 0 }, observation);
}

function above(old: Tracked, sample: PressureSample): Step {
  const { observation, detector } = sample;
  const at = observation.takenAtMs;
  const isContinued = at > old.lastMs && at - old.lastMs <= MAX_GAP_PERIODS * sample.samplePeriodMs;
  const aboveSinceMs = isContinued ? (old.aboveSinceMs ?? at) : at;
  const tracked: Tracked = { ...old, aboveSinceMs, lastMs: at, missing: 0 };
  if (old.state === 'Once')
    return isContinued ? suspect(tracked, sample) : { tracked: restarted(tracked), change: null };
  const isLongEnough = at - aboveSinceMs >= detector.pressure.forSeconds * 1000;
  return old.state === 'Suspected' && isContinued && isLongEnough
    ? confirm(tracked, sample)
    : seen(tracked, observation);
}

function restarted(tracked: Tracked): Tracked {
  return { ...tracked, firstSeenMs: tracked.lastMs };
}

function suspect(old: Tracked, { detector, observation }: PressureSample): Step {
  const tracked = writtenNow({ ...old, state: 'Suspected' }, observation);
  const { finding, firstSeenMs } = tracked;
  const evidence = [aboveMark(detector, observation, observation.takenAtMs - firstSeenMs)];
  return { tracked, change: { kind: 'Suspect', finding, observation, firstSeenMs, evidence } };
}

function confirm(old: Tracked, { detector, observation }: PressureSample): Step {
  const tracked = writtenNow({ ...old, state: 'Confirmed' }, observation);
  const forMs = observation.takenAtMs - (tracked.aboveSinceMs ?? observation.takenAtMs);
  const evidence = [aboveMark(detector, observation, forMs)];
  return { tracked, change: { kind: 'Confirm', finding: tracked.finding, observation, evidence } };
}

function clear(old: Tracked, { detector, observation }: PressureSample): Step {
  const evidence = [
    evidenceOf(
      'BelowClearMark',
      observation,
      `${shareInWords(observation)}, below ${percentInWords(detector.pressure.clearPercent)}`,
    ),
  ];
  const wasConfirmed = old.state === 'Confirmed';
  return {
    tracked: null,
    change: { kind: 'Clear', finding: old.finding, wasConfirmed, observation, evidence },
  };
}

function seen(tracked: Tracked, observation: Observation): Step {
  if (!isMaterial(tracked, observation)) return { tracked, change: null };
  const change: FindingChange = { kind: 'Seen', finding: tracked.finding, observation };
  return { tracked: writtenNow(tracked, observation), change };
}

function isMaterial({ written }: Tracked, { bytes, takenAtMs }: Observation): boolean {
  const moved = Math.abs(bytes - written.bytes) > MATERIAL_SHARE * written.bytes;
  return moved || Math.abs(takenAtMs - written.atMs) >= SEEN_EVERY_MS;
}

function writtenNow(tracked: Tracked, { bytes, takenAtMs }: Observation): Tracked {
  return { ...tracked, written: { bytes, atMs: takenAtMs } };
}

export function isAbove({ pressure }: PressureDetector, { percent }: Observation): boolean {
  return percent >= pressure.percentOfLimit;
}

function aboveMark(detector: PressureDetector, observation: Observation, forMs: number): Evidence {
  const mark = percentInWords(detector.pressure.percentOfLimit);
  const message = `${shareInWords(observation)}, at or above ${mark} for ${secondsInWords(forMs)}`;
  return evidenceOf('AboveMark', observation, message);
}

function shareInWords({ bytes, limitBytes, percent }: Observation): string {
  if (limitBytes === undefined)
    return `tasks of the node waited for memory ${percentInWords(percent)} of 10 s (PSI some); ${bytesInWords(bytes)} here cannot be reclaimed`;
  return `${bytesInWords(bytes)} of a limit of ${bytesInWords(limitBytes)} (${percentInWords(percent)}) cannot be reclaimed`;
}

function evidenceOf(type: string, { takenAtMs }: Observation, message: string): Evidence {
  return { type, at: rfc3339(takenAtMs), message };
}
