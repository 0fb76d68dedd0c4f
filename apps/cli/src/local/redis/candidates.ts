/*
 * Where a Redis server may come from, in the order of preference: what is installed, what root may install, what is
 * in the cache or can be unpacked there. The first that is new enough and can read the existing data is taken.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type MemwardenError, Unavailable } from '#contracts/errors';
import { canRead, flavourName, isNewEnough, parseVersion, type Flavour } from './flavour.js';

export interface RedisProgram {
  readonly file: string;
  readonly flavour: Flavour;
}

/** One place to look. Null: there is none, and why. */
export interface RedisSource {
  find(): Promise<{ readonly file: string } | { readonly absent: string }>;
}

const VERSION_TIMEOUT_MS = 5_000;
const run = promisify(execFile);

/** @throws {Unavailable} naming every place and why it did not serve */
export async function chooseRedis(
  sources: readonly RedisSource[],
  writer: Flavour | null,
): Promise<RedisProgram> {
  const reasons: string[] = [];
  for (const source of sources) {
    const found = await source.find();
    const verdict = 'absent' in found ? found.absent : await judge(found.file, writer);
    if (typeof verdict !== 'string') return verdict;
    reasons.push(verdict);
  }
  throw nothingServes(reasons, writer);
}

async function judge(file: string, writer: Flavour | null): Promise<RedisProgram | string> {
  const flavour = await versionOf(file);
  if (flavour === null) return `${file} does not say that it is Redis or Valkey`;
  if (!isNewEnough(flavour)) return `${file} is ${flavourName(flavour)}; 6.2 is the oldest that serves`;
  if (!canRead(flavour, writer)) return `${file} is ${flavourName(flavour)}, which cannot read that data`;
  return { file, flavour };
}

async function versionOf(file: string): Promise<Flavour | null> {
  try {
    const { stdout } = await run(file, ['--version'], { timeout: VERSION_TIMEOUT_MS, maxBuffer: 64 * 1024 });
    return parseVersion(stdout);
  } catch {
    return null;
  }
}

function nothingServes(reasons: readonly string[], writer: Flavour | null): MemwardenError {
  const list = reasons.map((reason) => `  - ${reason}`).join('\n');
  const data = writer === null ? '' : ` for data that ${flavourName(writer)} wrote`;
  const next =
    writer === null
      ? 'Install redis-server or valkey-server 6.2 or later, or name a running one: --redis redis://HOST:PORT.'
      : `Install ${flavourName(writer)} or later; or remove the redis folder of the state dir: it is a cache and is made anew.`;
  return new Unavailable(`No Redis server serves${data}:\n${list}\n${next}`);
}

/** redis-server and valkey-server on the PATH. */
export function onPath(path: string): RedisSource[] {
  return ['redis-server', 'valkey-server'].map((name) => ({
    find: async () => {
      const file = await firstExecutable(path.split(delimiter).map((folder) => join(folder, name)));
      return file === null ? { absent: `there is no ${name} on the PATH` } : { file };
    },
  }));
}

async function firstExecutable(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    if (!file.startsWith('/')) continue;
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}
