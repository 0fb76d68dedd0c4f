/*
 * The blocks of one series: a ring per level, over floats that its owner lends it.
 * A block's place is its time divided by the level's block length, modulo the ring; `newest` is the number of the
 * newest one, so a place needs no time stamp. A block without a value is NaN: a gap, never a zero.
 * Time may step back (a clock was set): the blocks after it were labelled by a wrong clock and are forgotten, at
 * each level those later than the present block. So blocks never overlap and never lie in the future of the last value.
 */
import type { TimeRange } from '#contracts/report';
import type { Block } from '#contracts/series';
import { FLOATS_PER_BLOCK, LEVELS, type Level } from './levels.js';

interface Head {
  /** Number of the newest block since 1970; -1: none yet. */
  newest: number;
  /** Values in the newest block. */
  count: number;
}

interface PlacedLevel extends Level {
  /** First float of the level. */
  readonly offset: number;
}

const PLACED_LEVELS: readonly PlacedLevel[] = LEVELS.map((level, i) => ({
  ...level,
  offset: LEVELS.slice(0, i).reduce((sum, before) => sum + before.blocks, 0) * FLOATS_PER_BLOCK,
}));

export class Rings {
  readonly heads: readonly Head[] = PLACED_LEVELS.map(() => ({ newest: -1, count: 0 }));

  /** @param floats FLOATS_PER_SERIES of them, for this series alone */
  constructor(private readonly floats: Float32Array) {}

  /** Forgets whatever the floats held before. */
  clear(): void {
    this.floats.fill(Number.NaN);
    for (const head of this.heads) {
      head.newest = -1;
      head.count = 0;
    }
  }

  record(atMs: number, value: number): void {
    for (const [i, level] of PLACED_LEVELS.entries()) {
      const head = this.heads[i];
      if (head !== undefined) this.recordIn(level, head, { number: Math.floor(atMs / level.blockMs), value });
    }
  }

  /** The blocks of one level, oldest first: the finest that reaches back to `fromMs`, else the coarsest. */
  read(fromMs: number, toMs: number): Block[] {
    const reaching = PLACED_LEVELS.findIndex((level, i) => this.oldestMs(level, i) <= fromMs);
    const chosen = reaching < 0 ? PLACED_LEVELS.length - 1 : reaching;
    const level = PLACED_LEVELS[chosen];
    const newest = this.heads[chosen]?.newest ?? -1;
    return level === undefined || newest < 0 ? [] : this.blocksOf(level, newest, { fromMs, toMs });
  }

  private oldestMs(level: Level, i: number): number {
    return ((this.heads[i]?.newest ?? -1) - level.blocks + 1) * level.blockMs;
  }

  private recordIn(level: PlacedLevel, head: Head, sample: { number: number; value: number }): void {
    if (sample.number !== head.newest) this.moveHead(level, head, sample.number);
    const { floats } = this;
    const at = placeOf(level, sample.number);
    const mean = floats[at + 1] ?? Number.NaN;
    if (Number.isNaN(mean)) {
      floats.fill(sample.value, at, at + FLOATS_PER_BLOCK);
      head.count = 1;
      return;
    }
    head.count += 1;
    floats[at] = Math.min(floats[at] ?? sample.value, sample.value);
    floats[at + 1] = mean + (sample.value - mean) / head.count;
    floats[at + 2] = Math.max(floats[at + 2] ?? sample.value, sample.value);
  }

  /** Forward: what is skipped is a gap. Back: what came after is forgotten; the present block goes on. */
  private moveHead(level: PlacedLevel, head: Head, number: number): void {
    if (head.newest >= 0) {
      const from = Math.min(number, head.newest) + 1;
      const to = Math.max(number, head.newest);
      const cleared = Math.min(level.blocks, to - from + 1);
      for (let i = 0; i < cleared; i += 1) this.clearBlock(level, to - i);
    }
    head.newest = number;
    head.count = 1; // of a block stepped back into: its mean stands for one value
  }

  private clearBlock(level: PlacedLevel, number: number): void {
    const at = placeOf(level, number);
    this.floats.fill(Number.NaN, at, at + FLOATS_PER_BLOCK);
  }

  private blocksOf(level: PlacedLevel, newest: number, range: TimeRange): Block[] {
    const first = Math.max(newest - level.blocks + 1, Math.floor(range.fromMs / level.blockMs));
    const last = Math.min(newest, Math.ceil(range.toMs / level.blockMs) - 1);
    const blocks: Block[] = [];
    for (let number = first; number <= last; number += 1) {
      const at = placeOf(level, number);
      const [min, mean, max] = this.floats.subarray(at, at + FLOATS_PER_BLOCK);
      if (min === undefined || mean === undefined || max === undefined || Number.isNaN(mean)) continue;
      const startMs = number * level.blockMs;
      blocks.push({ startMs, endMs: startMs + level.blockMs, min, mean, max });
    }
    return blocks;
  }
}

function placeOf(level: PlacedLevel, number: number): number {
  // A first block may be asked for before 1970 + the ring's length; the remainder must not be negative.
  const place = ((number % level.blocks) + level.blocks) % level.blocks;
  return level.offset + place * FLOATS_PER_BLOCK;
}
