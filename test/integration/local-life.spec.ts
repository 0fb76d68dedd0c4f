/* eslint jest/no-standalone-expect: ['error', { additionalTestBlockFunctions: ['withoutRoot'] }] -- it is `it`, or skips where the machine cannot */
/*
 * Local mode from its start to its end: what it says, what it serves, and that nothing of it stays behind.
 */
import { createServer, type AddressInfo } from 'node:net';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  COMMAND,
  ledgerOf,
  LocalMode,
  processesWith,
  ROOT,
  scratch,
  socketsIn,
  survivors,
  otherUser,
} from './local-mode.js';

const MAX_END_MS = 5_000;
const NPM = ['npm', 'start', '--'] as const;
/** A ledger of 5,000 processes is some megabytes. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const execute = promisify(execFile);
const run = (file: string, args: readonly string[]): Promise<{ stdout: string }> =>
  execute(file, args, { cwd: ROOT, maxBuffer: MAX_OUTPUT_BYTES });
const uid = otherUser();
/** Root may write everywhere; to be nobody, nobody must be able to reach the checkout. */
const withoutRoot = process.getuid?.() === 0 && uid === null ? it.skip : it;

describe('local mode', () => {
  it('is ready with a ledger, asks for the token, and ends with exit status 0 on SIGTERM', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(folder.path);
    const ready = await local.ready();
    expect(ready).toMatchObject({ event: 'ready', stateDir: folder.path });
    expect(ready.url).toBe(`${ready.api.replace('/api/v1', '')}/?token=${ready.token}`);
    const ledger = await ledgerOf(ready);
    expect(ledger.devices[0]?.usedBytes).toBeGreaterThan(0);
    expect((await fetch(`${ready.api}/nodes`)).status).toBe(401);
    expect((await stat(join(folder.path, 'local.json'))).mode & 0o777).toBe(0o600);
    const started = processesWith(folder.path);
    const names = await Promise.all(started.map(({ pid }) => readFile(`/proc/${pid}/comm`, 'utf8')));
    expect(names.map((name) => name.trim())).toEqual(
      expect.arrayContaining(['memwarden', 'memwarden-agent', 'memwarden-ctl', 'redis-server']),
    );
    expect(await local.kill('SIGTERM')).toBe(0);
    expect(await survivors(started, 0)).toEqual([]);
    expect(socketsIn(folder.path)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'started by npm, ends with it on %s within 5 s and exit status 0',
    async (signal) => {
      await using folder = await scratch();
      await using local = LocalMode.start(folder.path, { command: NPM });
      await local.ready();
      const started = processesWith(folder.path);
      const before = performance.now();
      expect(await local.kill(signal)).toBe(0);
      expect(await survivors(started, MAX_END_MS)).toEqual([]);
      expect(performance.now() - before).toBeLessThan(MAX_END_MS);
      expect(socketsIn(folder.path)).toEqual([]);
    },
  );

  it.each([
    ['npm', { command: NPM }],
    ['local mode itself', {}],
  ])('leaves no process, socket or lock when %s is killed with SIGKILL', async (_who, how) => {
    await using folder = await scratch();
    await using local = LocalMode.start(folder.path, how);
    await local.ready();
    const started = processesWith(folder.path);
    expect(await local.kill('SIGKILL')).toBe('SIGKILL');
    expect(await survivors(started, MAX_END_MS)).toEqual([]);
    expect(socketsIn(folder.path)).toEqual([]);
    await using next = LocalMode.start(folder.path);
    await next.ready();
  });

  it('keeps its token, so that a bookmarked page stays valid', async () => {
    await using folder = await scratch();
    await using first = LocalMode.start(folder.path);
    const { token } = await first.ready();
    await first.kill('SIGINT');
    await using second = LocalMode.start(folder.path);
    expect((await second.ready()).token).toBe(token);
  });

  it('works where the path is too long for a socket', async () => {
    await using folder = await scratch();
    const deep = join(folder.path, 'a-long-name/'.repeat(10));
    await using local = LocalMode.start(deep);
    const ready = await local.ready();
    expect((await ledgerOf(ready)).node).not.toBe('');
  });
});

describe('what local mode refuses, saying why', () => {
  const refused = async (started: LocalMode): Promise<string> => {
    await using local = started;
    expect(await local.ended()).toBe(1);
    expect(local.events.filter(({ event }) => event === 'ready')).toEqual([]);
    return local.stderr;
  };

  it('a state dir that another local mode has', async () => {
    await using folder = await scratch();
    await using first = LocalMode.start(folder.path);
    const ready = await first.ready();
    expect(await refused(LocalMode.start(folder.path))).toContain(
      `Another local mode runs on ${folder.path}`,
    );
    expect((await ledgerOf(ready)).node).not.toBe('');
  });

  it('a port that is taken', async () => {
    await using folder = await scratch();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await refused(LocalMode.start(folder.path, { port }))).toContain(
      `Port ${port} of 127.0.0.1 is taken`,
    );
    expect(processesWith(folder.path)).toEqual([]);
    server.close();
  });

  it('a state dir that is a file', async () => {
    await using folder = await scratch();
    const file = join(folder.path, 'file');
    await writeFile(file, '');
    expect(await refused(LocalMode.start(file))).toMatch(/cannot be used: .*--state-dir DIR/u);
  });

  it('a state dir where no folder can be made', async () => {
    expect(await refused(LocalMode.start('/proc/memwarden'))).toMatch(/cannot be used: .*--state-dir DIR/u);
  });

  withoutRoot('a state dir that this user may not write to', async () => {
    await using folder = await scratch();
    await mkdir(join(folder.path, 'locked'));
    await chmod(join(folder.path, 'locked'), 0o500);
    await chmod(folder.path, 0o755);
    await using local = LocalMode.start(
      join(folder.path, 'locked/state'),
      uid === null ? {} : { uid, env: { HOME: folder.path } },
    );
    expect(await refused(local)).toContain('this user may not write there');
  });

  it.each([
    ['--port', '99999'],
    ['--sample-seconds', '0'],
    ['--no-such-flag', 'x'],
  ])('%s %s: exit status 2 and where help is', async (flag, value) => {
    const end = run(COMMAND, ['local', flag, value]);
    await expect(end).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--help') });
  });
});

