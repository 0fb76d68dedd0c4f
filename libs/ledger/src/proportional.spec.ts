import { describe, expect, it } from '@jest/globals';
import type { ProcessReading, ProportionalReading } from '#contracts/reading';
import { bytes, MIB } from '#contracts/units';
import { cgroupOf, mib, processOf, readingOf } from '../test/readings.js';
import { ProportionalPlan, wantsProportional } from './proportional.js';

const forks = (count: number, rss = 10): ProcessReading[] =>
  Array.from({ length: count }, (_, i) => processOf(i + 1, '/a', { rssAnon: mib(rss) }));
const half = (processes: readonly ProcessReading[]): Map<string, ProportionalReading> =>
  new Map(
    processes.map((p) => [
      `${p.pid}:${p.startTimeTicks}`,
      { pssAnon: bytes(p.rssAnon / 2), pssShmem: bytes(0) },
    ]),
  );

describe('wantsProportional', () => {
  it('asks for the processes of cgroups that share, of no others', () => {
    const reading = readingOf({
      cgroups: [
        cgroupOf('/', { usage: null, anon: mib(31) }),
        cgroupOf('/a', { usage: mib(11), anon: mib(11) }),
        cgroupOf('/b', { usage: mib(20), anon: mib(20) }),
      ],
      processes: [...forks(2), processOf(9, '/b', { rssAnon: mib(20) })],
    });
    expect(wantsProportional(reading).map((process) => process.pid)).toEqual([1, 2]);
  });

  it('asks within the root as well', () => {
    const cgroups = [cgroupOf('/', { usage: null, anon: mib(11) })];
    const processes = forks(2).map((process) => ({ ...process, cgroup: '/' }));
    expect(wantsProportional(readingOf({ cgroups, processes }))).toHaveLength(2);
    expect(wantsProportional(readingOf({ cgroups: [], processes }))).toEqual([]);
  });
});

describe('ProportionalPlan', () => {
  it('reads at most its budget a pass and gets round to everybody', () => {
    const plan = new ProportionalPlan(100);
    const wanted = forks(5000);
    const seen = new Set<number>();
    for (let pass = 0; pass < 50; pass += 1) {
      const asked = plan.next(wanted);
      expect(asked).toHaveLength(100);
      for (const { pid } of asked) seen.add(pid);
    }
    expect(seen.size).toBe(5000);
  });

  it('reads the largest first of those who wait equally long', () => {
    const wanted = forks(3, 10).map((process, i) => ({ ...process, rssAnon: bytes([10, 30, 20][i]! * MIB) }));
    const plan = new ProportionalPlan(1);
    expect([1, 2, 3, 4].map(() => plan.next(wanted)[0]?.pid)).toEqual([2, 3, 1, 2]);
  });

  it('is not held up by processes that never answer', () => {
    const plan = new ProportionalPlan(1);
    const wanted = forks(2);
    const asked = [1, 2, 3, 4].map(() => {
      const now = plan.next(wanted).map(({ pid }) => pid);
      plan.complete(wanted, new Map());
      return now[0];
    });
    expect(asked).toEqual([1, 2, 1, 2]);
  });

  it('applies the last ratio to what a process has now', () => {
    const plan = new ProportionalPlan(2);
    plan.next(forks(2));
    plan.complete(forks(2), half(forks(2)));
    const grown = forks(2, 30);
    plan.next(grown);
    expect(plan.complete(grown, new Map()).get('1:101')).toEqual({ pssAnon: 15 * MIB, pssShmem: 0 });
  });

  it('forgets whoever asks no more', () => {
    const plan = new ProportionalPlan(2);
    plan.next(forks(2));
    plan.complete(forks(2), half(forks(2)));
    plan.next([]);
    plan.next(forks(2));
    expect(plan.complete(forks(2), new Map()).size).toBe(0);
  });
});
