/*
 * One holder of a file at a time on this node, by flock(2): the lock ends with its process, whatever ends it.
 * The file stays. Locks of other kinds (fcntl) do not meet this one.
 */
import { InvalidValue } from '#contracts/errors';
import { Descriptor } from './descriptor.js';
import { openLibrary } from './library.js';
import { check } from './status.js';

export class FileLock implements Disposable {
  private constructor(
    readonly path: string,
    private readonly descriptor: Descriptor,
  ) {}

  /**
   * Does not wait.
   * @throws {LockHeld} when somebody else has it, also within this process
   * @throws {NotFound} without the folder, {Unavailable} where it may not be written or the path is a link
   */
  static acquire(path: string, libraryPath?: string): FileLock {
    if (path.includes('\0')) throw new InvalidValue('A path holds no NUL.');
    const native = openLibrary(libraryPath);
    const fd = new Int32Array([-1]);
    check(native, native.mw_lock_acquire(path, fd), `Locking ${path}`);
    return new FileLock(path, new Descriptor(native, fd[0] ?? -1, `The lock on ${path}`));
  }

  release(): void {
    this.descriptor.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
