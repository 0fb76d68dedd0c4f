import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Stalled } from '#contracts/errors';
import type { CgroupReading, HostReading, Meminfo } from '#contracts/reading';
import { bytes, GIB } from '#contracts/units';
import { FakeClock, FakeLink } from '../../test/fakes.js';
import { PodBook } from '../attribute/pod-book.js';
import { OwnCost } from '../health/own-cost.js';
import { HistoryKeeper } from '../history/history-keeper.js';
import type { HostSensor, Sensed } from '../sense/host-sensor.js';
import { inSlices } from './in-slices.js';
import { Sampler } from './sampler.js';
import { nextTick, Scheduler } from './scheduler.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'memwarden-pipeline-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const reading = (takenAtMs: number): HostReading => ({
  takenAtMs,
  bootId: 'b1',
  cpus: 1,
  cgroupVersion: 2,
  hugetlbIsCharged: false,
  memFreeBefore: bytes(GIB),
  perCpuFreeBefore: bytes(0),
  meminfo: { memTotal: bytes(2 * GIB), memFree: bytes(GIB), ...zeroMeminfo() } as Meminfo,
  perCpuFree: bytes(0),
  otherHugetlbFree: bytes(0),
  cgroups: [
    { path: '/', inode: 1, anon: 0, file: 0, shmem: 0, kernel: 0, own: null, usage: null },
  ] as unknown as CgroupReading[],
  processes: [],
  skipped: { processes: 0, cgroups: 0 },
  seesAllProcesses: true,
  proportional: new Map(),
  oomKills: 4,
  pressure: { someAvg10: 1, someTotalMicroseconds: 2, fullAvg10: 0.5, fullTotalMicroseconds: 1 },
});

function zeroMeminfo(): Partial<Meminfo> {
  const names = [
    'slab',
    'vmallocUsed',
    'kernelStack',
    'pageTables',
    'secPageTables',
    'percpu',
    'zswap',
    'balloon',
    'hugetlb',
    'hugePagesFree',
    'hugepagesize',
  ];
  return Object.fromEntries(names.map((name) => [name, 0]));
}

function sampler(sense: () => Promise<Sensed>): {
  sampler: Sampler;
  link: FakeLink;
  clock: FakeClock;
  history: HistoryKeeper;
} {
  const clock = new FakeClock();
  const link = new FakeLink();
  const history = new HistoryKeeper('n1', dir, clock);
  const made = new Sampler({
    node: 'n1',
    version: '1.2.3',
    sensor: { sense } as unknown as HostSensor,
    history,
    pods: new PodBook(),
    cost: new OwnCost(clock),
    sink: link,
    clock,
    others: () => [link.health()],
  });
  return { sampler: made, link, clock, history };
}

