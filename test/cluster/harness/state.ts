/*
 * What a start leaves for whoever comes next: written before the first thing is made, so that an interrupted start is known as one.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '#contracts/errors';
import { MOST_CLUSTERS } from './shape.js';

export interface ClusterState {
  readonly index: number;
  /** `Ready` is written last. */
  readonly phase: 'Starting' | 'Ready';
  /** What the programs were; a cluster of other versions is not this one. */
  readonly programs: Readonly<Record<string, string>>;
}

const FILE = 'state.json';

export async function readState(clusterFolder: string): Promise<ClusterState | undefined> {
  const text = await readFile(join(clusterFolder, FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ClusterState);
}

export async function writeState(clusterFolder: string, state: ClusterState): Promise<void> {
  await mkdir(clusterFolder, { recursive: true, mode: 0o700 });
  const unfinished = join(clusterFolder, `.${FILE}`);
  await writeFile(unfinished, JSON.stringify(state, undefined, 2));
  await rename(unfinished, join(clusterFolder, FILE));
}

/** @returns the number that this cluster had, else the lowest that no other has. @throws {Unavailable} when all are taken */
export async function chooseIndex(runFolder: string, name: string): Promise<number> {
  const own = await readState(join(runFolder, name));
  if (own !== undefined) return own.index;
  const names = await readdir(runFolder).catch(() => []);
  const states = await Promise.all(names.map(async (each) => await readState(join(runFolder, each))));
  const taken = new Set(states.map((state) => state?.index));
  const free = Array.from({ length: MOST_CLUSTERS }, (_, index) => index).find((index) => !taken.has(index));
  if (free !== undefined) return free;
  throw new Unavailable(`${MOST_CLUSTERS} clusters exist; end one (npm run cluster -- down --name NAME).`);
}
