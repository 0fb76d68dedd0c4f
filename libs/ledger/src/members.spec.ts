import { describe, expect, it } from '@jest/globals';
import { bytes } from '#contracts/units';
import { mib, processOf } from '../test/readings.js';
import { shareOut, type Proportional, type Shares } from './members.js';

const holder = (anon: number, shmem: number, rest = 0): Parameters<typeof shareOut>[0] => ({
  bytes: mib(anon + shmem + rest),
  parts: { anon: mib(anon), shmem: mib(shmem), file: mib(rest), kernel: bytes(0) },
});
const NOTHING: Proportional = new Map();
const inMib = ({ shares }: Shares): number[][] =>
  shares.map((share) => [share.anon / mib(1), share.shmem / mib(1)]);

describe('shareOut', () => {
  it('leaves alone what fits', () => {
    const processes = [
      processOf(1, '/a', { rssAnon: mib(40), rssShmem: mib(10) }),
      processOf(2, '/a', { rssAnon: mib(60) }),
    ];
    const shares = shareOut(holder(100, 10), processes, NOTHING);
    expect(inMib(shares)).toEqual([
      [40, 10],
      [60, 0],
    ]);
    expect(shares.quality).toBe('measured');
  });

  it('leaves alone what is above by the counters of CPUs only, while it fits into the row', () => {
    const shares = shareOut(holder(100, 0, 50), [processOf(1, '/a', { rssAnon: mib(101) })], NOTHING);
    expect(inMib(shares)).toEqual([[101, 0]]);
  });

  it('takes proportional shares where five forks share 256 MiB', () => {
    const forks = [1, 2, 3, 4, 5].map((pid) => processOf(pid, '/a', { rssAnon: mib(260) }));
    const pss = new Map(
      forks.map((p) => [`${p.pid}:${p.startTimeTicks}`, { pssAnon: mib(51), pssShmem: bytes(0) }]),
    );
    const shares = shareOut(holder(259, 0), forks, pss);
    expect(inMib(shares)).toEqual(forks.map(() => [51, 0]));
    expect(shares.quality).toBe('estimated');
  });

  it('sees sharing behind tmpfs files that nobody maps', () => {
    const alone = processOf(1, '/a', { rssAnon: mib(200) });
    const forks = [2, 3].map((pid) => processOf(pid, '/a', { rssAnon: mib(200) }));
    const pss = new Map([
      ['1:101', { pssAnon: mib(200), pssShmem: bytes(0) }],
      ['2:102', { pssAnon: mib(100), pssShmem: bytes(0) }],
      ['3:103', { pssAnon: mib(100), pssShmem: bytes(0) }],
    ]);
    expect(inMib(shareOut(holder(400, 300), [alone, ...forks], pss))).toEqual([
      [200, 0],
      [100, 0],
      [100, 0],
    ]);
  });

  it('takes the mean ratio of the others for those that were not read', () => {
    const forks = [1, 2, 3, 4].map((pid) => processOf(pid, '/a', { rssAnon: mib(100) }));
    const pss = new Map(['1:101', '2:102'].map((key) => [key, { pssAnon: mib(25), pssShmem: bytes(0) }]));
    expect(inMib(shareOut(holder(104, 0), forks, pss))).toEqual([
      [25, 0],
      [25, 0],
      [25, 0],
      [25, 0],
    ]);
  });

  it('scales shared memory that is charged elsewhere down, and leaves the anonymous memory alone', () => {
    const processes = [processOf(1, '/a', { rssAnon: mib(100), rssShmem: mib(400) })];
    expect(inMib(shareOut(holder(100, 8), processes, NOTHING))).toEqual([[100, 8]]);
  });

  it('never gives out more than the row has', () => {
    const shares = shareOut(
      { ...holder(100, 0), bytes: mib(50) },
      [processOf(1, '/a', { rssAnon: mib(101) })],
      NOTHING,
    );
    expect(inMib(shares)).toEqual([[50, 0]]);
  });
});
