/*
 * The stop file: while it is there, the agent of this machine begins no act. Written by whoever may write the state dir,
 * whether anything runs or not.
 */
import { access, link, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NotFound, Unavailable } from '#contracts/errors';
import { STATE_FILES } from './state-dir.js';

export interface Stopped {
  readonly stopFile: string;
  readonly present: boolean;
  /** False: it was so already. */
  readonly changed: boolean;
}

export function stopFileIn(stateDir: string): string {
  return join(stateDir, STATE_FILES.stop);
}

/**
 * On the disk when this resolves; on a full one perhaps without `text`: that it is there is what counts.
 * @throws {NotFound | Unavailable}
 */
export async function writeStopFile(stateDir: string, text: string): Promise<Stopped> {
  await expectStateDir(stateDir);
  const stopFile = stopFileIn(stateDir);
  const unfinished = `${stopFile}.${process.pid}`;
  try {
    await rm(unfinished, { force: true });
    await writeSynced(unfinished, text);
    await link(unfinished, stopFile);
    await syncFolder(stateDir);
    return { stopFile, present: true, changed: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      return { stopFile, present: true, changed: false };
    throw failed(stopFile, 'made', error);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** @throws {NotFound | Unavailable} */
export async function removeStopFile(stateDir: string): Promise<Stopped> {
  await expectStateDir(stateDir);
  const stopFile = stopFileIn(stateDir);
  try {
    await rm(stopFile);
    await syncFolder(dirname(stopFile));
    return { stopFile, present: false, changed: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { stopFile, present: false, changed: false };
    throw failed(stopFile, 'removed', error);
  }
}

/** A stop file where no agent looks would be a false comfort. */
async function expectStateDir(stateDir: string): Promise<void> {
  const isThere = await stat(stateDir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const isUsed = await Promise.any(
    [STATE_FILES.history, STATE_FILES.allow, 'lock'].map((name) => access(join(stateDir, name))),
  ).then(
    () => true,
    () => false,
  );
  if (isThere && isUsed) return;
  throw new NotFound(
    `No local mode has used ${stateDir}, so a stop file there would stop nothing. Name the right one: --state-dir DIR.`,
  );
}

async function writeSynced(file: string, text: string): Promise<void> {
  await using handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(text);
  } catch {
    // A full disk takes no words; an empty file stops as well.
  }
  await handle.sync();
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

function failed(file: string, what: string, error: unknown): Unavailable {
  const { message } = error as Error;
  const { code } = error as NodeJS.ErrnoException;
  const next = code === 'ENOSPC' ? 'Free space there.' : 'As its owner or as root it can.';
  return new Unavailable(`${file} cannot be ${what}: ${message}. ${next}`, { cause: error });
}
