import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { assertDeviceLedger, type DeviceLedger, type Holder } from '#contracts/ledger';
import type { HostReading } from '#contracts/reading';
import { bytes, MIB } from '#contracts/units';
import { cgroupOf, meminfoOf, mib, processOf, readingOf } from '../test/readings.js';
import { buildHostLedger, hostLedgerSteps } from './host-ledger.js';

function ledgerOf(reading: HostReading): DeviceLedger {
  const ledger = buildHostLedger(reading);
  assertDeviceLedger(ledger);
  return ledger;
}

function row(ledger: DeviceLedger, idOrName: string): Holder {
  const found = ledger.holders.find((holder) => holder.id === idOrName || holder.name === idOrName);
  if (found === undefined) throw new RangeError(`No row ${idOrName}`);
  return found;
}

const v2 = (...cgroups: HostReading['cgroups'][number][]): HostReading =>
  readingOf({ cgroups: [cgroupOf('/', { anon: mib(900), file: mib(500) }), ...cgroups].map(nullRootUsage) });

function nullRootUsage(cgroup: HostReading['cgroups'][number]): typeof cgroup {
  return cgroup.path === '/' ? { ...cgroup, usage: null } : cgroup;
}

describe('buildHostLedger on cgroup v2', () => {
  const reading = v2(
    cgroupOf('/a', {
      usage: mib(1000),
      anon: mib(600),
      file: mib(300),
      shmem: mib(100),
      kernel: mib(50),
      limit: mib(2048),
    }),
    cgroupOf('/a/b', { usage: mib(400), anon: mib(350), file: mib(40), kernel: mib(10) }),
    cgroupOf('/a/b/c', { usage: mib(150), anon: mib(150) }),
    cgroupOf('/d', { usage: mib(100), anon: mib(90), kernel: mib(10) }),
  );

  it('gives each cgroup its charge without its children', () => {
    const ledger = ledgerOf(reading);
    expect(row(ledger, '/a').bytes).toBe(mib(600));
    expect(row(ledger, '/a/b').bytes).toBe(mib(250));
    expect(row(ledger, '/a/b/c').bytes).toBe(mib(150));
    expect(row(ledger, '/d').bytes).toBe(mib(100));
  });

  it('splits a row into parts; what the statistics miss of the charge is kernel', () => {
    expect(row(ledgerOf(reading), '/a').parts).toEqual({
      anon: mib(250),
      shmem: mib(100),
      file: mib(160),
      kernel: mib(90), // 50 − 10, and 50 of the charge that no statistic names
    });
  });

  it('gives the root what its statistics have above the top-level cgroups', () => {
    expect(row(ledgerOf(reading), 'bucket:root').bytes).toBe(mib(900 - 690 + 500 - 300));
  });

  it('counts kernel memory that no cgroup is charged for as reserved, stacks once', () => {
    const meminfo = meminfoOf({
      slab: mib(100),
      vmallocUsed: mib(30),
      kernelStack: mib(20),
      pageTables: mib(10),
      secPageTables: mib(4),
      percpu: mib(2),
      zswap: mib(1),
    });
    const ledger = ledgerOf({ ...reading, meminfo, perCpuFree: mib(7) });
    expect(ledger.reservedBytes).toBe(mib(100 + 30 + 10 + 4 + 2 + 1 - 60 + 7));
  });

  it('counts stacks where they are not vmalloced', () => {
    const meminfo = meminfoOf({ vmallocUsed: mib(30), kernelStack: mib(80) });
    expect(ledgerOf({ ...v2(), meminfo }).reservedBytes).toBe(mib(80));
  });

  it('is never below nothing reserved when more is charged than the kernel says it has', () => {
    expect(ledgerOf(reading).reservedBytes).toBe(0);
  });

  it('leaves the rest unattributed, below zero as well', () => {
    const rows = 600 + 250 + 150 + 100 + 410;
    expect(ledgerOf(reading).unattributedBytes).toBe(mib(4096 - rows));
    const full = { ...reading, meminfo: meminfoOf({ memFree: mib(8192 - 1500) }) };
    expect(ledgerOf(full).unattributedBytes).toBe((1500 - rows) * MIB);
    expect(rows).toBeGreaterThan(1500);
  });

  it('shows the limit and the swap of a cgroup without its children', () => {
    const swapping = v2(
      cgroupOf('/a', { usage: mib(10), swap: mib(30), limit: mib(64) }),
      cgroupOf('/a/b', { usage: mib(5), swap: mib(10) }),
    );
    const ledger = ledgerOf(swapping);
    expect(row(ledger, '/a')).toMatchObject({ swapBytes: mib(20), limitBytes: mib(64) });
    expect(row(ledger, '/a/b').limitBytes).toBeUndefined();
  });

  it('calls a cgroup without processes Deleted when removed ones below it still hold pages', () => {
    const ledger = ledgerOf(
      v2(
        cgroupOf('/a', { usage: mib(200), anon: mib(200), dyingDescendants: 2 }),
        cgroupOf('/a/b', { usage: mib(10), dyingDescendants: 2 }),
        cgroupOf('/c', { usage: mib(1) }),
      ),
    );
    expect([row(ledger, '/a').class, row(ledger, '/a/b').class, row(ledger, '/c').class]).toEqual([
      'Kernel', // both removed ones are below /a/b
      'Deleted',
      'Kernel',
    ]);
  });

  it('skips a cgroup without the memory controller: its children count against its parent', () => {
    const ledger = ledgerOf({
      ...v2(
        cgroupOf('/a', { usage: mib(100) }),
        cgroupOf('/a/x', { usage: null }),
        cgroupOf('/a/x/y', { usage: mib(40) }),
      ),
      processes: [processOf(1, '/a/x', { rssAnon: mib(1) })],
    });
    expect(row(ledger, '/a').bytes).toBe(mib(60));
    expect(row(ledger, 'process:1:101').within).toBe(row(ledger, '/a').id);
    expect(ledger.holders.some((holder) => holder.name === '/a/x')).toBe(false);
  });
});

