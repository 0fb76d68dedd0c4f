/*
 * Debian's Redis, for root on Debian or Ubuntu. redis-tools is enough: its redis-check-rdb is the server's own
 * program, which looks at the name it is called by; redis-server would start a system service nobody asked for.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RedisSource } from './candidates.js';

const PACKAGE = 'redis-tools';
const PROGRAM = '/usr/bin/redis-check-rdb';
const TIMEOUT_MS = 180_000;
const run = promisify(execFile);

export interface DebianOptions {
  readonly cacheDir: string;
  readonly isRoot: boolean;
  /** Told before anything is installed. */
  readonly say: (line: string) => void;
}

export function debianPackage(options: DebianOptions): RedisSource {
  return { find: () => find(options) };
}

async function find(options: DebianOptions): ReturnType<RedisSource['find']> {
  if (!options.isRoot) return { absent: 'only root may install the Debian package' };
  if (!(await isDebian())) return { absent: 'this is not Debian or Ubuntu' };
  if (!(await exists(PROGRAM))) {
    options.say(`installing the system package ${PACKAGE}`);
    const problem = await install();
    if (problem !== null) return { absent: `apt-get could not install ${PACKAGE}: ${problem}` };
  }
  return { file: await asServer(options.cacheDir) };
}

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/mu.test(release);
}

async function install(): Promise<string | null> {
  const first = await apt('install', '--no-install-recommends', '-y', PACKAGE);
  if (first === null) return null;
  // The list of packages may be missing or old.
  await apt('update');
  return apt('install', '--no-install-recommends', '-y', PACKAGE);
}

/** Null: done; else the last line of what apt-get said. */
async function apt(...args: string[]): Promise<string | null> {
  try {
    const quiet = [
      'DEBIAN_FRONTEND=noninteractive',
      'LC_ALL=C',
      'apt-get',
      '-q',
      '-o',
      'DPkg::Lock::Timeout=120',
    ];
    await run('env', [...quiet, ...args], { timeout: TIMEOUT_MS });
    return null;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return stderr?.trim().split('\n').at(-1) ?? 'it is not there';
  }
}

/** A name that makes the program a server. */
async function asServer(cacheDir: string): Promise<string> {
  const folder = join(cacheDir, 'redis/debian');
  const file = join(folder, 'redis-server');
  if (await exists(file)) return file;
  await mkdir(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await symlink(PROGRAM, unfinished);
  await rename(unfinished, file);
  return file;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
