import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Stalled, Unavailable } from '#contracts/errors';
import type { CgroupReading, Meminfo, ProcessReading } from '#contracts/reading';
import { bytes, MIB } from '#contracts/units';
import { FakeClock, FakeScanner } from '../../test/fakes.js';
import { Deadline } from './deadline.js';
import { HostSensor } from './host-sensor.js';
import { KernelFiles } from './kernel-files.js';

let proc: string;
let scanner: FakeScanner;

beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'memwarden-proc-'));
  mkdirSync(join(proc, 'sys/kernel/random'), { recursive: true });
  writeFileSync(join(proc, 'sys/kernel/random/boot_id'), 'boot-1\n');
  writeFileSync(join(proc, 'vmstat'), 'pgfault 1\noom_kill 3\n');
  writeFileSync(
    join(proc, 'zoneinfo'),
    'Node 0, zone X\n  pagesets\n    cpu: 0\n              count:    10\n',
  );
  memFree(4096);
  scanner = new FakeScanner();
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(proc, { recursive: true });
});

const memFree = (mib: number): void => {
  writeFileSync(join(proc, 'meminfo'), `MemTotal: ${8192 * 1024} kB\nMemFree: ${mib * 1024} kB\n`);
};
const sensor = (): HostSensor => new HostSensor(scanner, new KernelFiles(proc), new FakeClock());
const cgroup = (path: string, anon: number): CgroupReading =>
  ({
    path,
    inode: 1,
    usage: path === '/' ? null : anon,
    anon,
    file: 0,
    shmem: 0,
    kernel: 0,
    swap: 0,
  }) as CgroupReading;
const process = (pid: number): ProcessReading =>
  ({
    pid,
    startTimeTicks: 1,
    rssAnon: 10 * MIB,
    rssShmem: 0,
    rssFile: 0,
    swap: 0,
    hugetlb: 0,
    cgroup: '/a',
  }) as ProcessReading;

describe('HostSensor', () => {
  it('reads processes, meminfo, cgroups, meminfo in this order: the order bounds the error', async () => {
    const order: string[] = [];
    scanner.scanProcesses = () => {
      order.push('processes');
      memFree(4000);
      return Promise.resolve([]);
    };
    scanner.scanCgroups = () => {
      order.push('cgroups');
      memFree(3990);
      return Promise.resolve({ version: 2, hugetlbIsCharged: false, cgroups: [] });
    };
    const { reading } = await sensor().sense();
    expect(order).toEqual(['processes', 'cgroups']);
    expect(reading.memFreeBefore).toBe(4000 * MIB);
    expect(reading.meminfo.memFree).toBe(3990 * MIB);
  });

  it('reads the small files', async () => {
    const { reading } = await sensor().sense();
    expect(reading).toMatchObject({ bootId: 'boot-1', oomKills: 3, pressure: null });
    expect(reading.perCpuFree).toBeGreaterThanOrEqual(10 * 4096);
  });

  it('reads all once more, and only once, when free memory moved by more than 32 MiB', async () => {
    let passes = 0;
    scanner.scanCgroups = () => {
      passes += 1;
      memFree(4096 - 33 * passes);
      return Promise.resolve({ version: 2, hugetlbIsCharged: false, cgroups: [] });
    };
    const { reading } = await sensor().sense();
    expect(passes).toBe(2);
    expect(reading.memFreeBefore - reading.meminfo.memFree).toBe(33 * MIB);
  });

  it('asks for at most 50 proportional shares a sample', async () => {
    scanner.cgroups = [cgroup('/', MIB), cgroup('/a', MIB)];
    scanner.processes = Array.from({ length: 5000 }, (_, i) => process(i + 1));
    await sensor().sense();
    expect(scanner.proportionalAsked).toEqual([50]);
  });

  it('has a ledger to give without them, and says what is lacking', async () => {
    scanner.cgroups = [cgroup('/', MIB), cgroup('/a', MIB)];
    scanner.processes = [process(1)];
    scanner.readProportional = () => Promise.reject(new Unavailable('Needs SYS_PTRACE.'));
    expect(await sensor().sense()).toMatchObject({
      lacking: expect.stringMatching(/Needs SYS_PTRACE\.$/),
      reading: { processes: [{ pid: 1 }] },
    });
  });

  it('gives up a scan that stalls, and does not start it again while it hangs', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    const hung = Promise.withResolvers<readonly ProcessReading[]>();
    let scans = 0;
    scanner.scanProcesses = () => {
      scans += 1;
      return hung.promise;
    };
    const host = sensor();
    const first = host.sense();
    first.catch(() => undefined);
    while (scans === 0) await new Promise((done) => setImmediate(done));
    jest.advanceTimersByTime(4000);
    await expect(first).rejects.toThrow(Stalled);
    await expect(host.sense()).rejects.toThrow('not asked again');
    expect(scans).toBe(1);
    hung.resolve([]);
    await new Promise((done) => setImmediate(done));
    await expect(host.sense()).resolves.toBeDefined();
  });

  it('reads how many huge pages of other sizes are free, where there are huge pages at all', async () => {
    const sys = join(proc, 'sys-root');
    const write = (folder: string, free: string): void => {
      mkdirSync(join(sys, 'kernel/mm/hugepages', folder), { recursive: true });
      writeFileSync(join(sys, 'kernel/mm/hugepages', folder, 'free_hugepages'), free);
    };
    const files = new KernelFiles(proc, sys);
    const sizes = (hugetlb: number): Meminfo =>
      ({ hugetlb: bytes(hugetlb), hugepagesize: bytes(2 * MIB) }) as Meminfo;
    await expect(files.otherHugetlbFree(sizes(1))).resolves.toBe(0); // no such folder
    write('hugepages-2048kB', '5\n');
    write('hugepages-32768kB', '3\n');
    write('hugepages-64kB', 'many\n');
    mkdirSync(join(sys, 'kernel/mm/hugepages/hugepages-16kB'));
    await expect(files.otherHugetlbFree(sizes(1))).resolves.toBe(3 * 32 * MIB);
    await expect(files.otherHugetlbFree(sizes(0))).resolves.toBe(0);

    const meminfo = ['MemTotal: 8192 kB', 'MemFree: 1 kB', 'Hugepagesize: 2048 kB', 'Hugetlb: 4096 kB', ''];
    writeFileSync(join(proc, 'meminfo'), meminfo.join('\n'));
    const { reading } = await new HostSensor(scanner, files, new FakeClock()).sense();
    expect(reading.otherHugetlbFree).toBe(3 * 32 * MIB);
  });

  it('says which file cannot be read', async () => {
    rmSync(join(proc, 'meminfo'));
    await expect(sensor().sense()).rejects.toThrow(/meminfo cannot be read/);
  });
});

