/*
 * What the native scanner says against the kernel's files, read here by hand before and after each scan: what did not
 * move in between must be exactly what was scanned, and what moved must lie between.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupReading, ProcessReading } from '#contracts/reading';
import { NativeHostScanner } from '#native';
import { suite, test } from './testing.js';

const ROOT = '/sys/fs/cgroup';
/** Counters of memory.stat may be read before what is pending on the CPUs was added: up to 64 pages each. */
const PENDING = 64 * 2 * 4096;
const COUNTERS: ReadonlySet<string> = new Set(['anon', 'file', 'shmem', 'kernel']);

type Numbers = Readonly<Record<string, number>>;

function flat(path: string): Numbers {
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([key = '', value]) => [key, Number(value)] as const),
  );
}

function byHand(path: string): Numbers {
  const folder = ROOT + path;
  const number = (file: string): number => Number(readFileSync(join(folder, file), 'utf8'));
  const stat = flat(join(folder, 'memory.stat'));
  return {
    ...(path === '/' ? {} : { usage: number('memory.current'), swap: number('memory.swap.current') }),
    ...(path === '/' ? {} : { oomKills: flat(join(folder, 'memory.events'))['oom_kill'] ?? -1 }),
    anon: stat['anon'] ?? -1,
    file: stat['file'] ?? -1,
    shmem: stat['shmem'] ?? -1,
    kernel: stat['kernel'] ?? -1,
    dyingDescendants: flat(join(folder, 'cgroup.stat'))['nr_dying_descendants'] ?? -1,
    inode: statSync(folder).ino,
  };
}

interface Hands {
  readonly values: readonly number[];
  readonly slack: number;
}

function assertBetween(what: string, scanned: number, { values, slack }: Hands): void {
  const [low, high] = [Math.min(...values) - slack, Math.max(...values) + slack];
  assert.ok(
    scanned >= low && scanned <= high,
    `${what}: scanned ${scanned}, by hand ${values.join(' and ')}`,
  );
}

function cgroupPaths(folder = ROOT, path = '/'): string[] {
  const children = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [
    path,
    ...children.flatMap(({ name }) =>
      cgroupPaths(join(folder, name), path === '/' ? `/${name}` : `${path}/${name}`),
    ),
  ];
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

suite('scanning cgroups', () => {
  test('finds every cgroup, the root first and parents before children', async () => {
    await using scanner = new NativeHostScanner();
    mkdirSync(`${ROOT}/outer`);
    writeFileSync(`${ROOT}/outer/cgroup.subtree_control`, '+memory');
    mkdirSync(`${ROOT}/outer/inner`);
    try {
      const { version, cgroups } = await scanner.scanCgroups();
      const paths = cgroups.map((cgroup) => cgroup.path);
      assert.equal(version, 2);
      assert.equal(paths[0], '/');
      assert.deepEqual([...paths].sort(), cgroupPaths().sort());
      assert.ok(paths.indexOf('/outer') < paths.indexOf('/outer/inner'));
    } finally {
      rmdirSync(`${ROOT}/outer/inner`);
      rmdirSync(`${ROOT}/outer`);
    }
  });

  test('says what the files say', async () => {
    await using scanner = new NativeHostScanner();
    const before = new Map(cgroupPaths().map((path) => [path, byHand(path)]));
    const { cgroups } = await scanner.scanCgroups();
    for (const cgroup of cgroups) assertSame(cgroup, before.get(cgroup.path) ?? {}, byHand(cgroup.path));
  });

  test('gives limits, and the root no usage of its own', async () => {
    await using scanner = new NativeHostScanner();
    mkdirSync(`${ROOT}/limited`);
    try {
      writeFileSync(`${ROOT}/limited/memory.max`, String(64 * 1024 * 1024));
      const { cgroups } = await scanner.scanCgroups();
      const of = (path: string): CgroupReading | undefined => cgroups.find((each) => each.path === path);
      assert.equal(of('/limited')?.limit, 64 * 1024 * 1024);
      assert.equal(of('/runner')?.limit, null);
      assert.equal(of('/')?.usage, null);
    } finally {
      rmdirSync(`${ROOT}/limited`);
    }
  });
});

function assertSame(cgroup: CgroupReading, before: Numbers, after: Numbers): void {
  for (const [key, value] of Object.entries(before)) {
    const scanned = cgroup[key as keyof CgroupReading] as number;
    const values = [value, after[key] ?? Number.NaN];
    const slack = values[0] !== values[1] || COUNTERS.has(key) ? PENDING : 0;
    assertBetween(`${cgroup.path} ${key}`, scanned, { values, slack });
  }
}

suite('scanning processes', () => {
  test('finds every process once, in the order of their pids', async () => {
    await using scanner = new NativeHostScanner();
    const processes = await scanner.scanProcesses();
    const pids = processes.map(({ pid }) => pid);
    const listed = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
    assert.deepEqual(
      [...pids].sort((a, b) => a - b),
      pids,
    );
    assert.equal(new Set(pids).size, pids.length);
    for (const pid of [1, 2, process.pid]) assert.ok(pids.includes(pid));
    assert.ok(Math.abs(listed.length - pids.length) <= 2, `${listed.length} listed, ${pids.length} scanned`);
  });

  test('says of this process what its files say', async () => {
    await using scanner = new NativeHostScanner();
    const before = readFileSync('/proc/self/status', 'utf8');
    const me = (await scanner.scanProcesses()).find(({ pid }) => pid === process.pid);
    const after = readFileSync('/proc/self/status', 'utf8');
    assert.ok(me !== undefined);
    assert.equal(me.cgroup, '/runner');
    assert.equal(me.name, readFileSync('/proc/self/comm', 'utf8').trim());
    assert.equal(me.parentPid, process.ppid);
    assert.equal(me.uid, 0);
    assertMemory(me, before, after);
  });

  test('gives a kernel thread no memory', async () => {
    await using scanner = new NativeHostScanner();
    const thread = (await scanner.scanProcesses()).find(({ pid }) => pid === 2);
    assert.equal(thread?.name, 'kthreadd');
    assert.deepEqual([thread.rssAnon, thread.rssFile, thread.rssShmem, thread.swap], [0, 0, 0, 0]);
  });
});

/** This process allocates while it measures itself: up to what a garbage collection moves. */
const OWN_NOISE = 8 * 1024 * 1024;

function assertMemory(me: ProcessReading, before: string, after: string): void {
  const rows = [
    ['RssAnon', me.rssAnon],
    ['RssFile', me.rssFile],
    ['RssShmem', me.rssShmem],
    ['VmSwap', me.swap],
  ] as const;
  for (const [name, scanned] of rows) {
    const values = [field(before, name) * 1024, field(after, name) * 1024];
    assertBetween(name, scanned, { values, slack: OWN_NOISE });
  }
}
