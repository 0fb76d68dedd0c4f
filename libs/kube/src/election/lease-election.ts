/*
 * Takes part in the election of the leader. What to do is decided in step.ts; here requests are sent, each within its
 * own deadline, and whoever asked is told. `isLeader` is computed from the clock whenever it is read: a process that
 * was stalled does not lead for one instruction longer than it may.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#contracts/clock';
import type { Leadership } from '#contracts/leadership';
import type { Candidate, StoredLease } from './lease.js';
import {
  doubted,
  ELECTION_TIMES,
  heard,
  isLeading,
  leaderAt,
  newElection,
  nextElectionStep,
  observed,
  postponed,
  releaseStep,
  resigned,
  written,
  type ElectionState,
  type ElectionStep,
  type ElectionTimes,
} from './step.js';

type Write = Extract<ElectionStep, { kind: 'Write' }>;

/** The Lease at the API server. */
export interface LeaseApi {
  /** Null: there is none. */
  read(deadlineMs: number): Promise<StoredLease | null>;
  /** Null: it is not what `over` says any more, nothing was written. */
  write(write: Write, deadlineMs: number): Promise<StoredLease | null>;
  /** News of it, as soon as they are there; they may be late, and missing. */
  watch(onLease: (lease: StoredLease | null) => void): Disposable;
}

export interface LeaseElectionOptions {
  readonly api: LeaseApi;
  readonly me: Candidate;
  readonly clock: Clock;
  /** From 0 inclusive to 1 exclusive. */
  readonly chance: () => number;
  readonly times?: ElectionTimes;
  /** Hears of every attempt that failed; the next one comes by itself. */
  readonly onFailure: (error: unknown) => void;
}

/** An attempt that takes longer is given up, and looked after. */
const REQUEST_DEADLINE_MS = 2_000;
/** Timers wait at most so long, whatever they wait for. */
const LONGEST_WAIT_MS = 3_600_000;

export class LeaseElection implements Leadership, AsyncDisposable {
  readonly #options: LeaseElectionOptions;
  readonly #callbacks = new Set<() => void>();
  #state: ElectionState;
  #isStopping = false;
  #running: Promise<void> | null = null;
  #watch: Disposable | null = null;
  #wake: (() => void) | null = null;
  #told = '';
  #expiry: NodeJS.Timeout | null = null;

  /** @throws {InvalidValue} when times or names make no election */
  constructor(options: LeaseElectionOptions) {
    this.#options = options;
    this.#state = newElection(options.me, options.times ?? ELECTION_TIMES);
    this.#told = this.#standing();
  }

  get isLeader(): boolean {
    return isLeading(this.#state, this.#nowMs());
  }

  get leader(): { readonly identity: string; readonly address: string } | null {
    return leaderAt(this.#state, this.#nowMs());
  }

  onChange(callback: () => void): Disposable {
    const own = (): void => callback();
    this.#callbacks.add(own);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(own) };
  }

  start(): void {
    if (this.#isStopping || this.#running !== null) return;
    this.#watch = this.#options.api.watch((lease) => {
      this.#set(heard(this.#state, lease, this.#nowMs()));
      this.#wake?.();
    });
    this.#running = this.#run();
  }

  /**
   * Leads no more from now on, and gives the lease back when `finished` is: whoever acted as leader has ended by then.
   * When that takes longer than the lease lasts, it ends by itself.
   */
  async stop(finished: Promise<unknown> = Promise.resolve()): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#set(resigned(this.#state));
    this.#watch?.[Symbol.dispose]();
    this.#wake?.();
    await this.#running;
    await this.#within(finished);
    await this.#release().catch(this.#options.onFailure);
    if (this.#expiry !== null) clearTimeout(this.#expiry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const step = nextElectionStep(this.#state, this.#nowMs(), this.#options.clock.nowMs());
      if (step.kind === 'Wait') await this.#wait(step.untilMs - this.#nowMs());
      else await this.#attempt(step);
    }
  }

  async #attempt(step: Exclude<ElectionStep, { kind: 'Wait' }>): Promise<void> {
    const sentMs = this.#nowMs();
    try {
      if (step.kind === 'Read') this.#set(observed(this.#state, await this.#read(), this.#nowMs()));
      else this.#took(await this.#options.api.write(step, REQUEST_DEADLINE_MS), sentMs);
    } catch (error) {
      this.#set(postponed(doubted(this.#state), this.#nowMs(), this.#options.chance()));
      this.#options.onFailure(error);
    }
  }

  #read(): Promise<StoredLease | null> {
    return this.#options.api.read(REQUEST_DEADLINE_MS);
  }

  #took(lease: StoredLease | null, sentMs: number): void {
    if (lease === null) this.#set(doubted(this.#state));
    else this.#set(written(this.#state, lease, sentMs, this.#nowMs()));
  }

  // A renewal under way when it was stopped may have been done: then its version is the one to write over.
  async #release(): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const write = releaseStep(this.#state, this.#options.clock.nowMs());
      if (write === null) return;
      if ((await this.#options.api.write(write, REQUEST_DEADLINE_MS)) !== null) return;
      this.#state = observed(this.#state, await this.#read(), this.#nowMs());
    }
  }

  async #within(finished: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    const timeout = sleep(this.#state.times.leaseDurationMs, undefined, { signal: over.signal });
    await Promise.allSettled([Promise.race([finished, timeout])]);
    over.abort();
    await Promise.allSettled([timeout]);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(Math.max(ms, 0) + 1, LONGEST_WAIT_MS));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #set(state: ElectionState): void {
    this.#state = state;
    this.#tell();
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    const leftMs = state.leadsUntilMs - this.#nowMs();
    this.#expiry = leftMs > 0 && this.isLeader ? setTimeout(() => this.#tell(), Math.ceil(leftMs) + 1) : null;
  }

  #tell(): void {
    const standing = this.#standing();
    if (standing === this.#told) return;
    this.#told = standing;
    for (const callback of this.#callbacks) this.#call(callback);
  }

  // One who listens badly does not cost the lease.
  #call(callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #standing(): string {
    return JSON.stringify([this.isLeader, this.leader]);
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}
