/*
 * What a node goes through: swap, huge pages, OOM kills, a frozen cgroup, pressure, cgroups that come and go.
 * The ledger must say it as the kernel does and go on adding up.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Holder } from '#contracts/ledger';
import { MIB } from '#contracts/units';
import { heldBytes, HostProbe, rowOf, type Sample } from '../../../bench/accuracy/probe.js';
import { Workload } from '../../../bench/accuracy/workload.js';
import { Cgroup } from '../../../bench/harness/cgroup.js';
import { Workspace } from '../../../bench/harness/workspace.js';
import { figure, suite, test } from './testing.js';

const HELD = 96 * MIB;
const HUGE_PAGES = '/proc/sys/vm/nr_hugepages';
const HUGE_PAGE = 2 * MIB;
const TOLERANCE = 0.02;
const SAMPLES_IN_CHURN = 50;

function assertNear(what: string, found: number, known: number, tolerance = TOLERANCE): void {
  assert.ok(Math.abs(found - known) <= tolerance * known, `${what}: ${found}, known ${known}`);
}

function bucket({ device }: Sample, id: string): Holder | undefined {
  return device.holders.find((row) => row.id === id);
}

/** Without the per-CPU lists, which making huge pages empties. */
function reserveOf({ device, reading }: Sample): number {
  return (device.reservedBytes ?? Number.NaN) - reading.perCpuFree;
}

function oomKillsOf({ reading }: Sample, path: string): number {
  return reading.cgroups.find((cgroup) => cgroup.path === path)?.oomKills ?? Number.NaN;
}

suite('a node under pressure', () => {
  const workspace = new Workspace(() => undefined);
  const probe = workspace.use(new HostProbe());
  after(() => workspace[Symbol.asyncDispose]());

  const inCgroup = (
    name: string,
    body: (section: Workspace, cgroup: Cgroup) => Promise<void>,
  ): Promise<void> =>
    workspace.section(async (section) => body(section, section.use(new Cgroup(`/${name}`))));

  test('what is swapped out is no longer in the row, but beside it', () =>
    inCgroup('swapped', async (section, cgroup) => {
      section.use(await Workload.start({ name: 'anon', args: [HELD], cgroup }));
      const before = rowOf(await probe.sample(), cgroup.path);
      cgroup.write('memory.reclaim', `${HELD / 2} swappiness=200`);
      const after = rowOf(await probe.sample(), cgroup.path);
      const swapped = after.swapBytes ?? 0;
      assert.ok(swapped >= HELD / 3, `only ${swapped} bytes were swapped out`);
      assertNear('held and swapped out', heldBytes(after) + swapped, heldBytes(before));
    }));

  test('huge pages in use are a row, and the free ones of the pool are reserved', async () => {
    const before = await probe.sample();
    writeFileSync(HUGE_PAGES, '32');
    try {
      await inCgroup('huge', async (section, cgroup) => {
        const pool = Number(readFileSync(HUGE_PAGES, 'utf8')) * HUGE_PAGE;
        section.use(await Workload.start({ name: 'hugetlb', args: [pool / 2], cgroup }));
        const after = await probe.sample();
        assert.equal(bucket(after, 'bucket:hugetlb')?.bytes, pool / 2);
        assertNear('the free half is reserved', reserveOf(after) - reserveOf(before), pool / 2, 0.1);
      });
    } finally {
      writeFileSync(HUGE_PAGES, '0');
    }
    assert.equal(bucket(await probe.sample(), 'bucket:hugetlb'), undefined);
  });

  test('an OOM kill is counted, in its cgroup and on the node', () =>
    inCgroup('killed', async (section, cgroup) => {
      const before = await probe.sample();
      cgroup.write('memory.max', String(32 * MIB));
      cgroup.write('memory.swap.max', '0');
      const victim = section.use(Workload.launch({ name: 'anon', args: [HELD], cgroup }));
      await victim.exited();
      const after = await probe.sample();
      assert.equal(victim.signal, 'SIGKILL');
      assert.equal(oomKillsOf(after, cgroup.path), 1);
      assert.equal((after.reading.oomKills ?? 0) - (before.reading.oomKills ?? 0), 1);
      assert.equal(rowOf(after, cgroup.path).limitBytes, 32 * MIB);
    }));

  test('a frozen cgroup is read like any other', () =>
    inCgroup('frozen', async (section, cgroup) => {
      const workload = section.use(await Workload.start({ name: 'anon', args: [HELD], cgroup }));
      section.use({ [Symbol.dispose]: () => cgroup.write('cgroup.freeze', '0') });
      cgroup.write('cgroup.freeze', '1');
      const sample = await probe.sample();
      assertNear('the frozen row', heldBytes(rowOf(sample, cgroup.path)), HELD);
      assert.ok(sample.device.holders.some((row) => row.pid === workload.pid));
    }));

  test('pressure is what the kernel prints', async () => {
    const { reading } = await probe.sample();
    const total = Number(/^some .*total=(\d+)$/m.exec(readFileSync('/proc/pressure/memory', 'utf8'))?.[1]);
    assert.ok(reading.pressure !== null);
    // The swapping and the OOM kill above stalled somebody.
    assert.ok(reading.pressure.someTotalMicroseconds > 0);
    assert.ok(total >= reading.pressure.someTotalMicroseconds);
  });

  test('cgroups that come and go 100 times a second are survived', (context) =>
    inCgroup('churn', async (_section, parent) => {
      parent.delegate();
      const start = performance.now();
      let made = 0;
      let samples = 0;
      while (samples < SAMPLES_IN_CHURN) {
        const sampled = probe.sample();
        while (made < (performance.now() - start) / 10) await comeAndGo(parent, made++);
        await sampled;
        samples += 1;
        await pause(1);
      }
      const perSecond = (made * 1000) / (performance.now() - start);
      figure(context, 'churn', { perSecond, samples });
      assert.ok(perSecond >= 90, `only ${perSecond} a second`);
    }));

  test('added up all the time, within the bound', () => {
    assert.deepEqual(probe.broken, []);
    assert.ok(Math.max(...probe.shareOfBound) <= 1, `up to ${Math.max(...probe.shareOfBound)} of the bound`);
  });
});

async function comeAndGo(parent: Cgroup, number: number): Promise<void> {
  const cgroup = new Cgroup(`${parent.path}/short-${number}`);
  await pause(1);
  await cgroup.remove();
}
