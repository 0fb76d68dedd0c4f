import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assertDeviceLedger, type DeviceLedger } from '#contracts/ledger';
import type { CgroupReading, HostReading, ProcessReading } from '#contracts/reading';
import { bytes, MIB, type Bytes } from '#contracts/units';
import { cgroupOf, meminfoOf, processOf, readingOf } from '../test/readings.js';
import { buildHostLedger } from './host-ledger.js';
import { wantsProportional } from './proportional.js';

const size = fc.nat(2 ** 30).map(bytes);
const PATHS = ['/a', '/a/b', '/a/b/c', '/d', '/d/e', '/f/g', '/h'];

/** Numbers that need not fit each other at all: worse than any race. */
function anyCgroup(path: string, version: 1 | 2): fc.Arbitrary<CgroupReading> {
  const own = fc.record({ anon: size, file: size, shmem: size });
  return fc
    .record({
      usage: fc.option(size, { freq: 6 }),
      anon: size,
      file: size,
      shmem: size,
      kernel: size,
      swap: size,
      hugetlb: fc.option(size),
      own,
    })
    .map((sizes) => cgroupOf(path, { ...sizes, own: version === 1 ? sizes.own : null }));
}

function anyProcess(pid: number): fc.Arbitrary<ProcessReading> {
  const cgroup = fc.constantFrom(...PATHS, '/', '/gone', '/a/gone', '/../out', null);
  return fc
    .record({
      cgroup,
      rssAnon: size,
      rssShmem: size,
      rssFile: size,
      swap: size,
      hugetlb: fc.oneof(size, fc.constant(bytes(0))),
    })
    .map(({ cgroup: path, ...sizes }) => processOf(pid, path, sizes));
}

const anyReading: fc.Arbitrary<HostReading> = fc
  .record({
    version: fc.constantFrom(1 as const, 2 as const),
    paths: fc.subarray(PATHS),
    processCount: fc.nat(12),
  })
  .chain(({ version, paths, processCount }) => {
    const proportional = fc.record({ pssAnon: size, pssShmem: size });
    return fc.record({
      cgroupVersion: fc.constant(version),
      cgroups: fc.tuple(...['/', ...paths].map((path) => anyCgroup(path, version))),
      processes: fc.tuple(...Array.from({ length: processCount }, (_, i) => anyProcess(i + 1))),
      proportional: fc
        .dictionary(fc.integer({ min: 1, max: 12 }).map(String), proportional)
        .map(
          (byPid) => new Map(Object.entries(byPid).map(([pid, pss]) => [`${pid}:${100 + Number(pid)}`, pss])),
        ),
      memFreeBefore: size,
      perCpuFreeBefore: size,
      perCpuFree: size,
      otherHugetlbFree: size,
      hugetlbIsCharged: fc.boolean(),
      meminfo: fc
        .record({ memFree: size, slab: size, vmallocUsed: size, hugetlb: size, hugePagesFree: fc.nat(1000) })
        .map(meminfoOf),
    });
  })
  .map((parts) => readingOf(parts));

const byId = (ledger: DeviceLedger): Map<string, number> =>
  new Map(ledger.holders.map((row) => [row.id, row.bytes]));

const sorted = (ledger: DeviceLedger): DeviceLedger => ({
  ...ledger,
  holders: [...ledger.holders].sort((a, b) => (a.id < b.id ? -1 : 1)),
});

