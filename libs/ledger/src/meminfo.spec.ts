import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidValue } from '#contracts/errors';
import { KIB } from '#contracts/units';
import { parseMeminfo } from './meminfo.js';

const TEXT = [
  'MemTotal:       24684092 kB',
  'MemFree:        24094440 kB',
  'Slab:             226824 kB',
  'Balloon:               4 kB',
  'HugePages_Free:        3',
  'Hugepagesize:       2048 kB',
  'Hugetlb:            8192 kB',
  '',
].join('\n');

describe('parseMeminfo', () => {
  it('reads kB as 1024 bytes and counts as counts', () => {
    expect(parseMeminfo(TEXT)).toMatchObject({
      memTotal: 24_684_092 * KIB,
      memFree: 24_094_440 * KIB,
      slab: 226_824 * KIB,
      balloon: 4 * KIB,
      hugePagesFree: 3,
      hugepagesize: 2048 * KIB,
      hugetlb: 8192 * KIB,
    });
  });

  it('says 0 for a field this kernel does not print', () => {
    expect(parseMeminfo(TEXT)).toMatchObject({ secPageTables: 0, zswap: 0, percpu: 0 });
  });

  it.each([
    '',
    'MemTotal: 12 kB\n',
    'MemTotal: 12 kB\nMemFree: many kB\n',
    'MemTotal: 12 kB\nMemFree: 1 MB\n',
  ])('refuses %j: without both totals nothing can be said', (text) => {
    expect(() => parseMeminfo(text)).toThrow(InvalidValue);
  });

  it('does not take a cut-off number for a number', () => {
    expect(() => parseMeminfo('MemTotal: 12 kB\nMemFree: 12')).toThrow(InvalidValue);
  });

  it('takes the first of two equal fields and no number a Bytes cannot hold', () => {
    const text = `MemTotal: 8 kB\nMemTotal: 9 kB\nMemFree: 4 kB\nSlab: 9999999999999999 kB\nPercpu: -4 kB\n`;
    expect(parseMeminfo(text)).toMatchObject({ memTotal: 8 * KIB, slab: 0, percpu: 0 });
  });

  it('answers or refuses any text, and any cut of a good one, with whole numbers', () => {
    const cut = fc.nat(TEXT.length).map((at) => TEXT.slice(0, at));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), cut), (text) => {
        expect(sizesOf(text).every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });
});

/** Empty for a text that is refused as it should be. */
function sizesOf(text: string): number[] {
  try {
    return Object.values(parseMeminfo(text)) as number[];
  } catch (error) {
    if (error instanceof InvalidValue) return [];
    throw error;
  }
}