describe('what the sensor does not see', () => {
  const machine = [
    { pid: 1, parentPid: 0, name: 'init' },
    { pid: 2, parentPid: 0, name: 'kthreadd' },
  ] as ProcessReading[];
  const withoutMemory = (processes: readonly ProcessReading[]): ProcessReading[] =>
    processes.map((each) => ({ ...each, rssAnon: bytes(0), rssShmem: bytes(0) }));

  it('is nothing on a machine of its own', async () => {
    scanner.processes = withoutMemory(machine);
    expect(await sensor().sense()).toMatchObject({ lacking: null, reading: { seesAllProcesses: true } });
  });

  it.each([
    ['hidepid', [], /process 1 is hidden.*CAP_SYS_PTRACE.*hidepid/],
    ['a container', [machine[0]!, { ...machine[1]!, name: 'sh' }], /of a container.*hostPID: true/],
    ['one entered from outside', [machine[0]!, { ...machine[1]!, parentPid: 1 }], /of a container/],
  ])('is said at once: %s', async (_, processes, text) => {
    scanner.processes = withoutMemory(processes);
    const { lacking, reading } = await sensor().sense();
    expect(lacking).toMatch(text);
    expect(lacking).toMatch(/^This agent sees only its own processes/);
    expect(reading.seesAllProcesses).toBe(false);
  });

  it.each(['processes', 'cgroups'] as const)('is said of %s after three scans running', async (kind) => {
    scanner.processes = withoutMemory(machine);
    const host = sensor();
    const lackingWith = async (count: number): Promise<string | null> => {
      scanner.skipped = { processes: 0, cgroups: 0, [kind]: count };
      const { lacking, reading } = await host.sense();
      expect(reading.skipped[kind]).toBe(count);
      return lacking;
    };
    expect([await lackingWith(4), await lackingWith(4), await lackingWith(0)]).toEqual([null, null, null]);
    expect([await lackingWith(1), await lackingWith(1)]).toEqual([null, null]);
    expect(await lackingWith(5)).toMatch(new RegExp(`^5 ${kind} cannot be read.*Run .*as root`));
    expect(await lackingWith(0)).toBeNull();
  });

  it('is said together with shares that did not come', async () => {
    scanner.cgroups = [cgroup('/', MIB), cgroup('/a', MIB)];
    scanner.processes = [process(7)];
    scanner.readProportional = () => Promise.reject(new Unavailable('Needs SYS_PTRACE.'));
    expect((await sensor().sense()).lacking).toMatch(/process 1 is hidden.* Needs SYS_PTRACE\.$/);
  });
});

describe('Deadline', () => {
  it('passes on what comes in time, good or bad', async () => {
    const deadline = new Deadline();
    await expect(deadline.within('x', 1000, () => Promise.resolve(bytes(1)))).resolves.toBe(1);
    await expect(deadline.within('x', 1000, () => Promise.reject(new Unavailable('gone')))).rejects.toThrow(
      'gone',
    );
    await expect(deadline.within('x', 1000, () => Promise.resolve(2))).resolves.toBe(2);
  });
});
