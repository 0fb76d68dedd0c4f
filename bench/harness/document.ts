/*
 * What a suite hands back, and the verdict on it. A goal is judged by the value; the interval stands beside it.
 */
import type { Machine } from './machine.js';
import type { Estimate, Interval, Random } from './statistics.js';
import type { Workspace } from './workspace.js';

export type Better = 'lower' | 'higher';

export interface Result {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  readonly better: Better;
  readonly goal?: number;
  readonly interval: Interval;
  readonly runs: number;
  readonly verdict?: 'met' | 'missed' | 'disputed';
  /** What the reader must know to read the value: a shortened run, a figure of another machine. */
  readonly note?: string;
}

export interface SuiteResults {
  readonly results: readonly Result[];
  /** Figures of this suite that this run did not take, and why. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

export interface BenchDocument extends SuiteResults {
  readonly suite: string;
  readonly machine: Machine;
}

export interface SuiteRun {
  readonly workspace: Workspace;
  /** Fewer and shorter runs; figures that then say nothing are left out or carry no verdict. */
  readonly quick: boolean;
  readonly random: Random;
}

export type Suite = (run: SuiteRun) => Promise<SuiteResults>;

export interface Figure {
  readonly name: string;
  readonly metric: string;
  readonly unit: string;
  readonly better: Better;
  readonly goal?: number;
  /** Set where the run was too short for a verdict. */
  readonly note?: string;
  readonly withoutVerdict?: boolean;
  readonly dispute?: Dispute;
}

/** A goal that is said to be out of reach. It holds only where the bound, measured by the same run, is beyond the goal. */
export interface Dispute {
  /** The record under docs/decisions that shows it. */
  readonly decision: string;
  /** What nothing that keeps the product's promises can be better than, on this machine. */
  readonly bound: number;
}

export function result(
  { withoutVerdict, dispute, ...figure }: Figure,
  { value, interval, runs }: Estimate,
): Result {
  const row = { ...figure, value, interval, runs };
  if (figure.goal === undefined || withoutVerdict === true) return row;
  if (isAsGood(figure, value, figure.goal)) return { ...row, verdict: 'met' };
  if (dispute === undefined || isAsGood(figure, dispute.bound, figure.goal))
    return { ...row, verdict: 'missed' };
  const bound = `${figure.better === 'lower' ? 'not below' : 'not above'} ${short(dispute.bound)} ${figure.unit} here, docs/decisions/${dispute.decision}`;
  return { ...row, verdict: 'disputed', note: [figure.note, bound].filter(Boolean).join('; ') };
}

function isAsGood({ better }: Pick<Figure, 'better'>, value: number, goal: number): boolean {
  return better === 'lower' ? value <= goal : value >= goal;
}

/** A value that is counted or read once and has no spread of its own. */
export function exact(value: number, runs = 1): Estimate {
  return { value, interval: [value, value], runs };
}

/** For people: one line a result, aligned. */
export function table({ results, leftOut, machine }: BenchDocument): string {
  const rows = results.map((row) => [
    row.name,
    row.metric,
    `${short(row.value)} ${row.unit}`,
    `[${short(row.interval[0])}, ${short(row.interval[1])}] n=${row.runs}`,
    row.goal === undefined ? '' : `${row.better === 'lower' ? '≤' : '≥'} ${short(row.goal)}`,
    [row.verdict ?? 'stated', row.note].filter((text) => text !== undefined).join(': '),
  ]);
  const head = ['name', 'metric', 'value', '95 % interval', 'goal', 'verdict'];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const missing = leftOut.map(({ name, why }) => `${name}: left out, ${why}`);
  const load = machine.busy ? [`The machine was busy before the start: load ${short(machine.load)}.`] : [];
  return [...lines, ...missing, ...load, ''].join('\n');
}

function short(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}
