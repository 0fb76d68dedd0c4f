import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GIB, KIB, MIB } from '#contracts/units';
import { cell, clockTime, dateTime, exactly, figure, percent, sizeText, span } from './format.js';

describe('numbers as a person reads them', () => {
  it.each([
    [0, '0'],
    [1, '1 B'],
    [KIB, '1 KiB'],
    [MIB, '1 MiB'],
    [1023.6 * MIB, '1.0 GiB'],
    [615 * MIB, '615 MiB'],
    [1142.7 * GIB, '1,142.7 GiB'],
    [-12 * MIB, '\u221212 MiB'],
    [null, 'unknown'],
  ])('%p bytes read as %s', (bytes, text) => {
    expect(sizeText(bytes === null ? null : Math.round(bytes))).toBe(text);
  });

  it('never read as zero when they are not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(figure(bytes).digits).not.toMatch(/^[0.,]+$/);
        expect(cell(bytes, 'GiB')).not.toMatch(/^[0.,]+$/);
        expect(cell(bytes, 'MiB')).not.toMatch(/^[0.,]+$/);
      }),
    );
  });

  it('are exact where that is asked for', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (bytes) => {
        expect(Number(exactly(bytes).replaceAll(',', '').replace('\u2212', '-'))).toBe(bytes);
      }),
    );
  });

  it.each([
    [1_800, '1.8 s'],
    [41_000, '41 s'],
    [119_600, '2 min'],
    [8_280_000, '2 h 18 min'],
    [273_600_000, '3 d 4 h'],
    [-5, '0.0 s'],
  ])('%i ms last %s', (ms, text) => expect(span(ms)).toBe(text));

  it('say times in UTC, and a word for what is no time', () => {
    expect(clockTime(Date.UTC(2026, 10, 21, 11, 2, 5))).toBe('11:02:05 UTC');
    expect(dateTime(Date.UTC(2026, 10, 21, 11, 2, 5))).toBe('2026-11-21 11:02 UTC');
    expect([clockTime(NaN), dateTime(1e300)]).toEqual(['unknown', 'unknown']);
  });

  it('say shares', () => {
    expect([percent(0.0001), percent(0.021), percent(0.904)]).toEqual(['< 0.1 %', '2.1 %', '90 %']);
  });
});
