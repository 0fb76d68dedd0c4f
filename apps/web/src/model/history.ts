/*
 * History as columns to draw. A gap stays a gap: where blocks do not touch, a point without a value stands between them.
 */
import type { Block } from '#contracts/series';

export type Range = '10m' | '2h' | '24h' | '7d';

export interface RangeSpec {
  readonly ms: number;
  readonly label: string;
  /** How old the drawn history may get before it is asked for again. */
  readonly refreshMs: number;
}

export const RANGES: Readonly<Record<Range, RangeSpec>> = {
  '10m': { ms: 600_000, label: '10 min', refreshMs: 4_000 },
  '2h': { ms: 7_200_000, label: '2 h', refreshMs: 15_000 },
  '24h': { ms: 86_400_000, label: '24 h', refreshMs: 60_000 },
  '7d': { ms: 604_800_000, label: '7 d', refreshMs: 300_000 },
};

export const RANGE_NAMES: readonly Range[] = ['10m', '2h', '24h', '7d'];

type Points = (number | null)[];

export interface HistoryColumns {
  /** Seconds since 1970, ascending. */
  readonly times: number[];
  readonly max: Points;
  readonly mean: Points;
  readonly min: Points;
}

/** Blocks further apart than this many of their own lengths are not joined by a line. */
const TOUCHING = 1.5;

export function historyColumns(blocks: readonly Block[]): HistoryColumns {
  const columns = { times: [] as number[], max: [] as Points, mean: [] as Points, min: [] as Points };
  let before: Block | null = null;
  for (const block of blocks.toSorted((a, b) => a.startMs - b.startMs)) {
    if (before !== null && isGap(before, block))
      push(columns, (before.endMs + block.startMs) / 2, { min: null, mean: null, max: null });
    push(columns, (block.startMs + block.endMs) / 2, block);
    before = block;
  }
  return columns;
}

function push(
  columns: { times: number[]; max: Points; mean: Points; min: Points },
  atMs: number,
  point: { min: number | null; mean: number | null; max: number | null },
): void {
  columns.times.push(atMs / 1000);
  columns.max.push(point.max);
  columns.mean.push(point.mean);
  columns.min.push(point.min);
}

function isGap(before: Block, after: Block): boolean {
  const length = Math.max(before.endMs - before.startMs, after.endMs - after.startMs);
  return after.startMs - before.endMs > length * (TOUCHING - 1) + 1;
}

/** In one sentence for those who do not see the picture; null where there is nothing. */
export function extremes(blocks: readonly Block[]): { min: number; max: number; last: number } | null {
  const last = blocks.at(-1);
  if (last === undefined) return null;
  return {
    min: blocks.reduce((least, block) => Math.min(least, block.min), Infinity),
    max: blocks.reduce((most, block) => Math.max(most, block.max), -Infinity),
    last: last.mean,
  };
}

/**
 * The history of several rows together, block by block. Where a row has no block it was not there, or it is a gap of all.
 * Means add up; the sums of minima and maxima are outer bounds, since rows need not peak together. Blocks of another
 * length than the finest are left out: they are of another resolution.
 */
export function summedBlocks(histories: readonly (readonly Block[])[]): readonly Block[] {
  const blocks = histories.flat();
  const lengthMs = blocks.reduce((least, block) => Math.min(least, block.endMs - block.startMs), Infinity);
  const sums = new Map<number, Block>();
  for (const block of blocks) {
    if (block.endMs - block.startMs !== lengthMs) continue;
    const { min = 0, mean = 0, max = 0 } = sums.get(block.startMs) ?? {};
    sums.set(block.startMs, {
      ...block,
      min: min + block.min,
      mean: mean + block.mean,
      max: max + block.max,
    });
  }
  return [...sums.values()].toSorted((a, b) => a.startMs - b.startMs);
}
