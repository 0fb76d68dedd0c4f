/*
 * Opens the breaker when the committed cleanups say that too much was done, or went wrong, since a person reset it last.
 */
import { breakerAfter, type Limits } from '#policy';
import type { MemoryCleanup } from '#api';
import type { Clock } from '#contracts/clock';
import type { ObjectStore } from '#contracts/store';
import type { Acting } from '../acts/acting.js';

export interface BreakerWatchOptions {
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly acting: Acting;
  readonly clock: Clock;
  readonly nodes: { readonly known: number };
  readonly limits: Limits;
  /** It is open all the same, and is not kept yet. */
  readonly onFailure: (error: unknown) => void;
}

export class BreakerWatch implements Disposable {
  readonly #following: Disposable;

  constructor(private readonly options: BreakerWatchOptions) {
    this.#following = options.cleanups.onChange(({ object }) => {
      if (isNews(object)) this.look();
    });
  }

  look(): void {
    const { acting, cleanups, clock, nodes, limits, onFailure } = this.options;
    if (acting.breaker !== null) return;
    const sinceReset = cleanups.list().filter((cleanup) => issuedAfter(cleanup, acting.breakerResetAtMs));
    const opened = breakerAfter(sinceReset, limits, nodes.known, clock.nowMs());
    if (opened !== null) acting.openBreaker(opened.reason).catch(onFailure);
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }
}

/** Another node was touched, or nobody knows what became of an act. */
function isNews({ status }: MemoryCleanup): boolean {
  return status.steps.some(({ state, outcome }) => state === 'Issued' || outcome === 'Unknown');
}

function issuedAfter({ status }: MemoryCleanup, atMs: number): boolean {
  return atMs === 0 || status.steps.some(({ issuedAt }) => Date.parse(issuedAt ?? '') > atMs);
}
