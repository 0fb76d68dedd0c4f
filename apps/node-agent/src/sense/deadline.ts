/*
 * A wait with an end. What runs in another thread (a native scan, a read of a kernel file) cannot be called back:
 * when it does not answer in time the caller goes on, and the same thing is not started again before the first
 * one ended. So a stalled file costs one thread and not one more with every sample.
 */
import { Stalled } from '#contracts/errors';

export class Deadline {
  private readonly pending = new Set<string>();

  /** @throws {Stalled} when `run` needs longer than `limitMs`, or an earlier one by this name still runs */
  async within<T>(what: string, limitMs: number, run: () => Promise<T>): Promise<T> {
    if (this.pending.has(what)) throw new Stalled(`${what} has still not answered: not asked again.`);
    this.pending.add(what);
    const running = run().finally(() => this.pending.delete(what));
    let timer: NodeJS.Timeout | undefined;
    const expiry = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Stalled(`${what} did not answer within ${limitMs} ms.`));
      }, limitMs);
    });
    try {
      return await Promise.race([running, expiry]);
    } finally {
      clearTimeout(timer);
      running.catch(() => undefined); // late failures of what was given up have nobody left to tell
    }
  }
}
