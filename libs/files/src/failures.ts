/*
 * Failures of the file system in words: what happened to which path, and what to do next.
 */
import { MemwardenError } from '#contracts/errors';
import { StoreUnavailable } from '#contracts/store';

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free space there',
  EDQUOT: 'the quota is used up: free space there or raise it',
  EROFS: 'the file system is read-only: look at dmesg and mount it read-write',
  EIO: 'the disk failed: look at dmesg',
  EACCES: 'it may not be written: give it to the user who runs this process',
  EPERM: 'it may not be written: give it to the user who runs this process',
  EMFILE: 'this process has too many open files: raise its limit',
  ENFILE: 'the machine has too many open files: raise fs.file-max',
  ENOENT: 'the folder is gone: make it again',
  ENOTDIR: 'something else has the name of the folder: move it away',
  ELOOP: 'it is a symbolic link: move it away',
};

// By shape, not by class: errors of node's callbacks may come from another realm.
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

export function reasonOf(error: unknown): string {
  if (error instanceof MemwardenError) return error.message;
  const code = codeOf(error);
  const advice = ADVICE[code];
  return advice === undefined ? String(error) : `${advice} (${code})`;
}

export function unavailable(path: string, cause: unknown): StoreUnavailable {
  return new StoreUnavailable(`${path} does not take writes: ${reasonOf(cause)}.`, { cause });
}
