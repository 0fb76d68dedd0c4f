/*
 * A value and what must be done when it is no longer needed. What always holds:
 *   - the release is called exactly once, whoever asks for it, however often and from wherever;
 *   - every failure of it is heard by `onFailure`, also one that comes after the deadline;
 *   - who asked first gets the failure too, so that `await using` keeps it beside an error of its body (SuppressedError).
 */
import { Stalled } from '#contracts/errors';

export type Release<T> = (value: T, signal: AbortSignal) => void | Promise<void>;
export type OnFailure = (error: unknown, name: string) => void;

export interface GuardOptions {
  /** For people. */
  readonly name: string;
  readonly onFailure: OnFailure;
  /** How long a release may take; then its signal is aborted and the waiting ends with Stalled. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 10_000;

export interface Guard<T> extends AsyncDisposable {
  readonly value: T;
  readonly isReleased: boolean;
  /**
   * Starts the release, or waits for the one that was started.
   * @throws what the release threw, or Stalled, to the first who asks; the others only wait
   */
  release(): Promise<void>;
}

export function guard<T>(value: T, release: Release<T>, options: GuardOptions): Guard<T> {
  return new ReleaseOnce(value, release, options);
}

class ReleaseOnce<T> implements Guard<T> {
  readonly #release: Release<T>;
  readonly #options: GuardOptions;
  /** Settles without a failure when the release is over or given up. */
  #over: Promise<void> | null = null;

  constructor(
    readonly value: T,
    release: Release<T>,
    options: GuardOptions,
  ) {
    this.#release = release;
    this.#options = options;
  }

  get isReleased(): boolean {
    return this.#over !== null;
  }

  release(): Promise<void> {
    if (this.#over !== null) return this.#over;
    // Set before anything of the caller's runs: a release that releases itself finds it started.
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#over = promise;
    const ended = this.#run();
    const settle = (): void => resolve(undefined);
    ended.then(settle, settle);
    return ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #run(): Promise<void> {
    const abort = new AbortController();
    // A release that throws at once is one that rejects.
    const released = (async () => {
      await this.#release(this.value, abort.signal);
    })();
    released.catch((error: unknown) => this.#say(error));
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const stalled = new Stalled(`The release of ${this.#options.name} did not end in time.`);
      this.#say(stalled);
      abort.abort(stalled);
      late.reject(stalled);
    }, this.#options.deadlineMs ?? DEADLINE_MS);
    try {
      await Promise.race([released, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  // An observer that throws harms nobody: the failure has its other way out.
  #say(error: unknown): void {
    try {
      this.#options.onFailure(error, this.#options.name);
    } catch {
      return;
    }
  }
}
