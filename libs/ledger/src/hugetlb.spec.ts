import { describe, expect, it } from '@jest/globals';
import { assertDeviceLedger, type DeviceLedger, type Holder } from '#contracts/ledger';
import type { HostReading } from '#contracts/reading';
import { bytes, MIB } from '#contracts/units';
import { cgroupOf, meminfoOf, mib, processOf, readingOf } from '../test/readings.js';
import { buildHostLedger } from './host-ledger.js';

/** 100 MiB of huge pages, of which 40 are free. */
function ledgerOf(parts: Partial<HostReading>): DeviceLedger {
  const ledger = buildHostLedger(
    readingOf({ meminfo: meminfoOf({ hugetlb: mib(100), hugePagesFree: 20 }), ...parts }),
  );
  assertDeviceLedger(ledger);
  return ledger;
}

const bucketOf = (ledger: DeviceLedger): Holder | undefined =>
  ledger.holders.find((holder) => holder.id === 'bucket:hugetlb');
const detailsOf = (ledger: DeviceLedger): Holder[] =>
  ledger.holders.filter((holder) => holder.within === 'bucket:hugetlb');
const shown = (ledger: DeviceLedger): [string, number][] =>
  detailsOf(ledger).map(({ id, bytes: held }) => [id, held / MIB]);

const root = cgroupOf('/', { usage: null });

describe('huge pages in use', () => {
  it('are one row, and free ones are reserved', () => {
    const ledger = ledgerOf({});
    expect(bucketOf(ledger)).toMatchObject({ bytes: mib(60), parts: { anon: mib(60) }, quality: 'measured' });
    expect(ledger.reservedBytes).toBe(mib(40));
  });

  it('are details of the processes that map them, and of nobody where nobody does', () => {
    const processes = [
      processOf(1, '/a', { hugetlb: mib(30) }),
      processOf(2, null, { hugetlb: mib(10) }),
      processOf(3, '/a', { rssAnon: mib(1) }),
    ];
    const ledger = ledgerOf({ cgroups: [root, cgroupOf('/a')], processes });
    expect(shown(ledger)).toEqual([
      ['hugetlb:1:101', 30],
      ['hugetlb:2:102', 10],
      ['hugetlb:rest', 20],
    ]);
    const [first, , rest] = detailsOf(ledger);
    expect(first).toMatchObject({
      kind: 'process',
      pid: 1,
      startTimeTicks: 101,
      name: 'p1',
      quality: 'measured',
    });
    expect(rest).toMatchObject({ kind: 'bucket', name: 'not mapped', class: 'Kernel' });
  });

  it('are divided where processes share them, to the byte', () => {
    const processes = [7, 8, 9].map((pid) => processOf(pid, '/', { hugetlb: mib(60) }));
    const rows = detailsOf(
      ledgerOf({ cgroups: [root], processes, meminfo: meminfoOf({ hugetlb: bytes(100) }) }),
    );
    expect(rows.map((row) => [row.id, row.bytes, row.quality])).toEqual([
      ['hugetlb:7:107', 34, 'estimated'],
      ['hugetlb:8:108', 33, 'estimated'],
      ['hugetlb:9:109', 33, 'estimated'],
    ]);
  });

  it('are details of cgroups without their children where the controller counts, and of processes of the root', () => {
    const cgroups = [
      root,
      cgroupOf('/a', { usage: mib(1), inode: 5, hugetlb: mib(50) }),
      cgroupOf('/a/b', { usage: mib(1), inode: 6, hugetlb: mib(20) }),
      cgroupOf('/c', { usage: mib(1), inode: 7, hugetlb: bytes(0) }),
    ];
    const processes = [processOf(1, '/a/b', { hugetlb: mib(20) }), processOf(2, '/', { hugetlb: mib(4) })];
    const ledger = ledgerOf({ cgroups, processes });
    expect(shown(ledger)).toEqual([
      ['hugetlb:5:/a', 30],
      ['hugetlb:6:/a/b', 20],
      ['hugetlb:2:102', 4],
      ['hugetlb:rest', 6],
    ]);
    expect(detailsOf(ledger).map((row) => row.class)).toEqual(['Kernel', 'Running', 'Running', 'Kernel']);
  });

  it('are details of processes where the controller counts in its root only', () => {
    const cgroups = [root, cgroupOf('/a', { usage: mib(1), hugetlb: bytes(0) })];
    const processes = [processOf(1, '/a', { hugetlb: mib(60) })];
    expect(shown(ledgerOf({ cgroups, processes }))).toEqual([['hugetlb:1:101', 60]]);
  });
});

describe('huge pages in the charge of cgroups', () => {
  const charged = cgroupOf('/a', { usage: mib(70), anon: mib(10), hugetlb: mib(50) });

  it('are not counted twice: what is left has details of the root only', () => {
    const processes = [processOf(1, '/a', { hugetlb: mib(50) }), processOf(2, '/', { hugetlb: mib(8) })];
    const ledger = ledgerOf({ hugetlbIsCharged: true, cgroups: [root, charged], processes });
    expect(bucketOf(ledger)).toMatchObject({ bytes: mib(10), quality: 'measured' });
    expect(shown(ledger)).toEqual([
      ['hugetlb:2:102', 8],
      ['hugetlb:rest', 2],
    ]);
  });

  it('are not counted twice where the kernel does not say how many they are', () => {
    const cgroups = [root, { ...charged, hugetlb: null }];
    const inGroup = processOf(1, '/a', { hugetlb: mib(50) });
    const ledger = ledgerOf({ hugetlbIsCharged: true, cgroups, processes: [inGroup] });
    expect(bucketOf(ledger)).toBeUndefined();
    const inRoot = processOf(2, '/', { hugetlb: mib(8) });
    const both = ledgerOf({ hugetlbIsCharged: true, cgroups, processes: [inGroup, inRoot] });
    expect(bucketOf(both)).toMatchObject({ bytes: mib(8), quality: 'estimated' });
    expect(shown(both)).toEqual([['hugetlb:2:102', 8]]);
  });

  it('are all uncharged where no cgroup is', () => {
    expect(bucketOf(ledgerOf({ hugetlbIsCharged: true, cgroups: [root] }))?.bytes).toBe(mib(60));
  });
});

describe('free huge pages', () => {
  it('of other sizes than the default one are reserved as well', () => {
    const ledger = ledgerOf({ otherHugetlbFree: mib(25) });
    expect(ledger.reservedBytes).toBe(mib(65));
    expect(bucketOf(ledger)?.bytes).toBe(mib(35));
  });

  it('are never more than there are, whenever they were counted', () => {
    const ledger = ledgerOf({ otherHugetlbFree: mib(1000) });
    expect(ledger.reservedBytes).toBe(mib(100));
    expect(bucketOf(ledger)).toBeUndefined();
  });
});
