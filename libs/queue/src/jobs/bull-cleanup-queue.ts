/*
 * The queue of cleanups, on BullMQ. One job a target; which cleanup of it is looked at, and when, stands beside it
 * (target-schedule). What always holds:
 *   - a job is only a reason to look: after each connection `onEmptied` asks for every open cleanup again, and what is
 *     there already stays as it is;
 *   - every job has a priority: whole seconds of its virtual start (#resources) since a base that stands in Redis;
 *   - two connections; a job that waits occupies nobody; at most MOST_WAITING wait.
 */
import { createHash } from 'node:crypto';
import { DelayedError, Queue, WaitingError, Worker, type Job } from 'bullmq';
import type { ComponentHealth } from '#contracts/agent';
import type { CleanupJob, CleanupQueue, Enqueued, JobHandler, QueueFigures } from '#contracts/cleanup';
import { systemClock, type Clock } from '#contracts/clock';
import { Unavailable } from '#contracts/errors';
import type { EpochSource } from '#contracts/order';
import { PRIORITIES, virtualStartMs } from '#resources';
import { Looks, withDeadline } from './looks.js';
import { PriorityBase } from './priority-base.js';
import { QueueConnection } from './queue-connection.js';
import { RedisEpochs } from './redis-epochs.js';
import { TargetSchedule, type Turn } from './target-schedule.js';

export interface BullCleanupQueueOptions {
  /** `unix:///path`, `redis://…` or `rediss://…`. */
  readonly url: string;
  readonly chance: () => number;
  readonly clock?: Clock;
  /** Each time that it changes; for logs and the mode. */
  readonly onHealth?: (health: ComponentHealth) => void;
  readonly prefix?: string;
  /** Cleanups looked at at once. */
  readonly concurrency?: number;
}

const NAME = 'cleanups';
const MOST_WAITING = 10_000;
const CONCURRENCY = 16;
/** A controller that is killed while it looks keeps its job for so long, and up to the check for stalled ones longer. */
const LOCK_MS = 5000;
const STALLED_CHECK_MS = 2000;
const CLOSE_MS = 500;
/** BullMQ's log of events, which nobody reads. */
const EVENTS_KEPT = 100;

export class BullCleanupQueue implements CleanupQueue, AsyncDisposable {
  readonly epochs: EpochSource;
  readonly #connection: QueueConnection;
  readonly #options: BullCleanupQueueOptions;
  readonly #clock: Clock;
  readonly #prefix: string;
  readonly #schedule: TargetSchedule;
  readonly #base: PriorityBase;
  readonly #emptied = new Set<() => void>();
  #queue: Queue | null = null;
  #worker: Worker | null = null;
  #looks: Looks | null = null;
  #renumbering: Promise<unknown> | null = null;
  readonly #turns = new Set<Promise<void>>();
  #over = false;

