/* The end of this process, whatever its threads wait for. */
import { BrokenInvariant } from '#contracts/errors';
import { openLibrary } from './library.js';

/**
 * Node's own exit joins the threads of its pool: one that waits for a kernel file keeps the process for good.
 * Runs no exit handler; what was not written yet is lost, so save first.
 */
export function exitAtOnce(code: number, libraryPath?: string): never {
  openLibrary(libraryPath).mw_exit(code);
  throw new BrokenInvariant('mw_exit returned.');
}
