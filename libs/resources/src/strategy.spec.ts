import { describe, expect, it } from '@jest/globals';
import { chooseStrategy, type Conditions } from './index.js';

const quiet: Conditions = { fullness: 0.1, hasFailed: false, waiting: 1 };

describe('chooseStrategy', () => {
  it.each<[string, Partial<Conditions>, string, string]>([
    ['a few', {}, 'Immediate', 'Quiet'],
    ['one less than a backlog', { waiting: 7 }, 'Immediate', 'Quiet'],
    ['a backlog', { waiting: 8 }, 'Batched', 'Backlog'],
    ['nearly full, and few wait', { fullness: 0.9 }, 'Emergency', 'Pressure'],
    ['nearly full, and many wait', { fullness: 0.95, waiting: 500 }, 'Emergency', 'Pressure'],
    ['just not nearly full', { fullness: 0.899, waiting: 500 }, 'Batched', 'Backlog'],
    ['nothing is taken any more', { hasFailed: true }, 'Emergency', 'Failure'],
    ['failure is said before pressure', { hasFailed: true, fullness: 1 }, 'Emergency', 'Failure'],
  ])('%s', (_, conditions, kind, reason) => {
    expect(chooseStrategy({ ...quiet, ...conditions })).toEqual({ kind, reason });
  });
});
