import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeLedger } from '#contracts/ledger';
import { bytes, GIB } from '#contracts/units';
import { cgroupRow, ledgerOf } from '../test/objects.js';
import { pressureLevel, raisedPriority, type PressureLevel } from './pressure-level.js';

const LEVELS: readonly PressureLevel[] = ['Normal', 'Elevated', 'High', 'Critical'];
const PRIORITIES = ['Critical', 'High', 'Normal', 'Low'] as const;
const holding = (percent: number, someAvg10: number | null = 0): NodeLedger =>
  ledgerOf([cgroupRow(1, '/a', percent * GIB)], { someAvg10 });

describe('pressureLevel', () => {
  it.each<readonly [number, number, PressureLevel]>([
    [79, 0, 'Normal'],
    [80, 0, 'Elevated'],
    [90, 0, 'High'],
    [95, 0, 'Critical'],
    [10, 9.9, 'Normal'],
    [10, 10, 'Elevated'],
    [10, 20, 'High'],
    [10, 40, 'Critical'],
    [80, 20, 'High'],
  ])('%d %% held and PSI %d: %s', (held, psi, expected) => {
    expect(pressureLevel(null, holding(held, psi))).toBe(expected);
  });

  it('is left five points below where it was reached', () => {
    expect(pressureLevel('High', holding(85))).toBe('High');
    expect(pressureLevel('High', holding(84))).toBe('Elevated');
    expect(pressureLevel('Critical', holding(10, 35))).toBe('Critical');
    expect(pressureLevel('Critical', holding(10, 34.9))).toBe('High');
    expect(pressureLevel('Elevated', holding(74))).toBe('Normal');
  });

  it('a lower level does not make a higher one easier to reach', () => {
    expect(pressureLevel('Elevated', holding(89))).toBe('Elevated');
  });

  it('page cache is no pressure', () => {
    const cache = cgroupRow(1, '/a', 99 * GIB, {
      parts: { anon: bytes(0), shmem: bytes(0), file: bytes(99 * GIB), kernel: bytes(0) },
    });
    expect(pressureLevel(null, ledgerOf([cache]))).toBe('Normal');
  });

  it('a ledger that cannot say keeps the level', () => {
    const silent = { ...holding(10, null), devices: [] };
    expect(pressureLevel('High', silent)).toBe('High');
    expect(pressureLevel(null, silent)).toBe('Normal');
    expect(pressureLevel(null, { ...holding(10, 25), devices: [] })).toBe('High');
    expect(pressureLevel(null, holding(92, null))).toBe('High');
  });

  it('with the same ledger it comes to rest at once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...LEVELS),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        (level, held, psi) => {
          const next = pressureLevel(level, holding(held, psi));
          expect(pressureLevel(next, holding(held, psi))).toBe(next);
        },
      ),
    );
  });
});

describe('raisedPriority', () => {
  it('raises and never lowers', () => {
    for (const level of LEVELS)
      for (const priority of PRIORITIES)
        expect(PRIORITIES.indexOf(raisedPriority(priority, level))).toBeLessThanOrEqual(
          PRIORITIES.indexOf(priority),
        );
  });

  it.each([
    ['Low', 'Normal', 'Low'],
    ['Low', 'Elevated', 'Normal'],
    ['Normal', 'High', 'High'],
    ['Low', 'Critical', 'Critical'],
    ['Critical', 'Normal', 'Critical'],
  ] as const)('%s on a node at %s: %s', (priority, level, expected) => {
    expect(raisedPriority(priority, level)).toBe(expected);
  });
});
