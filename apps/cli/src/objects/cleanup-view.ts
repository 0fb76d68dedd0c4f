/*
 * Cleanups as text: a table of many, one in full with its steps. Pure; the clock comes in.
 */
import {
  conditionOf,
  isConditionTrue,
  type CleanupStep,
  type LadderStep,
  type MemoryCleanup,
  type Measurement,
} from '#api';
import { printable } from '../text/escape.js';
import { fields, type Field } from '../text/fields.js';
import { cutStart } from '../text/path.js';
import { size } from '../text/size.js';
import { table, type Column } from '../text/table.js';
import { age, moment, momentAndAge } from '../text/time.js';
import type { ViewOptions } from './view-options.js';
import { namespaceColumn } from './namespace-column.js';
import { reasonInWords } from './reasons.js';
import { targetInFull, targetName, workloadName } from './target-name.js';

export function isCompleted({ status }: MemoryCleanup): boolean {
  return isConditionTrue(status.conditions, 'Completed');
}

/** Freed | Ineffective | Refused | …; null while it is open. */
export function completedReason(cleanup: MemoryCleanup): string | null {
  return isCompleted(cleanup) ? (conditionOf(cleanup.status.conditions, 'Completed')?.reason ?? '') : null;
}

/** Newest first. */
export function newestFirst(cleanups: readonly MemoryCleanup[]): MemoryCleanup[] {
  const made = ({ metadata }: MemoryCleanup): string => metadata.creationTimestamp ?? '';
  return [...cleanups].sort((a, b) => {
    if (made(a) !== made(b)) return made(a) < made(b) ? 1 : -1;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
}

export function cleanupTable(cleanups: readonly MemoryCleanup[], options: ViewOptions): string[] {
  const severalNodes = new Set(cleanups.map(({ spec }) => spec.target.node)).size > 1;
  const columns: Column<MemoryCleanup>[] = [
    ...namespaceColumn<MemoryCleanup>(options),
    { title: 'CLEANUP', text: ({ metadata }) => printable(metadata.name) },
    ...(severalNodes
      ? [{ title: 'NODE', text: (one: MemoryCleanup) => printable(one.spec.target.node), least: 8 }]
      : []),
    { title: 'TARGET', text: ({ spec }) => targetName(spec.target), least: 12, cut: cutStart },
    { title: 'AGE', text: ({ metadata }) => age(metadata.creationTimestamp, options.nowMs), align: 'right' },
    { title: 'BEFORE', text: ({ status }) => measured(firstBefore(status.steps)), align: 'right' },
    { title: 'AFTER', text: ({ status }) => measured(lastAfter(status.steps)), align: 'right' },
    ...(options.isWide === true ? WIDE : []),
    { title: 'OUTCOME', text: outcomeInWords, least: 16, wraps: true },
  ];
  return table(cleanups, columns, options.columns);
}

const WIDE: readonly Column<MemoryCleanup>[] = [
  { title: 'ASKED BY', text: ({ status }) => printable(status.requestedBy) },
  { title: 'MODE', text: ({ spec }) => spec.mode },
  { title: 'FINDING', text: ({ spec }) => printable(spec.findingRef?.name ?? '–') },
  { title: 'WORKLOAD', text: ({ spec }) => workloadName(spec.target) },
];

const firstBefore = (steps: readonly CleanupStep[]): Measurement | undefined =>
  steps.find(({ before }) => before !== undefined)?.before;
const lastAfter = (steps: readonly CleanupStep[]): Measurement | undefined =>
  steps.findLast(({ after }) => after !== undefined)?.after;
const measured = (measurement: Measurement | undefined): string =>
  measurement === undefined ? '–' : size(measurement.bytes);

/** "freed 500 MiB", "refused: the process has no handler for the signal", "asked, waiting for the measurement". */
export function outcomeInWords(cleanup: MemoryCleanup): string {
  const completed = completedReason(cleanup);
  if (completed === null) return openInWords(cleanup);
  const { steps, freedBytes } = cleanup.status;
  switch (completed) {
    case 'Freed':
      return `freed ${size(freedBytes)}`;
    case 'Ineffective':
      return `ineffective: ${freedBytes > 0 ? `only ${size(freedBytes)}` : 'nothing'} came back`;
    case 'DryRun':
      return `dry run: would ${steps.length === 1 ? '' : 'first '}${actInWords(cleanup.spec.ladder[0])}`;
    case 'Refused':
    case 'Unknown':
      return `${completed.toLowerCase()}: ${reasonInWords(lastReason(steps))}`;
    default:
      return reasonInWords(completed);
  }
}

function lastReason(steps: readonly CleanupStep[]): string | undefined {
  return steps.findLast(
    ({ state, outcome, reason }) => reason !== undefined && (state !== 'Pending' || outcome !== undefined),
  )?.reason;
}

const OPEN: Readonly<Record<CleanupStep['state'], string>> = {
  Pending: 'waiting',
  Issued: 'ordered, no answer yet',
  Executed: 'asked, to be measured',
  Verified: 'measured',
  Refused: 'refused',
  Unknown: 'unknown',
};

function openInWords({ spec, status }: MemoryCleanup): string {
  if (spec.cancelled === true) return 'being cancelled';
  const step = status.steps.findLast(({ state }) => state !== 'Pending') ?? status.steps[0];
  if (step === undefined) return OPEN.Pending;
  const waits = step.state === 'Pending' ? reasonInWords(step.reason) : '';
  return waits === '' ? OPEN[step.state] : `${OPEN.Pending}: ${waits}`;
}

/** "send SIGUSR2", "POST to its port". */
export function actInWords(step: LadderStep | undefined): string {
  if (step === undefined) return 'nothing';
  if (step.type !== 'Notify') return printable(step.type);
  return step.notify?.transport === 'PodHTTP'
    ? 'POST to its port'
    : `send ${printable(step.notify?.signal ?? 'a signal')}`;
}

export function cleanupInFull(cleanup: MemoryCleanup, options: ViewOptions): string[] {
  const { metadata, spec, status } = cleanup;
  const list: Field[] = [
    ['outcome', outcomeInWords(cleanup)],
    ['', completedMessage(cleanup)],
    ['target', targetInFull(spec.target)],
    ['made', momentAndAge(metadata.creationTimestamp, options.nowMs)],
    ['asked by', askedBy(cleanup)],
    [
      'finding',
      spec.findingRef === undefined ? undefined : `memwarden findings ${printable(spec.findingRef.name)}`,
    ],
    ['mode', `${spec.mode}, priority ${spec.queuePriority}`],
    ['not before', spec.notBefore === undefined ? undefined : momentAndAge(spec.notBefore, options.nowMs)],
    ['deadline', isCompleted(cleanup) ? undefined : momentAndAge(spec.deadline, options.nowMs)],
    ['reason', spec.reason === undefined ? undefined : printable(spec.reason)],
  ];
  const steps = status.steps.flatMap((step) => stepInFull(cleanup, step, options));
  return [printable(metadata.name), ...fields(list, options.columns), ...steps];
}

/** Unless a step says the same. */
function completedMessage({ status }: MemoryCleanup): string | undefined {
  const message = conditionOf(status.conditions, 'Completed')?.message ?? '';
  const isSaid = message === '' || status.steps.some((step) => step.message === message);
  return isSaid ? undefined : printable(message);
}

function askedBy({ spec, status }: MemoryCleanup): string {
  const { policyRef } = spec;
  const who = printable(status.requestedBy);
  return policyRef === undefined
    ? who
    : `policy ${printable(policyRef.name)}, generation ${policyRef.generation}`;
}

function stepInFull(cleanup: MemoryCleanup, step: CleanupStep, { columns }: ViewOptions): string[] {
  const planned = cleanup.spec.ladder[step.index];
  const result = step.state === 'Pending' && isCompleted(cleanup) ? 'not begun' : stepResult(step);
  const title = `step ${step.index + 1}: ${actInWords(planned)}, ${result}`;
  const minFreed =
    planned === undefined
      ? undefined
      : `${printable(String(planned.minFreed))} must come back within ${planned.verifyAfterSeconds} s`;
  const list: Field[] = [
    ['wanted', minFreed],
    ['before', measurement(step.before)],
    ['ordered', step.issuedAt === undefined ? undefined : `${moment(step.issuedAt)}${attempts(step)}`],
    ['done', step.executedAt === undefined ? undefined : moment(step.executedAt)],
    ['after', measurement(step.after)],
    ['why', why(step)],
    ['order', step.orderID === undefined ? undefined : printable(step.orderID)],
  ];
  return ['', title, ...fields(list, columns)];
}

function stepResult({ state, outcome, before, after }: CleanupStep): string {
  if (outcome === undefined) return OPEN[state];
  const bytes =
    (before?.bytes ?? null) === null || (after?.bytes ?? null) === null
      ? null
      : (before?.bytes ?? 0) - (after?.bytes ?? 0);
  return bytes === null ? outcome.toLowerCase() : `${outcome.toLowerCase()}: ${size(bytes)}`;
}

function attempts({ attempt }: CleanupStep): string {
  return attempt === undefined || attempt <= 1 ? '' : `, attempt ${attempt}`;
}

function measurement(one: Measurement | undefined): string | undefined {
  return one === undefined
    ? undefined
    : `${size(one.bytes)} (${one.quality.toLowerCase()}, ${moment(one.takenAt)})`;
}

function why({ reason, message }: CleanupStep): string | undefined {
  if (reason === undefined && message === undefined) return undefined;
  const words = message === undefined || message === '' ? reasonInWords(reason) : printable(message);
  return reason === undefined ? words : `${printable(reason)}: ${words}`;
}
