/*
 * The stop file: while anything is at its path, nothing is done. Whether it is there has to be certain: a path that
 * cannot be looked at stops too.
 */
import { lstat } from 'node:fs/promises';
import { isSystemError } from '../history/history-file.js';

export class StopFile {
  constructor(readonly path: string) {}

  /** Null: nothing stops. Never rejects. */
  async trouble(): Promise<string | null> {
    try {
      await lstat(this.path);
      return `The stop file ${this.path} is there: nothing is done until it is removed.`;
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOENT') return null;
      const text = isSystemError(error) ? error.message : String(error);
      return `Whether the stop file ${this.path} is there cannot be told (${text}): nothing is done.`;
    }
  }
}
