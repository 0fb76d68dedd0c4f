/*
 * The whole loop as a user has it: local mode, a policy in a file, processes that are asked; and what each of them truly
 * received beside what the cleanups say. Needs the system's own permission to be asked: where this is root the processes
 * run as nobody, since root's are protected.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MemoryCleanup, MemoryFinding } from '#api';
import { MIB } from '#contracts/units';
import { startWorkload, WORKLOADS, type Workload, type WorkloadName } from '../workloads/start.js';
import { COMMAND, LocalMode, otherUser, scratch, type Ready } from './local-mode.js';
import { freePort } from './support/free-port.js';
import { until } from './support/until.js';

jest.setTimeout(120_000);

const HELD_MIB = 320;
const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const uid = isRoot ? otherUser() : (process.getuid?.() ?? 0);
const canRun = existsSync(WORKLOADS['mw-gives'][0]) && uid !== null;
if (!canRun)
  console.warn('Skipped: the whole loop. It needs the workloads, and a user that reaches this checkout.');
const describeHere = canRun ? describe : describe.skip;

const allowList = (users: readonly number[]): string =>
  JSON.stringify({
    version: 1,
    acts: { Notify: [{ uids: users, signals: ['SIGUSR2'], ports: ['1024-65535'] }] },
    ratePerMinute: 60,
  });

/** Any of them is far above the mark, and below it when it gave all back. */
function policy(
  name: string,
  processes: readonly string[],
  ladder: readonly object[],
  mode = 'Enforce',
): string {
  return JSON.stringify({
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryPolicy',
    metadata: { name },
    spec: {
      mode,
      match: { processes: { names: processes } },
      detectors: [
        {
          name: 'full',
          type: 'Pressure',
          pressure: { signal: 'NonReclaimable', percentOfLimit: 1, clearPercent: 0, forSeconds: 1 },
        },
      ],
      actions: [{ detectors: ['full'], ladder, cooldownSeconds: 3600 }],
      limits: { perNode: 10 },
    },
  });
}

const measured = { verifyAfterSeconds: 3, minFreed: '64Mi' };
const SIGNAL = { type: 'Notify', notify: { transport: 'Signal', signal: 'SIGUSR2' }, ...measured };
const HTTP = { type: 'Notify', notify: { transport: 'PodHTTP' }, ...measured };
const BY_SIGNAL: readonly WorkloadName[] = ['mw-cache', 'mw-gives', 'mw-deaf', 'mw-nohandler', 'mw-ignores'];
const BY_HTTP: readonly WorkloadName[] = ['mw-pyservice', 'mw-yes'];