describe('buildHostLedger on cgroup v1', () => {
  const own = { anon: mib(11), file: mib(9), shmem: mib(8) };
  const root = cgroupOf('/', {
    usage: mib(999), // leaves kernel memory out and is not used
    anon: mib(11 + 100 + 3),
    file: mib(9 + 50 + 200),
    shmem: mib(8 + 0 + 200),
    kernel: mib(40 + 2),
    own,
  });
  const top = cgroupOf('/a', { usage: mib(190), anon: mib(100), file: mib(50), kernel: mib(40), own });
  const reading = readingOf({
    cgroupVersion: 1,
    meminfo: meminfoOf({ slab: mib(62) }),
    cgroups: [root, top],
  });

  it("takes the root's own cache and rss", () => {
    expect(row(ledgerOf(reading), 'bucket:root')).toMatchObject({
      bytes: mib(20),
      parts: { anon: mib(11), shmem: mib(8), file: mib(1), kernel: 0 },
    });
  });

  it('names what removed top-level cgroups left in the totals of the root', () => {
    expect(row(ledgerOf(reading), 'bucket:deleted')).toMatchObject({
      class: 'Deleted',
      bytes: mib(3 + 200 + 2),
      parts: { anon: mib(3), shmem: mib(200), file: 0, kernel: mib(2) },
    });
  });

  it('takes kernel memory charged from the root, removed cgroups included', () => {
    expect(ledgerOf(reading).reservedBytes).toBe(mib(62 - 42));
  });

  it("calls a deserted cgroup Deleted when most of its pages are not its own nor its children's", () => {
    const none = { anon: bytes(0), file: bytes(0), shmem: bytes(0) };
    const parent = cgroupOf('/p', { usage: mib(100), anon: mib(100), own: none });
    const writerIsDead = cgroupOf('/q', {
      usage: mib(100),
      file: mib(100),
      own: { ...none, file: mib(100) },
    });
    const ledger = ledgerOf({ ...reading, cgroups: [root, parent, writerIsDead] });
    expect([row(ledger, '/p').class, row(ledger, '/q').class]).toEqual(['Deleted', 'Kernel']);
  });

  it('calls one Kernel of whose pages removed cgroups have less than half', () => {
    const some = { anon: bytes(0), file: mib(60), shmem: bytes(0) };
    const most = cgroupOf('/r', { usage: mib(100), anon: mib(40), file: mib(60), own: some });
    expect(row(ledgerOf({ ...reading, cgroups: [root, most] }), '/r').class).toBe('Kernel');
  });

  it('splits what removed cgroups left without counting the shmem of live ones as their files', () => {
    const shmem = cgroupOf('/a', { ...top, file: mib(50), shmem: mib(30) });
    const total = cgroupOf('/', { ...root, shmem: mib(8 + 30 + 170) });
    expect(row(ledgerOf({ ...reading, cgroups: [total, shmem] }), 'bucket:deleted').parts).toEqual({
      anon: mib(3),
      shmem: mib(170),
      file: mib(30),
      kernel: mib(2),
    });
  });
});

