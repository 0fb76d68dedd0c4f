/*
 * One local mode per state dir. The kernel holds the lock (flock(2)), so it ends with its holder, however that ends.
 */
import { Unavailable } from '#contracts/errors';
import { FileLock, LockHeld } from '#native';
import type { StateDir } from './state-dir.js';

/** @throws {Unavailable} when another local mode has it */
export function lockStateDir(dir: StateDir, libraryPath: string): Disposable {
  try {
    return FileLock.acquire(dir.lockFile, libraryPath);
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    throw new Unavailable(
      `Another local mode runs on ${dir.path}. Use it ("memwarden top"), end it, or name another state dir: --state-dir DIR.`,
      { cause: error },
    );
  }
}
