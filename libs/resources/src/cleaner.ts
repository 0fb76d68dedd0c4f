/*
 * Does cleanups inside one process: in the order of their priority, by the strategy that the conditions ask for, each
 * with its recovery. What always holds:
 *   - whoever submits is answered exactly once, with what became of it;
 *   - nothing is polled: workers sleep until something comes;
 *   - at most `capacity` wait and `concurrency` groups run (EMERGENCY times as many under pressure).
 */
import type { QueuePriority } from '#contracts/cleanup';
import type { Clock } from '#contracts/clock';
import { Busy, Gone } from './errors.js';
import { assessHealth, type Health } from './health.js';
import { PriorityQueue } from './priority-queue.js';
import { chooseStrategy, type Conditions, type Strategy } from './strategy.js';

export interface CleanupTask {
  readonly node: string;
  readonly target: string;
  readonly priority: QueuePriority;
}

export interface CleanerOptions<T extends CleanupTask> {
  readonly clock: Clock;
  /** Cleans a group: tasks of one target and node. Rejects: none of it was done, for the reason given. */
  readonly clean: (group: readonly T[]) => Promise<void>;
  readonly capacity?: number;
  readonly concurrency?: number;
}

type State = Pick<Conditions, 'pressure' | 'hasFailed'>;

interface Submitted<T> {
  readonly task: T;
  readonly sinceMs: number;
  readonly answer: PromiseWithResolvers<undefined>;
  /** It went with others of its group. */
  isTaken: boolean;
}

const CAPACITY = 10_000;
const CONCURRENCY = 4;
const EMERGENCY = 4;
const GOAL_MS = 1;
/** Of the newest duration in the running mean. */
const NEWEST = 1 / 32;

export class Cleaner<T extends CleanupTask> implements AsyncDisposable {
  readonly #options: CleanerOptions<T>;
  readonly #queue: PriorityQueue<Submitted<T>>;
  readonly #capacity: number;
  /** What waits, by target and node. */
  readonly #groups = new Map<string, Set<Submitted<T>>>();
  readonly #running = new Set<Promise<void>>();
  readonly #dispatching: Promise<void>;
  #conditions: State = { pressure: 'none', hasFailed: false };
  #freed = Promise.withResolvers<undefined>();
  #waiting = 0;
  #counts = { succeeded: 0, failed: 0, meanMs: 0 };
  #isClosed = false;

  constructor(options: CleanerOptions<T>) {
    this.#options = options;
    this.#capacity = options.capacity ?? CAPACITY;
    this.#queue = new PriorityQueue(options.clock, this.#capacity);
    this.#dispatching = this.#dispatch();
  }

  /** How it would clean now, when so many are for one target and node. */
  strategy(alike = 0): Strategy {
    return chooseStrategy({ ...this.#conditions, waiting: this.#waiting, alike });
  }

  get health(): Health {
    const { succeeded, failed, meanMs } = this.#counts;
    const [waiting, capacity] = [this.#waiting, this.#capacity];
    return assessHealth({
      succeeded,
      failed,
      waiting,
      capacity,
      meanMs,
      goalMs: GOAL_MS,
      isBreakerOpen: false,
    });
  }

  setConditions(conditions: State): void {
    this.#conditions = conditions;
    this.#free();
  }

  /** Resolves when it was cleaned. @throws {Busy} when too many wait. @throws {Gone} after the end. @throws what the cleaning threw */
  async submit(task: T): Promise<void> {
    if (this.#isClosed) throw new Gone('No cleanups are taken any more.');
    const one = {
      task,
      sinceMs: this.#options.clock.monotonicMs(),
      answer: Promise.withResolvers<undefined>(),
      isTaken: false,
    };
    this.#join(one);
    if (!this.#queue.offer(one, task.priority)) {
      this.#leave(one);
      throw new Busy('Too many cleanups wait; try again later.');
    }
    await one.answer.promise;
  }

  /** Takes nothing more and ends when everything that was taken is answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#queue.close();
    await this.#dispatching;
    await Promise.all(this.#running);
  }

  async #dispatch(): Promise<void> {
    for (;;) {
      while (this.#running.size >= this.#most()) await this.#freed.promise;
      const first = await this.#queue.take();
      if (first === null) return;
      if (!first.isTaken) this.#begin(first);
    }
  }

  #begin(first: Submitted<T>): void {
    const strategy = this.strategy(this.#groups.get(keyOf(first.task))?.size);
    const group = strategy.kind === 'Batched' ? [...(this.#groups.get(keyOf(first.task)) ?? [])] : [first];
    for (const each of group) this.#leave(each);
    const running = this.#clean(group);
    this.#running.add(running);
    void running.finally(() => {
      this.#running.delete(running);
      this.#free();
    });
  }

  /** Never rejects: those who submitted are told. */
  async #clean(group: readonly Submitted<T>[]): Promise<void> {
    try {
      await this.#options.clean(group.map(({ task }) => task));
      this.#counts.succeeded += group.length;
      for (const { answer } of group) answer.resolve(undefined);
    } catch (error) {
      this.#counts.failed += group.length;
      for (const { answer } of group) answer.reject(error);
    }
    const now = this.#options.clock.monotonicMs();
    for (const { sinceMs } of group) this.#counts.meanMs += NEWEST * (now - sinceMs - this.#counts.meanMs);
  }

  #most(): number {
    const concurrency = this.#options.concurrency ?? CONCURRENCY;
    return this.strategy().kind === 'Emergency' ? concurrency * EMERGENCY : concurrency;
  }

  #free(): void {
    this.#freed.resolve(undefined);
    this.#freed = Promise.withResolvers();
  }

  #join(one: Submitted<T>): void {
    const key = keyOf(one.task);
    const group = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, group.add(one));
    this.#waiting += 1;
  }

  #leave(one: Submitted<T>): void {
    const key = keyOf(one.task);
    const group = this.#groups.get(key);
    one.isTaken = true;
    this.#waiting -= 1;
    group?.delete(one);
    if (group?.size === 0) this.#groups.delete(key);
  }
}

function keyOf({ node, target }: CleanupTask): string {
  return JSON.stringify([node, target]);
}
