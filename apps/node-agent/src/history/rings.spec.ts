import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FLOATS_PER_SERIES, LEVELS } from './levels.js';
import { Rings } from './rings.js';

const START = 1_700_000_000_000 - (1_700_000_000_000 % 7_200_000);
const fresh = (): Rings => {
  const rings = new Rings(new Float32Array(FLOATS_PER_SERIES));
  rings.clear();
  return rings;
};

describe('Rings', () => {
  it('keeps min, mean and max of each block', () => {
    const rings = fresh();
    for (const [i, value] of [8, 2, 5].entries()) rings.record(START + i * 1000, value);
    expect(rings.read(START, START + 5000)).toEqual([
      { startMs: START, endMs: START + 5000, min: 2, mean: 5, max: 8 },
    ]);
  });

  it('has no block where nothing was recorded', () => {
    const rings = fresh();
    rings.record(START, 1);
    rings.record(START + 20_000, 2);
    expect(rings.read(START, START + 60_000).map((block) => block.startMs - START)).toEqual([0, 20_000]);
  });

  it('forgets the oldest at each level and reaches back 14 days at the coarsest', () => {
    const rings = fresh();
    const days = 15 * 24 * 3600;
    for (let s = 0; s < days; s += 60) rings.record(START + s * 1000, s);
    const end = START + days * 1000;
    const coarse = rings.read(end - 14 * 24 * 3600_000 + 7_200_000, end);
    expect(coarse).toHaveLength(167);
    expect(coarse[0]).toMatchObject({ endMs: (coarse[0]?.startMs ?? 0) + 7_200_000 });
    expect(rings.read(0, end)).toHaveLength(168);
  });

  it('answers with the finest level that reaches back far enough', () => {
    const rings = fresh();
    for (let s = 0; s < 3 * 3600; s += 5) rings.record(START + s * 1000, s);
    const now = START + 3 * 3600_000 - 5000;
    const lengthAt = (backMs: number): number => {
      const [block] = rings.read(now - backMs, now + 1);
      return (block?.endMs ?? 0) - (block?.startMs ?? 0);
    };
    expect([5 * 60_000, 60 * 60_000, 150 * 60_000].map(lengthAt)).toEqual([5000, 60_000, 600_000]);
  });

  it('forgets what a clock that was ahead wrote after the present, and goes on', () => {
    const rings = fresh();
    for (let s = 0; s < 3600; s += 5) rings.record(START + s * 1000, 10);
    rings.record(START + 3300_000, 20); // set back by five minutes
    rings.record(START + 3305_000, 20);
    const blocks = rings.read(START + 3290_000, START + 7200_000);
    expect(blocks.map(({ startMs, max }) => [startMs - START, max])).toEqual([
      [3290_000, 10],
      [3295_000, 10],
      [3300_000, 20],
      [3305_000, 20],
    ]);
  });

  it('gives a block that it stepped back into the weight of one value', () => {
    const rings = fresh();
    rings.record(START, 10);
    for (let i = 0; i < 9; i += 1) rings.record(START + 5000 + i, 10);
    rings.record(START + 1, 20);
    expect(rings.read(START, START + 5000)[0]).toMatchObject({ min: 10, mean: 15, max: 20 });
  });

  it('ends before the end that was asked for', () => {
    const rings = fresh();
    for (let i = 0; i < 3; i += 1) rings.record(START + i * 5000, i);
    const starts = (toMs: number): number[] => rings.read(START, toMs).map(({ startMs }) => startMs - START);
    expect(starts(START + 5000)).toEqual([0]);
    expect(starts(START + 5001)).toEqual([0, 5000]);
  });

  it('does not take for the past what a clock that was ahead left in the ring', () => {
    const rings = fresh();
    for (let s = 0; s < 600; s += 5) rings.record(START + s * 1000, s < 300 ? 10 : 99);
    rings.record(START + 299_000, 10);
    const seen = rings.read(START - 290_000, START + 600_000);
    expect(seen.map((block) => block.max)).toEqual(Array.from({ length: 60 }, () => 10));
  });

  it('is exact for whole pages up to 64 GiB, and below zero', () => {
    const rings = fresh();
    const value = 64 * 1024 ** 3 - 4096;
    rings.record(START, value);
    rings.record(START + 5000, -4096);
    expect(rings.read(START, START + 10_000).map((block) => block.mean)).toEqual([value, -4096]);
  });

  it('never overlaps, never reaches past the last value, and keeps min ≤ mean ≤ max, whatever the clock does', () => {
    const steps = fc.array(
      fc.tuple(fc.integer({ min: -20_000_000, max: 20_000_000 }), fc.integer({ min: -1000, max: 1000 })),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(steps, fc.constantFrom(...LEVELS), (moves, level) => {
        const rings = fresh();
        let at = START;
        for (const [move, value] of moves) rings.record((at = Math.max(0, at + move)), value);
        const blocks = rings.read(at - level.blockMs * (level.blocks - 1), Number.MAX_SAFE_INTEGER);
        let end = 0;
        for (const block of blocks) {
          expect(block.startMs).toBeGreaterThanOrEqual(end);
          expect(block.startMs).toBeLessThanOrEqual(at);
          expect(block.min).toBeLessThanOrEqual(block.mean);
          expect(block.mean).toBeLessThanOrEqual(block.max);
          end = block.endMs;
        }
        expect(blocks.at(-1)?.endMs).toBeGreaterThan(at);
      }),
    );
  });

  it('gives the mean of all values of a block', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 300 }), (values) => {
        const rings = fresh();
        for (const [i, value] of values.entries()) rings.record(START + i, value);
        const [block] = rings.read(START, START + 5000);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(Math.abs((block?.mean ?? 0) - mean)).toBeLessThan(1);
        expect(block?.min).toBe(Math.min(...values));
      }),
    );
  });
});
