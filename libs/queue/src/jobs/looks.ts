/*
 * Looking at one cleanup: calls the handler, at most once at a time for one name, ended by a deadline or a stop.
 * A handler that fails is tried again after a back-off that grows, and then seldom; its failure is said, never lost.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { JobHandler, JobResult } from '#contracts/cleanup';
import { Stalled } from '#contracts/errors';

const LOOK_MS = 20_000;
/** How long a handler may take to heed its signal. */
const GRACE_MS = 1500;
const FIRST_BACK_OFF_MS = 1000;
const QUICK_TRIES = 5;
const LATER_MS = 300_000;
const BUSY_MS = 1000;
const MOST_AT_ONCE = 8;
const PAUSE_MS = 10;

interface Trouble {
  readonly tries: number;
  readonly error: unknown;
}

interface Look {
  readonly handled: Promise<JobResult>;
  readonly abort: AbortController;
}

/** Null: done. */
type NextLookMs = number | null;

export class Looks {
  readonly #running = new Map<string, Look>();
  readonly #troubles = new Map<string, Trouble>();
  readonly #stop = new AbortController();

  constructor(
    private readonly handler: JobHandler,
    private readonly clock: Clock,
  ) {}

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** When to look at it again, on the wall clock. Never throws. */
  async look(name: string): Promise<NextLookMs> {
    if (this.#running.has(name) || this.#isStopped()) return this.clock.nowMs() + BUSY_MS;
    try {
      const next = await this.#lookOn(name);
      this.#troubles.delete(name);
      return next;
    } catch (error) {
      return this.#isStopped() ? this.clock.nowMs() : this.clock.nowMs() + this.#failed(name, error);
    }
  }

  /** Cleanups whose looks fail: nothing else is held up by them. */
  health(): ComponentHealth {
    const component = 'cleanup-jobs';
    const [first] = this.#troubles;
    if (first === undefined) return { component, state: 'ok' };
    const [name, { tries, error }] = first;
    const more = this.#troubles.size > 1 ? ` and ${this.#troubles.size - 1} more` : '';
    const reason = `Cleanup ${name}${more} could not be driven (try ${tries}: ${String(error)}); tried again by itself.`;
    return { component, state: 'degraded', reason };
  }

  forget(name: string): void {
    this.#troubles.delete(name);
  }

  /** Tells every handler to stop and waits for them, not longer than GRACE_MS. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const running = [...this.#running.values()];
    for (const { abort } of running) abort.abort(new Stalled('The controller stops.'));
    await withDeadline(Promise.allSettled(running.map(({ handled }) => handled)), GRACE_MS);
  }

  // What goes on at once need not go through Redis; and yet, others come first after a while.
  async #lookOn(name: string): Promise<NextLookMs> {
    for (let look = 1; ; look += 1) {
      const result = await this.#handle(name);
      if (result.kind === 'Done') return null;
      const nowMs = this.clock.nowMs();
      if (result.atMs > nowMs) return result.atMs;
      if (look === MOST_AT_ONCE || this.#isStopped()) return nowMs + PAUSE_MS;
    }
  }

  async #handle(name: string): Promise<JobResult> {
    const abort = new AbortController();
    // A handler that throws at once is one that rejects.
    const handled = (async () => await this.handler(name, abort.signal))();
    this.#running.set(name, { handled, abort });
    const ended = (): void => void this.#running.delete(name);
    handled.then(ended, ended);
    const tooLong = new Stalled(`no answer within ${LOOK_MS} ms`);
    const timer = setTimeout(() => abort.abort(tooLong), LOOK_MS);
    const left = Promise.withResolvers<never>();
    const leave = (): void =>
      void setTimeout(() => left.reject(abort.signal.reason as Stalled), GRACE_MS).unref();
    abort.signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([handled, left.promise]);
    } finally {
      clearTimeout(timer);
      abort.signal.removeEventListener('abort', leave);
    }
  }

  #failed(name: string, error: unknown): number {
    const tries = (this.#troubles.get(name)?.tries ?? 0) + 1;
    this.#troubles.set(name, { tries, error });
    return tries > QUICK_TRIES ? LATER_MS : FIRST_BACK_OFF_MS * 2 ** (tries - 1);
  }
}

/** Resolves when the promise does, or after `ms`. */
export async function withDeadline(promise: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
