/*
 * The state dir of local mode: what is where, made with access for its user only. One local mode owns it at a time.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  constants,
  lstat,
  mkdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Unavailable } from '#contracts/errors';

/** struct sockaddr_un holds 108 bytes with the final NUL (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;
const SOCKETS = { redis: 'redis.sock', link: 'link.sock' } as const;
const TOKEN_BYTES = 32;

export interface StateDir {
  readonly path: string;
  readonly redisDir: string;
  readonly historyDir: string;
  /** The controller's objects, the last good policies and the audit trail. */
  readonly controllerDir: string;
  readonly logDir: string;
  readonly redisSocket: string;
  readonly linkSocket: string;
  readonly tokenFile: string;
  readonly linkTokenFile: string;
  /** What runs here, for the other commands. */
  readonly runningFile: string;
  readonly lockFile: string;
  /** What the agent may do at most. */
  readonly allowFile: string;
  /** While it is there, nothing is done. */
  readonly stopFile: string;
  /** Where policies are when --policies names no other folder. */
  readonly policiesDir: string;
}

/** Files that a person and other commands know by their place. */
export const STATE_FILES = {
  allow: 'allow.yaml',
  stop: 'STOP',
  policies: 'policies',
  history: 'agent',
  controller: 'controller',
} as const;

/** @throws {Unavailable} saying what is in the way and what to do */
export async function openStateDir(path: string, uid: number): Promise<StateDir> {
  await makePrivate(path);
  const runDir = await socketFolder(path, uid);
  for (const folder of [STATE_FILES.history, STATE_FILES.controller])
    await mkdir(join(path, folder), { recursive: true, mode: 0o700 });
  return {
    path,
    redisDir: join(path, 'redis'),
    historyDir: join(path, STATE_FILES.history),
    controllerDir: join(path, STATE_FILES.controller),
    logDir: join(path, 'logs'),
    redisSocket: join(runDir, SOCKETS.redis),
    linkSocket: join(runDir, SOCKETS.link),
    tokenFile: join(path, 'token'),
    linkTokenFile: join(path, 'link-token'),
    runningFile: runningFile(path),
    lockFile: join(path, 'lock'),
    allowFile: join(path, STATE_FILES.allow),
    stopFile: join(path, STATE_FILES.stop),
    policiesDir: join(path, STATE_FILES.policies),
  };
}

export function runningFile(path: string): string {
  return join(path, 'local.json');
}

async function makePrivate(path: string): Promise<void> {
  try {
    await makeFolders(path);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(path, `.probe-${process.pid}`);
    await writeFile(probe, 'memwarden');
    await rm(probe);
  } catch (error) {
    throw new Unavailable(
      `The state dir ${path} cannot be used: ${reason(error)}. Name another one: --state-dir DIR.`,
      {
        cause: error,
      },
    );
  }
}

/** Node's own recursive mkdir never ends below a folder that is there but takes no folders, such as /proc. */
async function makeFolders(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    const isParentThere = (await stat(dirname(path)).catch(() => null)) !== null;
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isParentThere) throw error;
    await makeFolders(dirname(path));
    await makeFolder(path);
  }
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch(async (error: unknown) => {
    const present = await stat(path).catch(() => null);
    if (present?.isDirectory() !== true) throw error;
  });
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    EACCES: 'this user may not write there',
    EPERM: 'this user may not write there',
    EROFS: 'it is on a read-only file system',
    ENOSPC: 'no space is left on the disk',
    EDQUOT: 'the disk quota is used up',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'it is a file',
    ENOENT: 'no folder can be made there',
    ENAMETOOLONG: 'the path is too long for this file system',
  };
  return known[code ?? ''] ?? message;
}

/** The state dir itself; where its path is too long for a socket, a private folder with a short one. */
async function socketFolder(path: string, uid: number): Promise<string> {
  const longest = Math.max(...Object.values(SOCKETS).map((name) => Buffer.byteLength(join(path, name))));
  if (longest <= MAX_SOCKET_PATH_BYTES) return path;
  const short = `/tmp/memwarden-${uid}-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  await mkdir(short, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const { uid: owner, mode } = await lstat(short);
  const isOurs = owner === uid && (mode & 0o170_077) === constants.S_IFDIR;
  if (!isOurs)
    throw new Unavailable(
      `${short} exists and is not a private folder of this user. Choose a shorter --state-dir.`,
    );
  return short;
}

/** What one that was killed left behind. */
export async function clearRunning(dir: StateDir): Promise<void> {
  for (const file of [dir.runningFile, dir.redisSocket, dir.linkSocket]) await rm(file, { force: true });
}

/** Removes what must not stay behind; the data stay. */
export async function leaveStateDir(dir: StateDir): Promise<void> {
  await clearRunning(dir);
  const runDir = dirname(dir.linkSocket);
  if (runDir !== dir.path) await rm(runDir, { recursive: true, force: true });
}

/** Made once and kept, so that a bookmarked page stays valid. */
export async function tokenIn(file: string): Promise<string> {
  const present = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (present !== '') {
    await chmod(file, 0o600);
    return present;
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await writePrivate(file, `${token}\n`);
  return token;
}

/** Whole or not at all, and never readable by others. */
export async function writePrivate(file: string, content: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, file);
}
