import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InvalidValue, NotFound, Stalled, Unavailable } from '#contracts/errors';
import { NativeHostScanner } from './index.js';

const WORKLOADS = join(import.meta.dirname, '../../../build/native/workloads');
const MIB = 1024 * 1024;

/** A workload of test/workloads that has its memory; ends with the scope. */
async function start(name: string, ...args: string[]): Promise<AsyncDisposable & { readonly pid: number }> {
  const child = spawn(join(WORKLOADS, name), args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ready = JSON.parse(line.toString()) as { event: string; pid: number };
  expect(ready.event).toBe('ready');
  return {
    pid: ready.pid,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

describe('NativeHostScanner on this machine', () => {
  test('finds this process with its memory and cgroup', async () => {
    await using scanner = new NativeHostScanner();

    const processes = await scanner.scanProcesses();

    const self = processes.find(({ pid }) => pid === process.pid);
    expect(self?.rssAnon).toBeGreaterThan(10 * MIB);
    expect(self).toMatchObject({ parentPid: process.ppid, uid: process.getuid?.() });
    expect(self?.cgroup).toMatch(/^\//);
  });

  test('gives workloads the bytes that they took', async () => {
    await using anon = await start('mw-anon', '32M');
    await using family = await start('mw-family', 'shared', '32M', '3');
    await using scanner = new NativeHostScanner();

    const processes = await scanner.scanProcesses();
    const child = processes.find(({ parentPid }) => parentPid === family.pid)!;
    const shares = await scanner.readProportional([child, { pid: child.pid, startTimeTicks: 1 }]);

    expect(processes.find(({ pid }) => pid === anon.pid)?.rssAnon).toBeGreaterThanOrEqual(32 * MIB);
    expect(child.rssShmem).toBeGreaterThanOrEqual(32 * MIB);
    expect([...shares.keys()]).toEqual([`${child.pid}:${child.startTimeTicks}`]);
    expect([...shares.values()][0]?.pssShmem).toBeCloseTo(8 * MIB, -6);
  });

  test('takes a hostile name as it is', async () => {
    await using hostile = await start('mw-hostile-name', Buffer.from(') R 1\n\u001b[31m"').toString('hex'));
    await using scanner = new NativeHostScanner();

    const processes = await scanner.scanProcesses();

    expect(processes.find(({ pid }) => pid === hostile.pid)).toMatchObject({
      name: ') R 1\n\u001b[31m"',
      parentPid: process.pid,
    });
  });

  test('lists cgroups, the root first and parents before children', async () => {
    await using scanner = new NativeHostScanner();

    const { cgroups } = await scanner.scanCgroups();

    expect(cgroups[0]?.path).toBe('/');
    const seen = new Set(['/']);
    for (const { path } of cgroups) {
      expect(seen).toContain(dirname(path));
      seen.add(path);
    }
  });

  test('lets the event loop turn while the kernel works', async () => {
    // Some milliseconds of kernel time, and fewer records than one slice.
    await using _swarm = await start('mw-swarm', '200');
    await using scanner = new NativeHostScanner();
    let turned = false;
    setImmediate(() => (turned = true));

    const processes = await scanner.scanProcesses();

    expect(processes.length).toBeGreaterThan(200);
    expect(turned).toBe(true);
  });

  test('runs calls one after another', async () => {
    await using _swarm = await start('mw-swarm', '200');
    await using scanner = new NativeHostScanner();

    // Side by side on the pool's threads, the library would refuse the second.
    const scans = await Promise.all([
      scanner.scanProcesses(),
      scanner.scanProcesses(),
      scanner.scanCgroups(),
      scanner.scanProcesses(),
    ]);

    expect(scans).toHaveLength(4);
  });
});

describe('NativeHostScanner on a fixture', () => {
  let folder: string;
  const write = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const open = (): NativeHostScanner =>
    new NativeHostScanner({ procRoot: join(folder, 'proc'), cgroupRoot: join(folder, 'cgroup') });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memwarden-'));
    write('proc/7/stat', '7 (\xff\n) S 3 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0\n');
    write(
      'proc/7/status',
      'State:\tS\nUid:\t5\nRssAnon:\t1 kB\nRssFile:\t2 kB\nRssShmem:\t3 kB\nVmSwap:\t4 kB\nHugetlbPages:\t5 kB\n',
    );
    write('proc/7/cgroup', '0::/a\n');
    write('cgroup/cgroup.controllers', 'memory\n');
    write('cgroup/memory.stat', 'anon 10\nfile 20\nkernel 30\nshmem 5\n');
    write('cgroup/a/memory.current', '100\n');
    write('cgroup/a/memory.max', '200\n');
    write('cgroup/a/memory.stat', 'anon 1\nfile 2\nkernel 3\nshmem 1\n');
    write('cgroup/a/memory.events', 'oom_kill 4\n');
    write('cgroup/a/cgroup.stat', 'nr_dying_descendants 6\n');
    write('cgroup/a/hugetlb.2MB.current', '2097152\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('decodes every field of a process', async () => {
    write(
      'proc/7/stat',
      Buffer.from('7 (\xff\n) S 3 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0\n', 'latin1'),
    );
    await using scanner = open();

    await expect(scanner.scanProcesses()).resolves.toEqual([
      {
        pid: 7,
        startTimeTicks: 99,
        parentPid: 3,
        uid: 5,
        state: 'S',
        name: '\uFFFD\n',
        rssAnon: 1024,
        rssFile: 2048,
        rssShmem: 3072,
        swap: 4096,
        hugetlb: 5120,
        cgroup: '/a',
      },
    ]);
  });

  test('decodes every field of a cgroup', async () => {
    await using scanner = open();

    const scan = await scanner.scanCgroups();

    expect(scan).toMatchObject({ version: 2, hugetlbIsCharged: false });
    expect(scan.cgroups[0]).toMatchObject({
      path: '/',
      usage: null,
      limit: null,
      anon: 10,
      own: null,
      hugetlb: null,
    });
    expect(scan.cgroups[1]).toEqual({
      path: '/a',
      inode: expect.any(Number),
      usage: 100,
      limit: 200,
      swap: 0,
      anon: 1,
      file: 2,
      shmem: 1,
      kernel: 3,
      own: null,
      hugetlb: 2097152,
      dyingDescendants: 6,
      oomKills: 4,
    });
  });

  test('grows its buffer to what is there', async () => {
    const pathOf = (pid: number): string => `/${pid}`.padEnd(4000, 'x');
    for (let pid = 10; pid < 60; pid++) {
      write(`proc/${pid}/stat`, `${pid} (x) S 3 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0 0\n`);
      write(`proc/${pid}/status`, 'State:\tS\nUid:\t0\n');
      write(`proc/${pid}/cgroup`, `0::${pathOf(pid)}\n`);
    }
    await using scanner = open();

    const processes = await scanner.scanProcesses();

    expect(processes).toHaveLength(51);
    expect(processes.every(({ pid, cgroup }) => cgroup === (pid === 7 ? '/a' : pathOf(pid)))).toBe(true);
  });

  test('counts what it leaves out', async () => {
    write('cgroup/a/memory.current', '9007199254740992\n');
    write('proc/8/stat', '8 (cut) S');
    await using scanner = open();

    await expect(scanner.scanCgroups()).resolves.toHaveProperty('cgroups.length', 1);
    await expect(scanner.scanProcesses()).resolves.toHaveLength(1);
    expect(scanner.skipped).toEqual({ processes: 1, cgroups: 1 });
  });

  test('refuses a crowd', async () => {
    await using scanner = open();

    const calls = Array.from({ length: 16 }, (_, i) =>
      i % 2 === 0 ? scanner.scanProcesses() : scanner.scanCgroups(),
    );
    await expect(scanner.scanProcesses()).rejects.toThrow(Stalled);
    await expect(Promise.all(calls)).resolves.toHaveLength(16);
    await expect(scanner.scanProcesses()).resolves.toHaveLength(1);
  });

  test('scans on while the shares of a process do not come', async () => {
    const rollup = join(folder, 'proc/7/smaps_rollup');
    execFileSync('mkfifo', [rollup]); // opens when it has a writer, as a locked address space is read when it is unlocked
    await using scanner = open();
    const shares = scanner.readProportional([{ pid: 7, startTimeTicks: 99 }]);

    await expect(scanner.scanProcesses()).resolves.toHaveLength(1);
    await expect(scanner.scanCgroups()).resolves.toHaveProperty('cgroups.length', 2);

    await writeFile(rollup, 'Pss_Anon: 1 kB\nPss_Shmem: 2 kB\n');
    await expect(shares).resolves.toEqual(new Map([['7:99', { pssAnon: 1024, pssShmem: 2048 }]]));
  });

  test('ends after the calls that are under way', async () => {
    const scanner = open();
    const order: string[] = [];
    const scan = scanner.scanProcesses().then((processes) => {
      order.push('scanned');
      return processes;
    });
    await scanner.close();
    order.push('closed');
    await scanner.close();

    await expect(scan).resolves.toHaveLength(1);
    expect(order).toEqual(['scanned', 'closed']);
    await expect(scanner.scanProcesses()).rejects.toThrow(Unavailable);
  });

  test('says when nothing holds the memory controller', async () => {
    write('cgroup/cgroup.controllers', 'cpu\n');
    await using scanner = open();

    await expect(scanner.scanCgroups()).rejects.toThrow(/Mount cgroup2/);
  });

  test('says when a root is missing', () => {
    expect(() => new NativeHostScanner({ procRoot: join(folder, 'none') })).toThrow(NotFound);
  });

  test.each([-1, 0, 1.5, 2 ** 31])('refuses shares of the pid %p', async (pid) => {
    await using scanner = open();
    await expect(scanner.readProportional([{ pid, startTimeTicks: 1 }])).rejects.toThrow(InvalidValue);
  });

  test('has no shares of nobody', async () => {
    await using scanner = open();
    await expect(scanner.readProportional([])).resolves.toEqual(new Map());
  });
});
