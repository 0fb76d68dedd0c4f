/*
 * The history file on disk. It is replaced as a whole: written beside, synced, renamed, and the folder synced, so
 * that after a crash or a power cut there is the old one or the new one. What cannot be read is set aside, not
 * deleted: one such file is kept.
 */
import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HistoryUnusable, MOST_FILE_BYTES } from './history-format.js';

export class HistoryFile {
  constructor(readonly path: string) {}

  get asidePath(): string {
    return `${this.path}.unusable`;
  }

  /** Null: there is none yet. @throws {HistoryUnusable} for what is no file, or too large to be one of ours */
  async read(): Promise<Buffer | null> {
    try {
      // Opening a FIFO would wait for a writer, and the agent with it.
      await using file = await open(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      const about = await file.stat();
      if (!about.isFile()) throw new HistoryUnusable('It is no regular file.');
      if (about.size > MOST_FILE_BYTES)
        throw new HistoryUnusable(`It is larger than any history (${about.size} bytes).`);
      return await file.readFile();
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOENT') return null;
      throw error;
    }
  }

  async write(pieces: Iterable<Buffer>): Promise<void> {
    const beside = `${this.path}.new`;
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await writeSynced(beside, pieces);
      await rename(beside, this.path);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined); // the first failure is the one to tell
      throw error;
    }
    await syncFolder(dirname(this.path));
  }

  async setAside(): Promise<void> {
    await rename(this.path, this.asidePath);
  }
}

/** A new file: what a crash or somebody else left there is neither followed nor written into. */
async function writeSynced(path: string, pieces: Iterable<Buffer>): Promise<void> {
  await rm(path, { force: true });
  await using file = await open(path, 'wx', 0o600);
  for (const piece of pieces) {
    await file.writeFile(piece);
    await nextTurn();
  }
  await file.sync();
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** Of any realm: what Node's own modules throw is no instance of this one's Error under a test runner. */
export function isSystemError(error: unknown): error is { readonly code: string; readonly message: string } {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
}
