import { InvalidValue } from '#contracts/errors';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bootstrap, median, quantile, seededRandom, slope } from './statistics.js';

/** Twelve uniform draws minus six: mean 0, variance 1. */
const normal = (random: () => number): number =>
  Array.from({ length: 12 }, random).reduce((sum, draw) => sum + draw, -6);

describe('seededRandom', () => {
  it('repeats itself and stays within [0, 1)', () => {
    const draws = Array.from({ length: 1000 }, seededRandom(7));
    expect(draws).toEqual(Array.from({ length: 1000 }, seededRandom(7)));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(new Set(draws).size).toBeGreaterThan(990);
  });
});

describe('quantile', () => {
  it('is the smallest, the middle and the largest value', () => {
    expect([0, 0.5, 1].map((share) => quantile([5, 1, 3], share))).toEqual([1, 3, 5]);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('lies within the values and never falls with the share', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const found = quantile(values, share);
          expect(found).toBeGreaterThanOrEqual(Math.min(...values));
          expect(found).toBeLessThanOrEqual(Math.max(...values));
          expect(quantile(values, 1)).toBeGreaterThanOrEqual(found);
        },
      ),
    );
  });

  it('refuses what has no answer', () => {
    expect(() => quantile([], 0.5)).toThrow(InvalidValue);
    expect(() => quantile([1], Number.NaN)).toThrow(InvalidValue);
  });
});

describe('bootstrap', () => {
  it('covers the truth about as often as it says', () => {
    const random = seededRandom(1);
    const covered = Array.from({ length: 100 }, () => {
      const sample = Array.from({ length: 15 }, () => 10 + normal(random));
      const { interval } = bootstrap(sample, median, random);
      return interval[0] <= 10 && 10 <= interval[1];
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThan(84);
    expect(covered).toBeLessThan(100);
  }, 30_000);

  it('gives a constant no width', () => {
    expect(bootstrap([3, 3, 3], median, seededRandom(1))).toEqual({ value: 3, interval: [3, 3], runs: 3 });
  });
});

describe('slope', () => {
  it('finds a planted leak and its uncertainty', () => {
    const random = seededRandom(2);
    const points = Array.from({ length: 120 }, (_, x) => ({ x, y: 90 + 0.25 * x + normal(random) }));
    const found = slope(points, random);
    expect(found.value).toBeCloseTo(0.25, 1);
    expect(found.interval[0]).toBeLessThan(0.25);
    expect(found.interval[1]).toBeGreaterThan(0.25);
    expect(found.interval[0]).toBeGreaterThan(0.2);
  });

  it('takes slow wandering for what it is, not for certainty', () => {
    const random = seededRandom(3);
    let level = 0;
    const points = Array.from({ length: 120 }, (_, x) => {
      level = 0.9 * level + normal(random);
      return { x, y: level };
    });
    const { interval } = slope(points, random);
    expect(interval[0]).toBeLessThan(0);
    expect(interval[1]).toBeGreaterThan(0);
  });

  it('refuses a single point', () => {
    expect(() => slope([{ x: 0, y: 0 }], seededRandom(1))).toThrow(InvalidValue);
  });
});
