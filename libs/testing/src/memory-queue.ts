/*
 * A queue of cleanups without Redis, run by hand: nothing happens until `run`. `away` is a Redis that does not answer,
 * `empty` one that came back without its data.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { CleanupJob, CleanupQueue, Enqueued, JobHandler, QueueFigures } from '#contracts/cleanup';
import type { Clock } from '#contracts/clock';
import { Unavailable } from '#contracts/errors';

const MOST_LOOKS = 10_000;

export class MemoryCleanupQueue implements CleanupQueue {
  away: string | null = null;
  full = false;
  /** How often rebuilt() was said. */
  rebuilds = 0;
  readonly #due = new Map<string, number>();
  readonly #callbacks = new Set<() => void>();
  #isRebuilt = true;

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {}

  async enqueue(job: CleanupJob): Promise<Enqueued> {
    this.#reach();
    if (this.#due.has(job.name)) return 'Duplicate';
    if (this.full) return 'Full';
    this.#due.set(job.name, Math.max(job.notBeforeMs, this.clock.nowMs()));
    return 'Added';
  }

  async wake(name: string): Promise<void> {
    this.#reach();
    if (this.#due.has(name)) this.#due.set(name, this.clock.nowMs());
  }

  async remove(name: string): Promise<void> {
    this.#reach();
    this.#due.delete(name);
  }

  async figures(): Promise<QueueFigures> {
    this.#reach();
    return { waiting: this.#due.size, delayed: 0, active: 0 };
  }

  health(): ComponentHealth {
    const component = 'queue';
    if (this.away !== null) return { component, state: 'degraded', reason: this.away };
    return this.#isRebuilt
      ? { component, state: 'ok' }
      : { component, state: 'degraded', reason: 'Redis is empty and is being filled again.' };
  }

  onEmptied(callback: () => void): Disposable {
    const own = (): void => callback();
    this.#callbacks.add(own);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(own) };
  }

  async rebuilt(): Promise<void> {
    this.#reach();
    this.rebuilds += 1;
    this.#isRebuilt = true;
  }

  get names(): readonly string[] {
    return [...this.#due.keys()];
  }

  empty(): void {
    this.#due.clear();
    this.#isRebuilt = false;
    for (const callback of this.#callbacks) callback();
  }

  /** Looks at everything that is due, again and again until nothing is. @returns how many looks it took */
  async run(handler: JobHandler): Promise<number> {
    const { signal } = new AbortController();
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      const due = [...this.#due].find(([, atMs]) => atMs <= this.clock.nowMs());
      if (due === undefined || this.away !== null) return looks;
      const [name] = due;
      const result = await handler(name, signal);
      if (result.kind === 'Done') this.#due.delete(name);
      else this.#due.set(name, Math.max(result.atMs, this.clock.nowMs() + 1));
    }
    return MOST_LOOKS;
  }

  #reach(): void {
    if (this.away !== null) throw new Unavailable(this.away);
  }
}
