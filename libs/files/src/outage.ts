/*
 * Whether a folder takes writes. From the first that fails until one succeeds it does not; meanwhile a probe of the size
 * that failed is tried again and again, since those who wait for the end of the outage write nothing themselves.
 */
import type { Clock } from '#contracts/clock';
import { StoreUnavailable } from '#contracts/store';
import { MIB } from '#contracts/units';

export type Failure = StoreUnavailable | null;

export interface OutageOptions {
  readonly path: string;
  readonly clock: Clock;
  /** 5,000 */
  readonly probeAfterMs?: number | undefined;
  readonly probe: () => Promise<unknown>;
}

/** A disk that has not answered for so long is said to be stalled. */
const STALLED_AFTER_MS = 5000;
const SMALLEST_PROBE = 4096;

export class Outage implements Disposable {
  readonly #options: OutageOptions;
  #failure: Failure = null;
  #failedBytes = 0;
  #workingSinceMs: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  /** Null: writes are taken, as far as is known. */
  get failure(): Failure {
    const { clock, path } = this.#options;
    const waited = this.#workingSinceMs === null ? 0 : clock.monotonicMs() - this.#workingSinceMs;
    if (waited < STALLED_AFTER_MS) return this.#failure;
    const seconds = Math.round(waited / 1000);
    return new StoreUnavailable(
      `${path} does not take writes: the disk has not answered for ${seconds} s: look at dmesg.`,
    );
  }

  get probeBytes(): number {
    return Math.max(SMALLEST_PROBE, this.#failedBytes);
  }

  /** Work that the disk must answer to. */
  async watch<R>(work: () => Promise<R>): Promise<R> {
    this.#workingSinceMs = this.#options.clock.monotonicMs();
    try {
      return await work();
    } finally {
      this.#workingSinceMs = null;
    }
  }

  failed(failure: StoreUnavailable, bytes: number): void {
    this.#failure = failure;
    this.#failedBytes = Math.min(MIB, Math.max(this.#failedBytes, bytes));
    if (this.#ended || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#options.probe();
    }, this.#options.probeAfterMs ?? 5000).unref();
  }

  recovered(): void {
    this.#failure = null;
    this.#failedBytes = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
