/*
 * A handle on exactly one process: a pid that was given to another process since is never signalled.
 * pidfd_open(2), pidfd_send_signal(2), process_mrelease(2).
 */
import { constants } from 'node:os';
import { InvalidValue } from '#contracts/errors';
import type { ProcessIdentity } from '#contracts/reading';
import { STATUS } from './bindings.js';
import { Descriptor } from './descriptor.js';
import { openLibrary } from './library.js';
import { nativeCall } from './native-call.js';
import { check } from './status.js';

const MAX_PID = 2 ** 31 - 1;
const MAX_SIGNAL = 64;
const MAX_PORT = 65_535;
const MAX_WAIT_MS = 60_000;

export type SignalName = keyof typeof constants.signals;

export class Pidfd implements Disposable {
  private constructor(
    readonly process: ProcessIdentity,
    private readonly descriptor: Descriptor,
  ) {}

  /** @throws {NotFound} when it is gone or its pid is another's now; {Unavailable} before Linux 5.3 */
  static open(process: ProcessIdentity, libraryPath?: string): Pidfd {
    const { pid, startTimeTicks } = process;
    assertWhole(pid, 1, MAX_PID, 'pid');
    assertWhole(startTimeTicks, 0, Number.MAX_SAFE_INTEGER, 'start time');
    const native = openLibrary(libraryPath);
    const fd = new Int32Array([-1]);
    check(native, native.mw_pidfd_open(pid, startTimeTicks, fd), `Opening process ${pid}`);
    return new Pidfd(process, new Descriptor(native, fd[0] ?? -1, `The pidfd of ${pid}`));
  }

  /** @throws {NotFound} when it has ended and was reaped; {Unavailable} without permission */
  signal(name: SignalName): void {
    this.send(constants.signals[name], name);
  }

  /** Any signal, real-time ones too. @throws {NotFound}; {Denied}; {InvalidValue} for a number that is no signal */
  send(number: number, name = `signal ${number}`): void {
    assertWhole(number, 0, MAX_SIGNAL, 'signal');
    const { native } = this.descriptor;
    const status = native.mw_pidfd_signal(this.descriptor.get(), number);
    check(native, status, `Sending ${name} to ${this.process.pid}`);
  }

  /** Whether it has ended (a zombie has). */
  hasEnded(): boolean {
    const { native } = this.descriptor;
    const status = native.mw_pidfd_wait(this.descriptor.get(), 0);
    if (status === STATUS.MW_ERR_TIMED_OUT) return false;
    check(native, status, `Asking for ${this.process.pid}`);
    return true;
  }

  /**
   * False: it has not ended in time. Holds one of the pool's threads meanwhile, so 60 s at most. Release only
   * after the answer.
   */
  async ended(timeoutMs: number): Promise<boolean> {
    assertWhole(timeoutMs, 0, MAX_WAIT_MS, 'time to wait');
    const { native } = this.descriptor;
    const fd = this.descriptor.get();
    const status = await nativeCall((done) => native.mw_pidfd_wait.async(fd, timeoutMs, done));
    if (status === STATUS.MW_ERR_TIMED_OUT) return false;
    check(native, status, `Waiting for ${this.process.pid}`);
    return true;
  }

  /**
   * A connection to 127.0.0.1 in its network namespace, as a descriptor that the caller owns: non-blocking, connected.
   * @throws {Denied} when the namespace may not be entered; {Stalled} when nobody accepted in time; {NotFound};
   * {Unavailable} when nobody listens, or before Linux 5.8. Release only after the answer.
   */
  async connectLoopback(port: number, timeoutMs: number): Promise<number> {
    assertWhole(port, 1, MAX_PORT, 'port');
    assertWhole(timeoutMs, 0, MAX_WAIT_MS, 'time to wait');
    const { native } = this.descriptor;
    const [of, fd] = [this.descriptor.get(), new Int32Array([-1])];
    const status = await nativeCall((done) =>
      native.mw_connect_loopback.async(of, port, timeoutMs, fd, done),
    );
    check(native, status, `Connecting to port ${port} of ${this.process.pid}`);
    return fd[0] ?? -1;
  }

  /** Frees the memory of a process that was killed already. @throws {Unavailable} before Linux 5.15 */
  releaseMemory(): void {
    const { native } = this.descriptor;
    const status = native.mw_pidfd_release_memory(this.descriptor.get());
    check(native, status, `Releasing the memory of ${this.process.pid}`);
  }

  release(): void {
    this.descriptor.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

function assertWhole(value: number, least: number, most: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new InvalidValue(`Not a ${what} from ${least} to ${most}: ${value}.`);
}
