/*
 * Who waits to change a folder. Each job is planned when its turn comes, on what is committed by then; jobs of one file
 * come one after the other, those of different files that wait share a commit. Bounded: what is too much is refused.
 */
import { StoreUnavailable } from '#contracts/store';
import type { Change, SyncedFolder } from './synced-folder.js';

/** What a job turns out to be: nothing to write, or a change and what is true once it is committed. */
export type Step<R> =
  /** It is so already: answered once that is certain on disk. */
  | { readonly kind: 'Done'; readonly answer: R }
  | {
      readonly kind: 'Write';
      readonly change: Change;
      readonly committed: () => R;
      /** It is not committed: forget what was planned. */
      readonly failed?: () => void;
    };

export interface Job<R> {
  /** Jobs of one key never share a commit. */
  readonly key: string;
  /** May throw: the job fails with it. */
  readonly plan: () => Step<R>;
}

interface Waiting {
  readonly key: string;
  /** Null: it is over. */
  readonly start: () => Started | null;
}

interface Started {
  /** Null: nothing to write, but an earlier failure to make good before it is answered. */
  readonly change: Change | null;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

const MOST_WAITING = 10_000;
const MOST_AT_ONCE = 64;
const MOST_CHARACTERS_AT_ONCE = 4_000_000;

export class CommitQueue implements AsyncDisposable {
  readonly #folder: SyncedFolder;
  #waiting: Waiting[] = [];
  #working: Promise<void> | null = null;
  #ended = false;

  constructor(folder: SyncedFolder) {
    this.#folder = folder;
  }

  /** @throws {StoreUnavailable} and what planning throws */
  async run<R>(job: Job<R>): Promise<R> {
    if (this.#ended) throw new StoreUnavailable(`${this.#folder.path} was closed.`);
    if (this.#waiting.length >= MOST_WAITING)
      throw new StoreUnavailable(
        `${MOST_WAITING} writes wait for ${this.#folder.path}: the disk is too slow.`,
      );
    return new Promise<R>((resolve, reject) => {
      this.#waiting.push({
        key: job.key,
        start: () => start(job, this.#folder.isCertain, { resolve, reject }),
      });
      this.#working ??= this.#work();
    });
  }

  /** What was asked for before is done first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // those who ask in the same turn share the first commit
    while (this.#waiting.length > 0) await this.#commit(this.#take());
    this.#working = null;
  }

  async #commit(batch: readonly Started[]): Promise<void> {
    if (batch.length === 0) return;
    const changes = batch.flatMap(({ change }) => (change === null ? [] : [change]));
    const failures = (await this.#folder.commit(changes)).values();
    for (const each of batch) {
      const failure = each.change === null ? this.#doubt() : failures.next().value;
      if (failure === null || failure === undefined) each.committed();
      else each.failed(failure);
    }
  }

  #doubt(): StoreUnavailable | null {
    if (this.#folder.isCertain) return null;
    return this.#folder.failure ?? new StoreUnavailable(`${this.#folder.path} is not certain: try again.`);
  }

  /** The next jobs of different keys, in order. */
  #take(): Started[] {
    const batch: Started[] = [];
    const later: Waiting[] = [];
    const keys = new Set<string>();
    let characters = 0;
    for (const each of this.#waiting) {
      const isFull = batch.length === MOST_AT_ONCE || characters > MOST_CHARACTERS_AT_ONCE;
      if (isFull || keys.has(each.key)) {
        later.push(each);
        keys.add(each.key);
        continue;
      }
      const started = each.start();
      if (started === null) continue;
      keys.add(each.key);
      batch.push(started);
      characters += started.change?.data?.length ?? 0;
    }
    this.#waiting = later;
    return batch;
  }
}

interface Caller<R> {
  readonly resolve: (answer: R) => void;
  readonly reject: (error: unknown) => void;
}

function start<R>(job: Job<R>, isCertain: boolean, { resolve, reject }: Caller<R>): Started | null {
  try {
    const step = job.plan();
    if (step.kind === 'Write') return started(step, { resolve, reject });
    if (!isCertain) return { change: null, committed: () => resolve(step.answer), failed: reject };
    resolve(step.answer);
  } catch (error) {
    reject(error);
  }
  return null;
}

function started<R>(
  step: Extract<Step<R>, { readonly kind: 'Write' }>,
  { resolve, reject }: Caller<R>,
): Started {
  const failed = (error: unknown): void => {
    step.failed?.();
    reject(error);
  };
  return { change: step.change, committed: () => resolve(step.committed()), failed };
}
