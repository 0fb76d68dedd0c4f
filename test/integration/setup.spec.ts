/*
 * The set-up on a checkout of its own, with a machine that lacks things: each time one clear message with the next
 * step, exit status 1, no half state, and the next run goes on.
 */
/* eslint jest/no-standalone-expect: ['error', { additionalTestBlockFunctions: ['withoutRoot'] }] -- it is `it`, or skips where the machine cannot */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, open, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { otherUser, ROOT, scratch } from './local-mode.js';

const uid = otherUser();
const withoutRoot = process.getuid?.() === 0 && uid === null ? it.skip : it;
const COPIED = [
  'tools',
  'native',
  'test/vm/packages.txt',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

interface Ending {
  readonly status: number | string;
  readonly said: string;
}

class SetUp implements AsyncDisposable {
  said = '';
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(checkout: string, options: { readonly uid?: number } = {}) {
    const env = {
      PATH: join(checkout, 'bin'),
      HOME: checkout,
      XDG_CACHE_HOME: '',
      npm_execpath: '',
      CXX: '',
    };
    const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
    this.#process = spawn(process.execPath, ['tools/setup.mjs', 'start'], {
      cwd: checkout,
      env,
      stdio: 'pipe',
      ...identity,
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    this.#ended = once(this.#process, 'close');
  }

  async says(text: string): Promise<void> {
    while (!this.said.includes(text)) {
      if (this.#process.exitCode !== null) throw new Error(`It ended without "${text}": ${this.said}`);
      await Promise.race([once(this.#process.stderr!, 'data'), this.#ended]);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async ended(): Promise<Ending> {
    const [code, signal] = await this.#ended;
    return { status: (code ?? signal) as number | string, said: this.said };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}

async function checkout(npm: string): Promise<{ path: string } & AsyncDisposable> {
  const folder = await scratch();
  for (const name of COPIED) await cp(join(ROOT, name), join(folder.path, name), { recursive: true });
  await mkdir(join(folder.path, 'bin'));
  for (const name of ['sh', 'cat', 'sleep']) {
    const file = execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    await symlink(file, join(folder.path, 'bin', name));
  }
  await fakeNpm(folder.path, npm);
  return folder;
}

async function fakeNpm(path: string, script: string): Promise<void> {
  await writeFile(join(path, 'bin/npm'), `#!/bin/sh\n${script}\n`);
  await chmod(join(path, 'bin/npm'), 0o755);
}

describe('the set-up', () => {
  it.each([
    [
      'offline',
      'echo "npm error code ENOTFOUND" >&2; exit 1',
      /registry does not answer[^]*See whether the network is there/u,
    ],
    ['on a full disk', 'echo "npm error code ENOSPC" >&2; exit 1', /No space is left[^]*Free about 2 GB/u],
    [
      'with another lock file',
      'echo "npm error code EUSAGE" >&2; exit 1',
      /do not agree[^]*npm install --ignore-scripts/u,
    ],
    [
      'with an npm that fails otherwise',
      'echo "odd things"; exit 3',
      /npm ci failed:\nodd things[^]*to see more/u,
    ],
  ])('%s: one message with the next step', async (_where, npm, expected) => {
    await using folder = await checkout(npm);
    await using first = new SetUp(folder.path);
    const { status, said } = await first.ended();
    expect(status).toBe(1);
    expect(said).toMatch(expected);
    expect(said).not.toMatch(/\n\s+at /u);
    expect(existsSync(join(folder.path, 'build/setup/packages'))).toBe(false);
  });

  it('goes on where it stopped: what is installed is taken as it is', async () => {
    await using folder = await checkout('echo "npm must not be asked" >&2; exit 1');
    await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
    await using again = new SetUp(folder.path);
    await again.says('packages: done');
    await again.says('native library');
    expect(await readFile(join(folder.path, 'build/setup/packages'), 'utf8')).toMatch(/^[0-9a-f]{64}$/u);
  });

  withoutRoot('without a compiler and the right to install one: the exact command', async () => {
    await using folder = await checkout('exit 1');
    await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
    if (uid !== null) execFileSync('chown', ['-R', '-h', `${uid}:${uid}`, folder.path]);
    await using setUp = new SetUp(folder.path, uid === null ? {} : { uid });
    const { status, said } = await setUp.ended();
    expect(status).toBe(1);
    expect(said).toMatch(
      /g\+\+ and cmake and ninja-build must be installed[^]*(apt-get install .*g\+\+ cmake ninja-build|package manager)/u,
    );
  });

  withoutRoot('in a folder that this user may not write to: says so', async () => {
    await using folder = await checkout('exit 1');
    await symlink(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
    await chmod(folder.path, 0o555);
    await using setUp = new SetUp(folder.path, uid === null ? {} : { uid });
    const { status, said } = await setUp.ended();
    await chmod(folder.path, 0o755);
    expect(status).toBe(1);
    expect(said).toMatch(/cannot be written by this user[^]*copy the checkout/u);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s ends it and what it started; the next run goes on', async (signal, expected) => {
    await using folder = await checkout('echo $$ > pid; exec sleep 600');
    await using setUp = new SetUp(folder.path);
    await setUp.says('packages (');
    const npmPid = await pidIn(join(folder.path, 'pid'));
    setUp.signal(signal);
    const { status, said } = await setUp.ended();
    expect(status).toBe(expected);
    expect(said).toContain('the next run goes on');
    expect(await isGone(npmPid)).toBe(true);
  });

  it('waits for another one of the same checkout', async () => {
    await using folder = await checkout('echo asked >> asked; cat gate; exit 1');
    execFileSync('mkfifo', [join(folder.path, 'gate')]);
    await using first = new SetUp(folder.path);
    const gate = await open(join(folder.path, 'gate'), 'w');
    await using second = new SetUp(folder.path);
    await second.says('another set-up of this checkout is running');
    expect(await readFile(join(folder.path, 'asked'), 'utf8')).toBe('asked\n');
    await gate.close();
    expect((await first.ended()).status).toBe(1);
    await (await open(join(folder.path, 'gate'), 'w')).close();
    expect((await second.ended()).status).toBe(1);
    expect(await readFile(join(folder.path, 'asked'), 'utf8')).toBe('asked\nasked\n');
  });
});

const POLL_MS = 10;
const POLLS = 500;

async function pidIn(file: string): Promise<number> {
  for (let i = 0; i < POLLS; i += 1) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`${file} was not written.`);
}

async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < POLLS && existsSync(`/proc/${pid}`); i += 1)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return !existsSync(`/proc/${pid}`);
}
