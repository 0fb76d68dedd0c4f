/*
 * Local mode's own Redis: a real server on a unix socket only its user can open, with an append-only file. Its data
 * are a cache and a queue that can be made anew: what cannot be read is set aside, never in silence. A job survives its
 * kill -9 (each write is with the kernel before it is answered) and, but for the last second, a power cut.
 */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildSpec } from '../child.js';
import type { RedisProgram } from './candidates.js';
import { parseFlavour, type Flavour } from './flavour.js';

const MAX_MEMORY = '256mb';

export interface RedisPlace {
  readonly dataDir: string;
  readonly socket: string;
}

/** Who wrote the data; null: nobody yet. Damaged: what there is cannot be trusted. */
export async function readWriter(dataDir: string): Promise<Flavour | null> {
  const text = await readFile(flavourFile(dataDir), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return parseFlavour(text);
  } catch {
    await setAside(dataDir);
    return null;
  }
}

export async function pinWriter(dataDir: string, flavour: Flavour): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unfinished = `${flavourFile(dataDir)}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(flavour)}\n`);
  await rename(unfinished, flavourFile(dataDir));
}

function flavourFile(dataDir: string): string {
  return join(dataDir, 'flavour.json');
}

/** Keeps one damaged folder for who wants to look at it, not one per accident. */
export async function setAside(dataDir: string): Promise<string> {
  const aside = `${dataDir}.damaged`;
  await rm(aside, { recursive: true, force: true });
  await rename(dataDir, aside);
  return aside;
}

export function redisSpec(program: RedisProgram, place: RedisPlace): ChildSpec {
  return {
    name: 'redis',
    command: program.file,
    args: () => redisArguments(place),
    env: () => ({}),
    readyLine: /ready to accept connections/iu,
    readyTimeoutMs: 60_000,
    prepare: async (lastWords) => {
      if (isDamage(lastWords) && (await hasData(place.dataDir))) {
        await setAside(place.dataDir);
        await pinWriter(place.dataDir, program.flavour);
      }
      await mkdir(place.dataDir, { recursive: true, mode: 0o700 });
      await rm(place.socket, { force: true });
    },
  };
}

function redisArguments(place: RedisPlace): string[] {
  const settings: Readonly<Record<string, string>> = {
    port: '0',
    unixsocket: place.socket,
    unixsocketperm: '700',
    dir: place.dataDir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    'aof-load-truncated': 'yes',
    save: '',
    maxmemory: MAX_MEMORY,
    'maxmemory-policy': 'noeviction',
    'protected-mode': 'yes',
    databases: '1',
    daemonize: 'no',
    'always-show-logo': 'no',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function hasData(dataDir: string): Promise<boolean> {
  const names = await readdir(dataDir).catch(() => []);
  return names.length > 0;
}

/** What Redis says before it ends because of its own files. */
export function isDamage(lastWords: string): boolean {
  return /bad file format|unrecoverable error reading|can't handle rdb format|short read or oom loading|wrong signature|internal error in rdb/iu.test(
    lastWords,
  );
}

/** What Redis says of its disk while it runs; null: nothing. */
export function diskNews(text: string): 'full' | 'free' | null {
  if (text.includes('Redis can write again')) return 'free';
  // Where a part still found room, Redis names no reason; it can only be this one.
  return /No space left on device|Short write while writing to the AOF/u.test(text) ? 'full' : null;
}