describe('the other commands', () => {
  it('find the local mode by its state dir', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(folder.path);
    const ready = await local.ready();
    const answer = await run(COMMAND, ['ledger', '--json', '--state-dir', folder.path]);
    const ledger = JSON.parse(answer.stdout) as { node: string };
    expect(ledger.node).toBe((await ledgerOf(ready)).node);
    const table = await run(COMMAND, ['ledger', '--state-dir', folder.path]);
    expect(table.stdout).toMatch(/HOLDER[^]*reserved by the kernel[^]*unattributed[^]*= used/u);
    const top = await run(COMMAND, ['top', '--once', '--state-dir', folder.path]);
    expect(top.stdout).toContain(ledger.node);
    const doctor = await run(COMMAND, ['doctor', '--state-dir', folder.path]);
    expect(doctor.stdout).toContain('runs: http://127.0.0.1');
  });

  it('say that none runs, also when one ended without tidying up', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(folder.path);
    await local.ready();
    const started = processesWith(folder.path);
    await local.kill('SIGKILL');
    await survivors(started, MAX_END_MS);
    expect(await readFile(join(folder.path, 'local.json'), 'utf8')).not.toBe('');
    const asked = run(COMMAND, ['ledger', '--state-dir', folder.path]);
    await expect(asked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No local mode runs on'),
    });
  });

  it('say when the token is wrong', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(folder.path);
    const { api } = await local.ready();
    const asked = run(COMMAND, ['ledger', '--server', api, '--token', 'wrong']);
    await expect(asked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not know this token'),
    });
  });
});

describe('the command "stop"', () => {
  it('stops also where not one byte more can be written', async () => {
    await using folder = await scratch();
    await writeFile(join(folder.path, 'lock'), '');
    const full = ['-c', 'ulimit -f 0; exec "$0" "$@"', COMMAND, 'stop', '--state-dir', folder.path];
    const { stdout } = await run('/bin/sh', full);
    expect(stdout).toContain('is written');
    expect(await readFile(join(folder.path, 'STOP'), 'utf8')).toBe('');
  });
});