describe('races and oddities', () => {
  it('holds a row at zero whose children grew meanwhile, says so, and widens the bound by it', () => {
    const ledger = ledgerOf(v2(cgroupOf('/a', { usage: mib(100) }), cgroupOf('/a/b', { usage: mib(103) })));
    expect(row(ledger, '/a')).toMatchObject({ bytes: 0, quality: 'estimated', flags: ['Overdrawn'] });
    const steady = ledgerOf(v2(cgroupOf('/a', { usage: mib(103) }), cgroupOf('/a/b', { usage: mib(103) })));
    expect(ledger.unattributedBytes).toBe(steady.unattributedBytes);
    expect(ledger.errorBoundBytes).toBe((steady.errorBoundBytes ?? 0) + mib(3));
  });

  it('bounds the error by how far MemFree moved and by 64 pages a CPU; estimated above 32 MiB', () => {
    const at = (skew: number): DeviceLedger =>
      ledgerOf({ ...v2(), cpus: 4, memFreeBefore: bytes(mib(4096) - skew) });
    expect(at(MIB)).toMatchObject({ errorBoundBytes: MIB + 4 * 64 * 4096, quality: 'measured' });
    expect(at(33 * MIB).quality).toBe('estimated');
  });

  it('bounds what is freed onto the per-CPU lists meanwhile, which MemFree does not show', () => {
    const exited = ledgerOf({ ...v2(), perCpuFreeBefore: mib(1), perCpuFree: mib(39) });
    expect(exited).toMatchObject({ errorBoundBytes: 38 * MIB + 2 * 64 * 4096, quality: 'estimated' });
    const moved = { memFreeBefore: mib(4096 + 38), perCpuFreeBefore: mib(1), perCpuFree: mib(39) };
    expect(ledgerOf({ ...v2(), ...moved }).errorBoundBytes).toBe(2 * 64 * 4096);
  });

  it('knows nobody without a root, and says the reading is no measurement', () => {
    expect(ledgerOf(readingOf({ cgroups: [] }))).toMatchObject({
      quality: 'estimated',
      unattributedBytes: mib(4096),
    });
  });

  it('refuses more free than there is', () => {
    expect(() => buildHostLedger(readingOf({ meminfo: meminfoOf({ memFree: mib(9000) }) }))).toThrow(
      'byte count',
    );
  });

  it('does not count huge pages twice where cgroups are charged for them', () => {
    const meminfo = meminfoOf({ hugetlb: mib(100), hugePagesFree: 20 });
    const charged = cgroupOf('/a', { usage: mib(70), anon: mib(10), hugetlb: mib(60) });
    const ledger = ledgerOf({ ...v2(charged), meminfo, hugetlbIsCharged: true });
    expect(ledger.holders.some((holder) => holder.id === 'bucket:hugetlb')).toBe(false);
    expect(row(ledger, '/a').parts).toMatchObject({ anon: mib(70), kernel: 0 });
  });

  it("does not count a child's huge pages as its parent's", () => {
    const meminfo = meminfoOf({ hugetlb: mib(60) });
    const parent = cgroupOf('/a', { usage: mib(70), file: mib(10), hugetlb: mib(60) });
    const child = cgroupOf('/a/b', { usage: mib(60), hugetlb: mib(60) });
    const ledger = ledgerOf({ ...v2(parent, child), meminfo, hugetlbIsCharged: true });
    expect(row(ledger, '/a').parts).toMatchObject({ anon: 0, file: mib(10) });
    expect(row(ledger, '/a/b').parts).toMatchObject({ anon: mib(60) });
  });

  it('takes the first of two readings of one path', () => {
    const ledger = ledgerOf(v2(cgroupOf('/a', { usage: mib(7) }), cgroupOf('/a', { usage: mib(9) })));
    expect(row(ledger, '/a').bytes).toBe(mib(7));
  });

  it('has a row for each of two processes that had one pid after another', () => {
    const first = processOf(1, '/', { rssAnon: mib(1) });
    const ledger = ledgerOf({ ...v2(), processes: [first, { ...first, startTimeTicks: 999 }] });
    expect(ledger.holders.filter((holder) => holder.kind === 'process').map(({ id }) => id)).toEqual([
      'process:1:101',
      'process:1:999',
    ]);
  });

  it('names a balloon that can be in the rest, and not one that cannot', () => {
    const known = (balloon: number): DeviceLedger['unattributedKnown'] =>
      ledgerOf(readingOf({ meminfo: meminfoOf({ balloon: mib(balloon) }) })).unattributedKnown;
    expect(known(1000)).toEqual([{ source: 'balloon', bytes: mib(1000) }]);
    expect(known(5000)).toEqual([]);
  });

  it('lists processes of no known cgroup without giving anybody their bytes', () => {
    const processes = [processOf(1, null, { rssAnon: mib(5) }), processOf(2, '/../x', { rssAnon: mib(5) })];
    const ledger = ledgerOf({ ...v2(), processes });
    expect(ledger.unknownHolders).toBe(2);
    expect(row(ledger, 'process:1:101')).toMatchObject({
      within: 'bucket:unplaced',
      bytes: 0,
      quality: 'unknown',
    });
    expect(ledger.unattributedBytes).toBe(ledgerOf(v2()).unattributedBytes);
  });

  it('does not claim to know everybody when entries were skipped or processes are hidden', () => {
    const of = (parts: Partial<HostReading>): DeviceLedger => ledgerOf({ ...v2(), ...parts });
    expect(of({})).toMatchObject({ unknownHolders: 0, quality: 'measured' });
    expect(of({ skipped: { processes: 2, cgroups: 1 } })).toMatchObject({
      unknownHolders: 3,
      quality: 'estimated',
    });
    expect(of({ seesAllProcesses: false })).toMatchObject({ unknownHolders: 1, quality: 'estimated' });
  });

  it('keeps any name as it is', () => {
    const name = '\u001b[31m\n"\u202e' + '💥'.repeat(1000);
    const ledger = ledgerOf({
      ...v2(cgroupOf(`/${name}`, { usage: mib(1) })),
      processes: [processOf(1, `/${name}`, { name, rssAnon: mib(1) })],
    });
    expect(row(ledger, 'process:1:101').name).toBe(name);
  });

  it('counts a process once that was listed twice', () => {
    const twice = processOf(1, '/', { rssAnon: mib(1) });
    const ledger = ledgerOf({ ...v2(), processes: [twice, { ...twice }] });
    expect(ledger.holders.filter((holder) => holder.kind === 'process')).toHaveLength(1);
  });

  it('can be built in steps, with the same result', () => {
    const reading = v2(cgroupOf('/a', { usage: mib(1) }), cgroupOf('/b', { usage: mib(1) }));
    const steps = hostLedgerSteps(reading);
    let yields = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yields += 1;
    expect(yields).toBe(4);
    expect(step.value).toEqual(buildHostLedger(reading));
  });
});

describe('a recorded host (cgroup v1, 24 GiB)', () => {
  const text = readFileSync(new URL('../test/recorded-v1.json', import.meta.url), 'utf8');
  const recorded = readingOf({ ...(JSON.parse(text) as HostReading), proportional: new Map() });

  it('leaves less than 32 MiB or 1 % unattributed', () => {
    const ledger = ledgerOf(recorded);
    const bound = Math.max((ledger.usedBytes ?? 0) / 100, 32 * MIB);
    expect(Math.abs(ledger.unattributedBytes ?? Infinity)).toBeLessThan(bound);
  });
});
