import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitParts } from './parts.js';

describe('fitParts', () => {
  it('leaves statistics alone that add up', () => {
    expect(fitParts(10, { anon: 1, shmem: 2, file: 3, kernel: 4 })).toEqual({
      anon: 1,
      shmem: 2,
      file: 3,
      kernel: 4,
    });
  });

  it('gives the kernel what the charge has more: sockets and charges taken ahead', () => {
    expect(fitParts(15, { anon: 1, shmem: 2, file: 3, kernel: 4 }).kernel).toBe(9);
  });

  it('takes from file, then kernel, shmem, anon what the charge has less', () => {
    const statistics = { anon: 10, shmem: 10, file: 10, kernel: 10 };
    expect(fitParts(35, statistics)).toEqual({ anon: 10, shmem: 10, file: 5, kernel: 10 });
    expect(fitParts(25, statistics)).toEqual({ anon: 10, shmem: 10, file: 0, kernel: 5 });
    expect(fitParts(15, statistics)).toEqual({ anon: 10, shmem: 5, file: 0, kernel: 0 });
    expect(fitParts(5, statistics)).toEqual({ anon: 5, shmem: 0, file: 0, kernel: 0 });
  });

  it('adds up to the total without a negative part, whatever the statistics say', () => {
    const any = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
    const statistics = fc.record({ anon: any, shmem: any, file: any, kernel: any });
    fc.assert(
      fc.property(fc.nat(2 ** 30), statistics, (total, given) => {
        const { anon, shmem, file, kernel } = fitParts(total, given);
        expect(anon + shmem + file + kernel).toBe(total);
        expect(Math.min(anon, shmem, file, kernel)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