  constructor(options: BullCleanupQueueOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const prefix = options.prefix ?? 'memwarden:';
    this.#prefix = `${prefix}queue`;
    this.#connection = new QueueConnection({
      url: options.url,
      chance: options.chance,
      prefix: `${prefix}queue:`,
      onHealth: options.onHealth ?? (() => undefined),
      onConnected: () => this.#connected(),
      onEmptied: () => this.#askForAll(),
    });
    const { redis } = this.#connection;
    this.epochs = new RedisEpochs(this.#connection, `${prefix}epoch:`);
    this.#base = new PriorityBase(redis, `${prefix}queue:base`);
    this.#schedule = new TargetSchedule({
      redis,
      prefix: `${prefix}queue:`,
      waitingKeys: ['prioritized', 'delayed'].map((set) => `${this.#prefix}:${NAME}:${set}`),
      most: MOST_WAITING,
      behindMs: PRIORITIES.map((priority) => virtualStartMs(0, priority)),
    });
  }

  /** Who looks at cleanups. Jobs wait until then. */
  start(handler: JobHandler): void {
    this.#looks = new Looks(handler, this.#clock);
    this.#work();
  }

  /** Looks are told to stop and no job is begun until another start; what they said by then is kept. At most 2 s. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    const looks = this.#looks;
    this.#worker = null;
    this.#looks = null;
    const pausing = worker?.pause(true).catch(() => undefined);
    await looks?.stop();
    const ended = async (): Promise<void> => {
      await pausing;
      await withDeadline(Promise.allSettled(this.#turns), CLOSE_MS / 2);
      await worker?.close(true);
    };
    await withDeadline(
      ended().catch(() => undefined),
      CLOSE_MS,
    );
  }

  async enqueue(job: CleanupJob): Promise<Enqueued> {
    return await this.#connection.ask(() => this.#enqueue(job));
  }

  async wake(name: string): Promise<void> {
    await this.#connection.ask(async () => {
      const woken = await this.#schedule.wake(name, this.#clock.nowMs());
      if (woken !== null) await this.#bringForward(woken.id, woken.turn);
    });
  }

  async remove(name: string): Promise<void> {
    this.#looks?.forget(name);
    await this.#connection.ask(async () => {
      const id = await this.#schedule.remove(name);
      // One that is being looked at stays until the look is over.
      if (id !== null) await this.#opened.remove(id);
    });
  }

  async figures(): Promise<QueueFigures> {
    const counts = await this.#connection.ask(() =>
      this.#opened.getJobCounts('prioritized', 'wait', 'delayed', 'active'),
    );
    const { prioritized = 0, wait = 0, delayed = 0, active = 0 } = counts;
    return { waiting: prioritized + wait, delayed, active };
  }

  health(): ComponentHealth {
    return this.#connection.health();
  }

  /** Cleanups whose looks fail; they hold up nothing else, so acts stay on. */
  troubles(): ComponentHealth {
    return this.#looks?.health() ?? { component: 'cleanup-jobs', state: 'ok' };
  }

  /** Also after each connection, the first one too: what was enqueued last may be lost. */
  onEmptied(callback: () => void): Disposable {
    const own = (): void => callback();
    this.#emptied.add(own);
    return { [Symbol.dispose]: () => void this.#emptied.delete(own) };
  }

  async rebuilt(): Promise<void> {
    await this.#connection.rebuilt();
  }

  /** Looks are told to stop; what they said by then is kept. At most 2 s. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#emptied.clear();
    await this.stop();
    await withDeadline(this.#queue?.close().catch(() => undefined) ?? Promise.resolve(), CLOSE_MS);
    await this.#connection[Symbol.asyncDispose]();
  }

  /** @throws {Unavailable} */
  get #opened(): Queue {
    if (this.#queue === null) throw new Unavailable('Redis was not reached yet.');
    return this.#queue;
  }

  #connected(): void {
    if (this.#over) return;
    // Not before: BullMQ gives a first connection that fails up for ever.
    if (this.#queue === null) {
      this.#queue = new Queue(NAME, { ...this.#bullOptions, streams: { events: { maxLen: EVENTS_KEPT } } });
      // Said by the connection.
      this.#queue.on('error', () => undefined);
    }
    this.#base.forget();
    this.#work();
    this.#askForAll();
  }

  get #bullOptions() {
    // It asks for the server's version itself: unless it knows, it waits in whole seconds.
    return { connection: this.#connection.redis, prefix: this.#prefix };
  }

  #work(): void {
    if (this.#worker !== null || this.#queue === null || this.#looks === null) return;
    const looks = this.#looks;
    this.#worker = new Worker(NAME, (job, token) => this.#takeTurn(looks, job, token), {
      ...this.#bullOptions,
      concurrency: this.#options.concurrency ?? CONCURRENCY,
      lockDuration: LOCK_MS,
      lockRenewTime: LOCK_MS / 2,
      stalledInterval: STALLED_CHECK_MS,
      // A job is looked at again as often as its controller dies.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: 1000,
      // Kept ones would keep their id, and no job of that target could be added.
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.#worker.on('error', () => undefined);
    this.#worker.on('completed', (job) => void this.#heal(job.id ?? ''));
    this.#worker.on('failed', (job) => void this.#heal(job?.id ?? ''));
  }

  #askForAll(): void {
    for (const callback of this.#emptied) callback();
  }

  async #enqueue({ name, targetKey, priority, notBeforeMs }: CleanupJob): Promise<Enqueued> {
    const id = createHash('sha256').update(targetKey).digest('hex').slice(0, 32);
    const dueMs = Math.max(Math.ceil(notBeforeMs), this.#clock.nowMs());
    const turn = { dueMs, startMs: virtualStartMs(dueMs, priority) };
    const offer = await this.#schedule.offer({ id, name, place: PRIORITIES.indexOf(priority), turn });
    if (offer.kind === 'Full') return 'Full';
    // Nothing happens when it is there; a job that was lost is there again.
    await this.#add(id, offer.turn);
    if (offer.kind === 'Raised' || !offer.alone) await this.#bringForward(id, offer.turn);
    return offer.kind;
  }

  async #add(id: string, turn: Turn): Promise<void> {
    const priority = await this.#base.priority(turn.startMs);
    const nowMs = this.#clock.nowMs();
    const delay = Math.max(0, turn.dueMs - nowMs);
    if (this.#renumbering === null && (await this.#base.isOld(nowMs))) this.#renumber(nowMs);
    await this.#opened.add('look', null, { jobId: id, priority, delay });
  }

  // Beside everything else: a number that is too high for a moment is only a later turn.
  #renumber(nowMs: number): void {
    const renumber = async (): Promise<void> => {
      await this.#base.renew(nowMs);
      // The oldest first: what is older than the base stays in this order.
      for (const [id, { startMs }] of await this.#schedule.turns()) {
        const job = this.#over ? undefined : await this.#opened.getJob(id);
        await job?.changePriority({ priority: await this.#base.priority(startMs) });
      }
    };
    this.#renumbering = renumber()
      .catch(() => undefined)
      .finally(() => (this.#renumbering = null));
  }

  /** The job's turn has become an earlier one. */
  async #bringForward(id: string, turn: Turn): Promise<void> {
    const job = await this.#opened.getJob(id);
    if (job === undefined) {
      await this.#add(id, turn);
      return;
    }
    await job.changePriority({ priority: await this.#base.priority(turn.startMs) });
    if (!(await job.isDelayed())) return;
    const delay = turn.dueMs - this.#clock.nowMs();
    // It may have begun meanwhile, which is earlier still.
    await (delay > 0 ? job.changeDelay(delay) : job.promote()).catch(() => undefined);
  }

  async #takeTurn(looks: Looks, job: Job, token: string | undefined): Promise<void> {
    const turn = this.#look(looks, job, token);
    this.#turns.add(turn);
    try {
      await turn;
    } finally {
      this.#turns.delete(turn);
    }
  }

  /** BullMQ's processor: completes when nothing of the target waits any more, else moves the job to its next turn. */
  async #look(looks: Looks, job: Job, token: string | undefined): Promise<void> {
    const id = job.id ?? '';
    const begun = await this.#schedule.begin(id, this.#clock.nowMs());
    if (begun === null) return;
    const next = begun.name === null ? begun.turn : await this.#lookAt(looks, id, begun.name);
    if (next === null) return;
    await job.changePriority({ priority: await this.#base.priority(next.startMs) });
    const afterMs = next.dueMs - this.#clock.nowMs();
    // How BullMQ is told that the job is neither done nor failed.
    if (afterMs <= 0) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    // BullMQ has a wall clock of its own.
    await job.moveToDelayed(systemClock.nowMs() + afterMs, token);
    throw new DelayedError();
  }

  async #lookAt(looks: Looks, id: string, name: string): Promise<Turn | null> {
    return await this.#schedule.settle(id, name, await looks.look(name));
  }

  /** Something of the target may have come between its last look and its job's end. */
  async #heal(id: string): Promise<void> {
    try {
      const turn = await this.#schedule.peek(id);
      if (turn !== null && !this.#over) await this.#add(id, turn);
    } catch {
      // Redis is away: it is asked for again when it is back.
    }
  }
}
