import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePressure } from './pressure.js';
import { parseOomKills } from './vmstat.js';
import { parsePerCpuFreePages } from './zoneinfo.js';

const zone = (name: string, counts: readonly number[]): string =>
  [
    `Node 0, zone ${name}`,
    '  per-node stats',
    '      nr_inactive_anon 2001',
    '      count:    777', // no per-CPU list: outside "pagesets"
    '  pages free     3840',
    '  pagesets',
    ...counts.flatMap((count, cpu) => [
      `    cpu: ${cpu}`,
      `              count:    ${count}`,
      '              high:     14',
      '              high_min: 25',
      '  vm stats threshold: 4',
    ]),
    '  node_unreclaimable:  0',
    '  start_pfn:           1',
    '',
  ].join('\n');

describe('parsePerCpuFreePages', () => {
  it('adds the counts inside the pagesets of every zone, and no other count', () => {
    expect(parsePerCpuFreePages(zone('DMA', [0, 3]) + zone('Normal', [40, 500]))).toBe(543);
  });

  it('is the sum of its zones, however many', () => {
    const counts = fc.array(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 8 }), { maxLength: 8 });
    fc.assert(
      fc.property(counts, (zones) => {
        const text = zones.map((each, i) => zone(`Z${i}`, each)).join('');
        expect(parsePerCpuFreePages(text)).toBe(zones.flat().reduce((sum, count) => sum + count, 0));
      }),
    );
  });

  it('reads 2 MB of a large machine in one walk', () => {
    const text = zone(
      'Normal',
      Array.from({ length: 16_384 }, () => 2),
    );
    expect(text.length).toBeGreaterThan(1_900_000);
    expect(parsePerCpuFreePages(text)).toBe(32_768);
  });

  it.each(['', 'pagesets', 'Node 0, zone X\n  pagesets\n    cpu: 0\n              count:    12'])(
    'finds nothing whole in %j',
    (text) => {
      expect(parsePerCpuFreePages(text)).toBe(0);
    },
  );
});

describe('parseOomKills', () => {
  it('finds the line and not its namesakes', () => {
    expect(parseOomKills('oom_kill_other 5\nnr_oom_kill 7\noom_kill 2\n')).toBe(2);
  });

  it.each([
    '',
    'pgfault 1\n',
    'oom_kill\n',
    'oom_kill -1\n',
    'oom_kill 1',
    'oom_kill 99999999999999999999\n',
  ])('says null for %j', (text) => {
    expect(parseOomKills(text)).toBeNull();
  });
});

describe('parsePressure', () => {
  const some = 'some avg10=1.50 avg60=0.20 avg300=0.00 total=1234\n';
  const full = 'full avg10=0.25 avg60=0.10 avg300=0.00 total=99\n';

  it('reads both lines', () => {
    expect(parsePressure(some + full)).toEqual({
      someAvg10: 1.5,
      someTotalMicroseconds: 1234,
      fullAvg10: 0.25,
      fullTotalMicroseconds: 99,
    });
  });

  it.each([some, full, '', `${some}full avg10=0.2`, some.replace('1.50', 'NaN') + full])(
    'says null for %j',
    (text) => {
      expect(parsePressure(text)).toBeNull();
    },
  );
});

describe('every parser', () => {
  it('answers any text with a whole number or null', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Number.isSafeInteger(parsePerCpuFreePages(text))).toBe(true);
        expect(Number.isSafeInteger(parseOomKills(text) ?? 0)).toBe(true);
        expect(parsePressure(text)).toBeNull();
      }),
    );
  });
});
