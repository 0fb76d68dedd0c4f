/*
 * The workloads that other tests measure by: each holds what it says, does what its name says when it is asked, and
 * writes down what it received.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MIB } from '#contracts/units';
import { startWorkload, WORKLOADS, type Workload, type WorkloadName } from '../workloads/start.js';
import { otherUser, scratch } from './local-mode.js';
import { freePort } from './support/free-port.js';
import { until } from './support/until.js';

const HELD_MIB = 96;
const FREED_BYTES = 90 * MIB;
const SIGUSR2_BIT = 1n << 11n;
const names = Object.keys(WORKLOADS) as WorkloadName[];

const isBuilt = existsSync(WORKLOADS['mw-gives'][0]);
if (!isBuilt) console.warn('Skipped: the workloads that are asked. They are built by "npm run test:native".');
const describeHere = isBuilt ? describe : describe.skip;

function status(workload: Workload, field: string): string {
  const text = readFileSync(`/proc/${workload.pid}/status`, 'utf8');
  return new RegExp(`^${field}:\\s*(.*)$`, 'mu').exec(text)?.[1] ?? '';
}

const anonBytes = (workload: Workload): number => Number.parseInt(status(workload, 'RssAnon'), 10) * 1024;
const has = (workload: Workload, mask: 'SigCgt' | 'SigIgn'): boolean =>
  (BigInt(`0x${status(workload, mask)}`) & SIGUSR2_BIT) !== 0n;

describeHere('a workload', () => {
  it.each(names)('%s holds its bytes under its own name, and nobody asked it', async (name) => {
    await using folder = await scratch();
    await using workload = await startWorkload(name, { holdMiB: HELD_MIB, journal: join(folder.path, 'j') });
    expect(status(workload, 'Name')).toBe(name);
    expect(anonBytes(workload)).toBeGreaterThanOrEqual(HELD_MIB * MIB);
    expect(workload.received()).toEqual([]);
  });

  it.each(['mw-cache', 'mw-pyservice', 'mw-gives'] as const)('%s gives it back by signal', async (name) => {
    await using folder = await scratch();
    await using workload = await startWorkload(name, { holdMiB: HELD_MIB, journal: join(folder.path, 'j') });
    expect(has(workload, 'SigCgt')).toBe(true);
    const before = anonBytes(workload);
    workload.process.kill('SIGUSR2');
    await until(`${name} gives back`, () => before - anonBytes(workload) >= FREED_BYTES);
    expect(workload.received()).toMatchObject([
      { pid: workload.pid, how: 'SIGUSR2', heldBytes: HELD_MIB * MIB },
    ]);
    workload.process.kill('SIGUSR2');
    await until('the second is received', () => workload.received().length === 2);
    expect(workload.received()[1]).toMatchObject({ heldBytes: 0 });
  });

  it.each(['mw-cache', 'mw-pyservice'] as const)('%s gives it back over HTTP', async (name) => {
    await using folder = await scratch();
    const port = await freePort();
    const env = { MEMWARDEN_NOTIFY_PORT: String(port) };
    const journal = join(folder.path, 'j');
    await using workload = await startWorkload(name, { holdMiB: HELD_MIB, journal, env });
    const before = anonBytes(workload);
    const post = (path: string): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST' });
    expect((await post('/else')).status).toBe(404);
    expect((await post('/memwarden/release')).status).toBe(200);
    await until(`${name} gives back`, () => before - anonBytes(workload) >= FREED_BYTES);
    expect(workload.received()).toMatchObject([{ how: 'POST /memwarden/release' }]);
  });

  it('mw-yes says 200 and frees nothing', async () => {
    await using folder = await scratch();
    const port = await freePort();
    const env = { MEMWARDEN_NOTIFY_PORT: String(port), MEMWARDEN_NOTIFY_PATH: '/please' };
    const journal = join(folder.path, 'j');
    await using workload = await startWorkload('mw-yes', { holdMiB: HELD_MIB, journal, env });
    const answer = await fetch(`http://127.0.0.1:${port}/please`, { method: 'POST' });
    expect(answer.status).toBe(200);
    expect(workload.received()).toMatchObject([{ how: 'POST /please', heldBytes: HELD_MIB * MIB }]);
    expect(anonBytes(workload)).toBeGreaterThanOrEqual(HELD_MIB * MIB);
  });

  it('mw-deaf hears and frees nothing', async () => {
    await using folder = await scratch();
    const journal = join(folder.path, 'j');
    await using workload = await startWorkload('mw-deaf', { holdMiB: HELD_MIB, journal });
    expect(has(workload, 'SigCgt')).toBe(true);
    workload.process.kill('SIGUSR2');
    await until('it is received', () => workload.received().length === 1);
    expect(anonBytes(workload)).toBeGreaterThanOrEqual(HELD_MIB * MIB);
  });

  it('mw-nohandler has none and mw-ignores does not listen', async () => {
    await using without = await startWorkload('mw-nohandler', { holdMiB: 1 });
    expect([has(without, 'SigCgt'), has(without, 'SigIgn')]).toEqual([false, false]);
    await using ignoring = await startWorkload('mw-ignores', { holdMiB: 1 });
    expect([has(ignoring, 'SigCgt'), has(ignoring, 'SigIgn')]).toEqual([false, true]);
  });
});

const other = otherUser();
const describeAsRoot = isBuilt && other !== null ? describe : describe.skip;
describeAsRoot('a workload of another user', () => {
  it.each(names)('%s runs as that user', async (name) => {
    await using workload = await startWorkload(name, { holdMiB: 1, uid: other ?? 0 });
    expect(status(workload, 'Uid').split('\t')).toEqual(Array(4).fill(String(other)));
  });
});