describe('laws of the host ledger', () => {
  it('adds up to the byte, for any reading', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        const ledger = buildHostLedger(reading);
        assertDeviceLedger(ledger);
        expect(ledger.usedBytes).toBe(reading.meminfo.memTotal - reading.meminfo.memFree);
      }),
      { numRuns: 500 },
    );
  });

  it('lists every process that has memory once', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        const listed = buildHostLedger(reading).holders.filter((row) => row.id.startsWith('process:'));
        const expected = reading.processes.filter(
          (p) => p.rssAnon + p.rssShmem + p.rssFile + p.swap + p.hugetlb > 0,
        );
        expect(listed.map((row) => row.pid).sort()).toEqual(expected.map((p) => p.pid).sort());
      }),
    );
  });

  it('does not depend on the order of processes and cgroups', () => {
    const shuffled = anyReading.chain((reading) =>
      fc
        .tuple(
          fc.shuffledSubarray([...reading.cgroups], { minLength: reading.cgroups.length }),
          fc.shuffledSubarray([...reading.processes], { minLength: reading.processes.length }),
        )
        .map(([cgroups, processes]) => [reading, { ...reading, cgroups, processes }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([reading, other]) => {
        expect(sorted(buildHostLedger(other))).toEqual(sorted(buildHostLedger(reading)));
      }),
    );
  });

  it('moves one row by what is charged more to it, and no other, nor the rest', () => {
    const more = fc.integer({ min: 1, max: 512 * MIB });
    fc.assert(
      fc.property(consistentReading, fc.constantFrom(...PATHS), more, (reading, path, extra) => {
        const before = buildHostLedger(reading);
        const after = buildHostLedger(charge(reading, path, extra));
        const moved = [...byId(after)].filter(([id, held]) => held !== byId(before).get(id));
        expect(moved).toHaveLength(1);
        const [id, held] = moved[0]!;
        expect(id).toMatch(new RegExp(`^cgroup:\\d+:${path}$`));
        expect(held - (byId(before).get(id) ?? 0)).toBe(extra);
        expect(after.unattributedBytes).toBe(before.unattributedBytes);
      }),
    );
  });

  it('asks for proportional shares only where processes show more than is charged', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        const places = new Set(wantsProportional(reading).map((process) => process.cgroup));
        for (const path of places) expect(path === null || path.startsWith('/')).toBe(true);
        const within = {
          ...reading,
          processes: reading.processes.map((p) => ({ ...p, rssAnon: bytes(0), rssShmem: bytes(0) })),
        };
        expect(wantsProportional(within)).toEqual([]);
      }),
    );
  });

  it('builds 300 cgroups with 5,000 processes', () => {
    const cgroups = Array.from({ length: 300 }, (_, i) =>
      cgroupOf(`/pods/pod${i}`, { usage: bytes(MIB), anon: bytes(MIB) }),
    );
    const processes = Array.from({ length: 5000 }, (_, i) =>
      processOf(i + 1, `/pods/pod${i % 300}`, { rssAnon: bytes(MIB) }),
    );
    const ledger = buildHostLedger(
      readingOf({
        cgroups: [cgroupOf('/'), cgroupOf('/pods', { usage: bytes(300 * MIB) }), ...cgroups],
        processes,
      }),
    );
    assertDeviceLedger(ledger);
    expect(ledger.holders.filter((row) => row.kind === 'process')).toHaveLength(5000);
  });
});

/** A v2 host whose numbers fit: every parent has what its children have and a bit of its own. */
const consistentReading: fc.Arbitrary<HostReading> = fc
  .tuple(...PATHS.map(() => fc.nat(64 * MIB)))
  .map((own) => {
    const subtree = (path: string): Bytes =>
      bytes(
        PATHS.reduce(
          (sum, other, i) => (other === path || other.startsWith(`${path}/`) ? sum + (own[i] ?? 0) : sum),
          0,
        ),
      );
    const cgroups = PATHS.map((path) => cgroupOf(path, { usage: subtree(path), anon: subtree(path) }));
    const total = bytes(own.reduce((sum, each) => sum + each, 0));
    return readingOf({ cgroups: [cgroupOf('/', { usage: null, anon: total }), ...cgroups] });
  });

/** The kernel charges a page to a cgroup and all its ancestors, and takes it off the free list. */
function charge(reading: HostReading, path: string, extra: number): HostReading {
  const { meminfo } = reading;
  const isCharged = (cgroup: CgroupReading): boolean =>
    cgroup.path === '/' || cgroup.path === path || path.startsWith(`${cgroup.path}/`);
  return {
    ...reading,
    memFreeBefore: bytes(meminfo.memFree - extra),
    meminfo: { ...meminfo, memFree: bytes(meminfo.memFree - extra) },
    cgroups: reading.cgroups.map((cgroup) =>
      isCharged(cgroup)
        ? {
            ...cgroup,
            usage: cgroup.usage === null ? null : bytes(cgroup.usage + extra),
            anon: bytes(cgroup.anon + extra),
          }
        : cgroup,
    ),
  };
}
