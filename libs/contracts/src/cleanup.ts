/*
 * Words of cleanups, and the queue that drives them. The object is the truth; a job is only a reason to look at it:
 * a lost job is made again from the object, a doubled one finds nothing to do.
 */
import type { ComponentHealth } from './agent.js';

export type QueuePriority = 'Critical' | 'High' | 'Normal' | 'Low';

/** Measured, never assumed. */
export type CleanupOutcome = 'Freed' | 'Ineffective' | 'Refused' | 'Unknown';

/** What drives one cleanup: its object's name. `targetKey` is the same for every cleanup of one target. */
export interface CleanupJob {
  readonly name: string;
  readonly targetKey: string;
  readonly priority: QueuePriority;
  /** Not before this wall time; 0: at once. */
  readonly notBeforeMs: number;
}

/** What a handler says of one look at a cleanup. */
export type JobResult = { readonly kind: 'Done' } | { readonly kind: 'LookAgain'; readonly atMs: number };

/** Plain function: at most once at a time for one name. `signal`: stop, a next look will come. */
export type JobHandler = (name: string, signal: AbortSignal) => Promise<JobResult>;

/** Raised: the job was there with a lower priority. Full: back-pressure, try again later. */
export type Enqueued = 'Added' | 'Raised' | 'Duplicate' | 'Full';

export interface QueueFigures {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
}

/** Port: durable, prioritised, deduplicated by target. It may vanish at any time: `onEmptied` says that it must be filled again. */
export interface CleanupQueue {
  /** @throws {Unavailable} Redis is away, read-only or evicting */
  enqueue(job: CleanupJob): Promise<Enqueued>;
  /** Look at it soon, whatever it waits for (an answer came, somebody cancelled). No such job: nothing. */
  wake(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  figures(): Promise<QueueFigures>;
  /** 'ok' only while jobs are kept safely and were rebuilt: acts are off otherwise. */
  health(): ComponentHealth;
  /** Redis came back empty or is another one: enqueue every open cleanup, then `rebuilt()`. */
  onEmptied(callback: () => void): Disposable;
  rebuilt(): Promise<void>;
}

/** Too much was done, or went wrong, in an hour: nothing is done until a person resets it. Outlives every process. */
export interface OpenBreaker {
  readonly openedAtMs: number;
  readonly reason: string;
}
