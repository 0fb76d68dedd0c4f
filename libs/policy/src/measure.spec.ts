import { describe, expect, it } from '@jest/globals';
import { rfc3339, type Measurement } from '#api';
import { GIB, MIB } from '#contracts/units';
import { cgroupRow, ledgerOf, NOW, processRow, targetFor } from '../test/objects.js';
import { measure, verdictOf } from './measure.js';

describe('measure', () => {
  it('is what the finding is about, by the clock of the node', () => {
    expect(measure(ledgerOf([processRow(7, GIB)], { takenAtMs: NOW + 5 }), targetFor())).toEqual({
      bytes: GIB,
      quality: 'Measured',
      takenAt: rfc3339(NOW + 5),
    });
    const target = { ...targetFor(), holder: 'cgroup:1:/a' };
    expect(measure(ledgerOf([cgroupRow(1, '/a', GIB), cgroupRow(2, '/a/b', MIB)]), target)).toMatchObject({
      bytes: GIB + MIB,
    });
  });

  it('needs no limit, and not the size of the machine', () => {
    expect(measure(ledgerOf([processRow(7, GIB)], { totalBytes: null }), targetFor())).toMatchObject({
      bytes: GIB,
    });
  });

  it('TargetGone: another boot, another incarnation, or not in a ledger that shows all', () => {
    expect(measure(ledgerOf([processRow(7, GIB)], { bootId: 'boot-2' }), targetFor())).toBe('TargetGone');
    expect(measure(ledgerOf([processRow(7, GIB, { id: 'process:7:71' })]), targetFor())).toBe('TargetGone');
    expect(measure(ledgerOf([]), targetFor())).toBe('TargetGone');
  });

  it('null: nobody can say', () => {
    expect(measure(ledgerOf([], { unknownHolders: 2 }), targetFor())).toBeNull();
    expect(measure(ledgerOf([processRow(7, GIB, { quality: 'unknown' })]), targetFor())).toBeNull();
    expect(measure({ ...ledgerOf([]), devices: [] }, targetFor())).toBeNull();
    expect(measure(ledgerOf([processRow(7, GIB)]), targetFor(7, { device: 'GPU-1' }))).toBeNull();
  });
});

describe('verdictOf', () => {
  const holding = (bytes: number | null): Measurement => ({
    bytes,
    quality: 'Measured',
    takenAt: rfc3339(NOW),
  });

  it.each([
    [5 * GIB, 4 * GIB, '1Gi', 'Freed'],
    [5 * GIB, 4 * GIB + 1, '1Gi', 'Ineffective'],
    [5 * GIB, 6 * GIB, '1Gi', 'Ineffective'],
    [5 * GIB, 5 * GIB, 1, 'Ineffective'],
    [null, 4 * GIB, '1Gi', 'Unknown'],
    [5 * GIB, null, '1Gi', 'Unknown'],
  ])('%p before, %p after, %p wanted: %s', (before, after, wanted, expected) => {
    expect(verdictOf(holding(before), holding(after), wanted)).toBe(expected);
  });
});
