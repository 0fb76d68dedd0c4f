/*
 * Estimates with their uncertainty. Every source of chance is passed in, so a figure can be computed again.
 */
import { InvalidValue } from '#contracts/errors';

export type Interval = readonly [low: number, high: number];

export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
  /** How many observations it stands on. */
  readonly runs: number;
}

/** Uniform in [0, 1). */
export type Random = () => number;

const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

/** Deterministic chance: mulberry32, a 32-bit generator that passes gjrand; not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @throws {InvalidValue} for no values, or a share outside 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0 || !(share >= 0 && share <= 1))
    throw new InvalidValue(`No ${share} quantile of ${values.length} values.`);
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The statistic of the values, with its 95 % percentile bootstrap interval
 * (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13).
 */
export function bootstrap(
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  random: Random,
): Estimate {
  const resampled = Array.from({ length: RESAMPLES }, () => statistic(resample(values, random)));
  const tail = (1 - CONFIDENCE) / 2;
  return {
    value: statistic(values),
    interval: [quantile(resampled, tail), quantile(resampled, 1 - tail)],
    runs: values.length,
  };
}

function resample<T>(values: readonly T[], random: Random): T[] {
  return values.map(() => values[Math.floor(random() * values.length)] as T);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Least-squares slope. The interval comes from blocks of neighbouring points (moving block bootstrap), because
 * memory over time is no series of independent draws.
 * @throws {InvalidValue} for fewer than two points
 */
export function slope(points: readonly Point[], random: Random): Estimate {
  if (points.length < 2) throw new InvalidValue('A slope needs two points.');
  const block = Math.max(1, Math.round(Math.sqrt(points.length)));
  const fitted = line(points);
  const residuals = points.map(({ x, y }) => y - (fitted.at + fitted.slope * x));
  const slopes = Array.from({ length: RESAMPLES }, () => {
    const noise = blocks(residuals, block, random);
    return line(points.map(({ x }, index) => ({ x, y: fitted.slope * x + (noise[index] ?? 0) }))).slope;
  });
  return {
    value: fitted.slope,
    interval: [quantile(slopes, 0.025), quantile(slopes, 0.975)],
    runs: points.length,
  };
}

function line(points: readonly Point[]): { slope: number; at: number } {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  const together = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const fitted = spread === 0 ? 0 : together / spread;
  return { slope: fitted, at: meanY - fitted * meanX };
}

function blocks(values: readonly number[], length: number, random: Random): number[] {
  const drawn: number[] = [];
  while (drawn.length < values.length) {
    const start = Math.floor(random() * (values.length - length + 1));
    drawn.push(...values.slice(start, start + length));
  }
  return drawn;
}
