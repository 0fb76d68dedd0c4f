import { describe, expect, it } from '@jest/globals';
import { extremes, historyColumns, summedBlocks } from './history.js';

const block = (startMs: number, value: number, lengthMs = 10) => ({
  startMs,
  endMs: startMs + lengthMs,
  min: value - 1,
  mean: value,
  max: value + 1,
});

describe('history as columns', () => {
  it('joins blocks that touch', () => {
    expect(historyColumns([block(0, 5), block(10, 6)])).toEqual({
      times: [0.005, 0.015],
      max: [6, 7],
      mean: [5, 6],
      min: [4, 5],
    });
  });

  it('keeps a gap a gap, never a zero', () => {
    expect(historyColumns([block(0, 5), block(50, 6)]).mean).toEqual([5, null, 6]);
  });

  it('has ascending times whatever the order of the blocks', () => {
    const { times } = historyColumns([block(30, 1), block(0, 1), block(90, 1)]);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('knows its extremes, and that there may be none', () => {
    expect(extremes([block(0, 5), block(10, 3)])).toEqual({ min: 2, max: 6, last: 3 });
    expect(extremes([])).toBeNull();
  });
});

describe('the history of several rows together', () => {
  it('adds up block by block, and keeps the gaps of all', () => {
    const sum = summedBlocks([
      [block(0, 5), block(50, 6)],
      [block(50, 10), block(60, 1)],
    ]);
    expect(sum.map(({ startMs, min, mean, max }) => [startMs, min, mean, max])).toEqual([
      [0, 4, 5, 6],
      [50, 14, 16, 18],
      [60, 0, 1, 2],
    ]);
  });

  it('adds nothing of another resolution', () => {
    expect(summedBlocks([[block(0, 5)], [block(0, 900, 60)]])).toEqual([block(0, 5)]);
    expect(summedBlocks([])).toEqual([]);
  });
});
