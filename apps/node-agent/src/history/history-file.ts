/*
 * The history file on disk. It is replaced as a whole: written beside, synced, renamed, and the folder synced, so
 * that after a crash or a power cut there is the old one or the new one. What cannot be read is set aside, not
 * deleted: one such file is kept.
 */
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HistoryUnusable } from './history-format.js';

/** Four times what a full store takes. */
const MOST_BYTES = 32 * 1024 * 1024;

export class HistoryFile {
  constructor(readonly path: string) {}

  get asidePath(): string {
    return `${this.path}.unusable`;
  }

  /** Null: there is none yet. @throws {HistoryUnusable} for a file that is too large to be one */
  async read(): Promise<Buffer | null> {
    try {
      const { size } = await stat(this.path);
      if (size > MOST_BYTES) throw new HistoryUnusable(`It is larger than any history (${size} bytes).`);
      return await readFile(this.path);
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

async function writeSynced(path: string, pieces: Iterable<Buffer>): Promise<void> {
  await using file = await open(path, 'w', 0o600);
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
