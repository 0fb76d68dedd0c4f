/*
 * One mw_scanner and its turns: calls of one lane run one after another, those of two lanes side by side. What may
 * wait for somebody else's process (smaps_rollup takes its mmap_lock) has a lane of its own, or one stuck process
 * would hold up every scan.
 */
import { BrokenInvariant, Stalled, Unavailable } from '#contracts/errors';
import type { Bindings, ScannerHandle } from './bindings.js';
import { check } from './status.js';

const MAX_WAITING = 16;

export interface Roots {
  readonly procRoot: string;
  readonly cgroupRoot: string | null;
}

export class Lane {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private closed = false;

  private constructor(
    private readonly native: Bindings,
    private readonly handle: ScannerHandle,
  ) {}

  /** @throws {Unavailable} without the proc root */
  static open(native: Bindings, { procRoot, cgroupRoot }: Roots): Lane {
    const out: [ScannerHandle | null] = [null];
    check(native, native.mw_scanner_open(procRoot, cgroupRoot, out), `Opening ${procRoot}`);
    if (out[0] === null) throw new BrokenInvariant('mw_scanner_open gave no scanner.');
    return new Lane(native, out[0]);
  }

  /** A failure is the caller's alone. */
  inTurn<T>(work: (handle: ScannerHandle) => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new Unavailable('This scanner is closed.'));
    if (this.waiting >= MAX_WAITING)
      return Promise.reject(new Stalled(`${MAX_WAITING} scans wait already. Scan less often.`));
    this.waiting++;
    const turn = this.tail.then(() => work(this.handle)).finally(() => this.waiting--);
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /** After the calls that are under way. Later calls are refused. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.tail;
    this.native.mw_scanner_close(this.handle);
  }
}