describe('Sampler', () => {
  it('takes a reading all the way to history and report', async () => {
    const {
      sampler: made,
      link,
      history,
    } = sampler(() => Promise.resolve({ reading: reading(1000), lacking: null }));
    await made.sample();
    expect(link.reports).toMatchObject([
      {
        ledger: {
          node: 'n1',
          bootId: 'b1',
          takenAtMs: 1000,
          pressure: { someAvg10: 1, fullAvg10: 0.5, oomKills: 4 },
        },
        agent: { version: '1.2.3', cpuPercent: 0 },
        health: [
          { component: 'sensor', state: 'ok' },
          { component: 'ledger' },
          { component: 'history' },
          { component: 'link' },
        ],
      },
    ]);
    expect(link.reports[0]?.agent.rssBytes).toBeGreaterThan(0);
    expect(history.list({}).map((series) => series.quantity)).toContain('used');
  });

  it('says what is lacking and goes on', async () => {
    const { sampler: made, link } = sampler(() =>
      Promise.resolve({ reading: reading(1), lacking: 'no shares' }),
    );
    await made.sample();
    expect(link.reports[0]?.health[0]).toEqual({
      component: 'sensor',
      state: 'degraded',
      reason: 'no shares',
    });
    expect(made.counts).toEqual({ taken: 1, dropped: 0 });
  });

  it('reports the last ledger with what is wrong while there is no new one, then is well again', async () => {
    const results: (() => Promise<Sensed>)[] = [
      () => Promise.resolve({ reading: reading(1), lacking: null }),
      () => Promise.reject(new Stalled('The scan of cgroups did not answer.')),
      () => Promise.resolve({ reading: reading(2), lacking: null }),
    ];
    const { sampler: made, link } = sampler(() => results.shift()!());
    for (let i = 0; i < 3; i += 1) await made.sample();
    expect(link.reports.map((report) => [report.ledger.takenAtMs, report.health[0]?.state])).toEqual([
      [1, 'ok'],
      [1, 'degraded'],
      [2, 'ok'],
    ]);
    expect(made.counts).toEqual({ taken: 2, dropped: 1 });
  });

  it('drops, counts and names a sample that breaks an invariant or the code', async () => {
    const { sampler: made, link } = sampler(() => Promise.reject(new TypeError('x is undefined')));
    await made.sample();
    expect(made.counts).toEqual({ taken: 0, dropped: 1 });
    expect(made.health()[1]).toMatchObject({
      component: 'ledger',
      state: 'degraded',
      reason: /x is undefined/,
    });
    expect(link.reports).toEqual([]); // nothing to report yet
  });

  it('is well again with the next ledger after a defect', async () => {
    const results = [
      () => Promise.reject(new TypeError('x is undefined')),
      () => Promise.resolve({ reading: reading(2), lacking: null }),
    ];
    const { sampler: made } = sampler(() => results.shift()!());
    await made.sample();
    await made.sample();
    expect(made.health()[1]).toEqual({ component: 'ledger', state: 'ok' });
  });
});

describe('nextTick', () => {
  it('is a whole period ahead on the grid itself: no step starts twice at one tick', () => {
    expect([1000, 2000, 2001].map((now) => nextTick(1000, 1000, now))).toEqual([2000, 3000, 3000]);
  });

  it('lies on the grid, ahead, and at most one period away', () => {
    const time = fc.double({ min: 0, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(
        time,
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.integer({ min: 1000, max: 60_000 }),
        (start, elapsed, period) => {
          const now = start + elapsed;
          const tick = nextTick(start, period, now);
          const ticks = (tick - start) / period;
          expect(Math.abs(ticks - Math.round(ticks))).toBeLessThan(1e-6);
          expect(tick).toBeGreaterThan(now - 1e-3);
          expect(tick - now).toBeLessThanOrEqual(period + 1e-3);
        },
      ),
    );
  });
});

describe('Scheduler', () => {
  it('never runs two steps at once and is over when the running one is', async () => {
    const clock = new FakeClock();
    const gate = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    let running = 0;
    const scheduler = new Scheduler(1000, clock, async () => {
      running += 1;
      entered.resolve(undefined);
      await gate.promise;
      running -= 1;
    });
    scheduler.start();
    scheduler.start();
    await entered.promise;
    expect(running).toBe(1);
    const stopped = scheduler.stop();
    gate.resolve(undefined);
    await stopped;
    expect(running).toBe(0);
  });

  it('does not catch up: a step of 2.5 periods is followed by one at 3', async () => {
    const clock = new FakeClock();
    const starts: number[] = [];
    const done = Promise.withResolvers<undefined>();
    const scheduler = new Scheduler(5, clock, () => {
      starts.push(clock.monotonicMs());
      clock.advance(starts.length === 1 ? 12.5 : 2.5);
      if (starts.length === 3) done.resolve(undefined);
      return Promise.resolve();
    });
    scheduler.start();
    await done.promise;
    await scheduler.stop();
    // The fake clock stands still while the scheduler sleeps: the second step starts where the first one ended.
    expect(starts).toEqual([0, 12.5, 15]);
  });
});

describe('inSlices', () => {
  it('gives the event loop back while it computes', async () => {
    const clock = new FakeClock();
    function* steps(): Generator<void, string, void> {
      for (let i = 0; i < 10; i += 1) {
        clock.advance(3);
        yield;
      }
      return 'done';
    }
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    expect(await inSlices(steps(), clock)).toBe('done');
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(4);
  });
});