describeHere('from a hungry process to a measured cleanup', () => {
  const started = new AsyncDisposableStack();
  const workloads = new Map<WorkloadName, Workload>();
  let local: LocalMode;
  let ready: Ready;
  let stateDir: string;
  let policies: string;

  beforeAll(async () => {
    stateDir = started.use(await scratch()).path;
    const place = started.use(await scratch()).path;
    await run('chmod', ['1777', place]);
    policies = join(stateDir, 'policies');
    await writeFile(join(stateDir, 'allow.yaml'), allowList([uid ?? 0]), { mode: 0o600 });
    local = started.use(LocalMode.start(stateDir, { args: ['--sample-seconds', '1'] }));
    ready = await local.ready();
    for (const name of [...BY_SIGNAL, ...BY_HTTP]) {
      const port = BY_HTTP.includes(name) ? { MEMWARDEN_NOTIFY_PORT: String(await freePort()) } : {};
      const journal = join(place, name);
      const user = isRoot ? { uid: uid ?? 0 } : {};
      workloads.set(
        name,
        started.use(await startWorkload(name, { holdMiB: HELD_MIB, journal, env: port, ...user })),
      );
    }
  });

  afterAll(() => started.disposeAsync());

  async function items<T>(path: string): Promise<readonly T[]> {
    const response = await fetch(`${ready.api}${path}`, {
      headers: { authorization: `Bearer ${ready.token}` },
    });
    return ((await response.json()) as { items: T[] }).items;
  }

  /** Whole at once: a file that is half written is refused, and said. */
  async function put(name: string, text: string): Promise<void> {
    await writeFile(join(stateDir, name), text);
    await rename(join(stateDir, name), join(policies, `${name}.json`));
  }

  const cleanupsOf = async (name: string): Promise<readonly MemoryCleanup[]> =>
    (await items<MemoryCleanup>('/cleanups?state=all')).filter(
      ({ spec }) => spec.target.process?.name === name,
    );

  async function outcomeOf(name: string): Promise<string> {
    const [only, ...others] = await cleanupsOf(name);
    expect(others).toEqual([]);
    const completed = only?.status.conditions.find(
      ({ type, status }) => type === 'Completed' && status === 'True',
    );
    const reason = only?.status.steps.at(-1)?.reason;
    return completed?.reason === 'Refused' ? `Refused/${reason ?? ''}` : (completed?.reason ?? 'open');
  }

  it('says where policies are, and reads the one that is put there', async () => {
    expect(ready).toMatchObject({ policies });
    await put('by-signal', policy('by-signal', BY_SIGNAL, [SIGNAL], 'Observe'));
    const confirmed = async (): Promise<number> =>
      (await items<MemoryFinding>('/findings')).filter(
        ({ status }) => status.decision?.reason === 'ModeObserve',
      ).length;
    await until('each of them is found', async () => (await confirmed()) === BY_SIGNAL.length, 30_000);
    for (const name of BY_SIGNAL) expect(await cleanupsOf(name)).toEqual([]);
  });

  it('acts once each, and every outcome is what truly happened', async () => {
    await put('by-signal', policy('by-signal', BY_SIGNAL, [SIGNAL]));
    await put('by-http', policy('by-http', BY_HTTP, [HTTP]));
    const names = [...BY_SIGNAL, ...BY_HTTP];
    const outcomes = async (): Promise<Record<string, string>> =>
      Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await outcomeOf(name)] as const)),
      );
    await until('all are over', async () => !Object.values(await outcomes()).includes('open'), 60_000);
    expect(await outcomes()).toEqual({
      'mw-cache': 'Freed',
      'mw-gives': 'Freed',
      'mw-deaf': 'Ineffective',
      'mw-nohandler': 'Refused/NoHandler',
      'mw-ignores': 'Refused/NoHandler',
      'mw-pyservice': 'Freed',
      'mw-yes': 'Ineffective',
    });
    const received = names.map((name) => [name, workloads.get(name)?.received().length]);
    expect(Object.fromEntries(received)).toEqual({
      'mw-cache': 1,
      'mw-gives': 1,
      'mw-deaf': 1,
      'mw-nohandler': 0,
      'mw-ignores': 0,
      'mw-pyservice': 1,
      'mw-yes': 1,
    });
    expect(workloads.get('mw-nohandler')?.process.signalCode).toBeNull();
    for (const name of ['mw-cache', 'mw-gives', 'mw-pyservice'] as const) {
      const [cleanup] = await cleanupsOf(name);
      expect(Math.abs((cleanup?.status.freedBytes ?? 0) - HELD_MIB * MIB)).toBeLessThan(8 * MIB);
    }
  });

  it('is told by the command, which asks again on the same way', async () => {
    const flags = ['--state-dir', stateDir];
    const { stdout } = await run(COMMAND, ['cleanups', ...flags]);
    expect(stdout).toMatch(/mw-deaf \d+ .*ineffective: nothing came back/u);
    expect(stdout).toMatch(/mw-nohandler \d+ .*refused: the process has no handler for the signal/u);
    const pid = String(workloads.get('mw-deaf')?.pid);
    const asked = run(COMMAND, ['cleanups', 'create', '--pid', pid, '--signal', 'usr2', '--wait', ...flags]);
    await expect(asked).rejects.toMatchObject({ code: 1, stdout: expect.stringMatching(/NotOptedIn/u) });
    expect(workloads.get('mw-deaf')?.received()).toHaveLength(1);
  });

  it('stops at once by a file, with nothing asked of anybody', async () => {
    await run(COMMAND, ['stop', '--state-dir', stateDir]);
    const pid = String(workloads.get('mw-yes')?.pid);
    const flags = ['--http', '--wait', '--state-dir', stateDir];
    const asked = run(COMMAND, ['cleanups', 'create', '--pid', pid, ...flags]);
    await expect(asked).rejects.toMatchObject({ code: 1 });
    expect(workloads.get('mw-yes')?.received()).toHaveLength(1);
    await run(COMMAND, ['stop', '--remove', '--state-dir', stateDir]);
  });
});
