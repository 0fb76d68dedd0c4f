/*
 * Open cleanups into the queue. The object is the truth and a job only a reason to look: what could not be enqueued (Redis
 * away, full, the target busy with another cleanup) stands here and is offered again until it is, or is closed.
 */
import { targetKey, type MemoryCleanup } from '#api';
import { MemwardenError } from '#contracts/errors';
import type { CleanupJob, CleanupQueue } from '#contracts/cleanup';
import { keyOf, type ObjectStore } from '#contracts/store';
import { isCompleted, type CleanupIndex } from './cleanup-index.js';

export interface CleanupFeedOptions {
  readonly queue: CleanupQueue;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly index: CleanupIndex;
  readonly onFailure: (error: unknown) => void;
  readonly retryMs?: number;
}

const RETRY_MS = 1000;

export class CleanupFeed implements AsyncDisposable {
  /** Names that are not known to be in the queue. */
  readonly #waiting = new Set<string>();
  readonly #queued = new Set<string>();
  readonly #following: readonly Disposable[];
  /** How often the queue was found empty, and up to which of these times it was filled again. */
  #emptied = 0;
  #rebuilt = 0;
  #running: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;
  #isFull = false;

  constructor(private readonly options: CleanupFeedOptions) {
    this.#following = [
      options.queue.onEmptied(() => {
        this.rebuild();
      }),
      options.cleanups.onChange(({ kind, object }) => {
        if (kind === 'Deleted' || isCompleted(object)) this.#closed(object);
      }),
    ];
  }

  offer(cleanup: MemoryCleanup): void {
    this.#waiting.add(keyOf(cleanup.metadata));
    this.#start();
  }

  /** A look at it is under way: it is in the queue. */
  seen(name: string): void {
    this.#queued.add(name);
    this.#waiting.delete(name);
  }

  /** What is under way needs no job. */
  begun(name: string): void {
    this.#queued.delete(name);
  }

  /** What was offered last found no room, and waits here. */
  get isFull(): boolean {
    return this.#isFull && this.#waiting.size > 0;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** The queue holds nothing, or nobody knows what: every open cleanup is enqueued, then the queue is told. */
  rebuild(): void {
    this.#emptied += 1;
    this.#queued.clear();
    for (const { metadata } of this.options.index.open()) this.#waiting.add(keyOf(metadata));
    this.#start();
  }

  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    for (const each of this.#following) each[Symbol.dispose]();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.settled();
  }

  #closed(cleanup: MemoryCleanup): void {
    const name = keyOf(cleanup.metadata);
    this.#waiting.delete(name);
    this.#queued.delete(name);
    for (const sibling of this.options.index.siblings(cleanup)) this.offer(sibling);
  }

  #start(): void {
    if (this.#ended || this.#running !== null) return;
    this.#running = this.#feed().finally(() => {
      this.#running = null;
      if (this.#waiting.size > 0 || this.#rebuilt < this.#emptied) this.#later();
    });
  }

  async #feed(): Promise<void> {
    const emptied = this.#emptied;
    try {
      for (const name of [...this.#waiting]) await this.#enqueue(name);
      if (this.#rebuilt === emptied) return;
      await this.options.queue.rebuilt();
      this.#rebuilt = emptied;
    } catch (error) {
      // Nobody waits for this; the queue's health says the same, and the timer tries again.
      if (!(error instanceof MemwardenError)) this.options.onFailure(error);
    }
  }

  async #enqueue(name: string): Promise<void> {
    const cleanup = this.options.cleanups.get(name);
    if (cleanup === null || isCompleted(cleanup)) {
      this.#waiting.delete(name);
      return;
    }
    const enqueued = await this.options.queue.enqueue(jobOf(cleanup));
    this.#isFull = enqueued === 'Full';
    if (enqueued === 'Full') return;
    // The job may be its own, of an earlier start, or another cleanup's of this target: a look at it will tell.
    if (enqueued === 'Duplicate' && !this.#queued.has(name)) return;
    this.#waiting.delete(name);
    this.#queued.add(name);
  }

  #later(): void {
    if (this.#ended || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#start();
    }, this.options.retryMs ?? RETRY_MS).unref();
  }
}

export function jobOf({ metadata, spec }: MemoryCleanup): CleanupJob {
  return {
    name: keyOf(metadata),
    targetKey: targetKey(spec.target),
    priority: spec.queuePriority,
    notBeforeMs: spec.notBefore === undefined ? 0 : Date.parse(spec.notBefore),
  };
}
