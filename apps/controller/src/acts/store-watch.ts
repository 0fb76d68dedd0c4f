/*
 * Whether the store takes writes, as the last write says. While it does not, nothing is acted on, and a small write is
 * tried now and then: an act must not wait for the next finding to learn that the disk has room again.
 */
import type { ComponentHealth } from '#contracts/agent';
import { StoreUnavailable } from '#contracts/store';

export interface StoreWatchOptions {
  /** Throws where this process may write nothing now. */
  readonly admit?: () => void;
  /** A write that changes nothing. */
  readonly probe: () => Promise<unknown>;
  readonly onChange: () => void;
  readonly probeEveryMs?: number;
}

const PROBE_EVERY_MS = 2000;

export class StoreWatch implements Disposable {
  #failure: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;

  constructor(private readonly options: StoreWatchOptions) {}

  /** Every write passes here. Rejects as the write does. */
  async write<T>(act: () => Promise<T>): Promise<T> {
    this.options.admit?.();
    try {
      const result = await act();
      this.#worked();
      return result;
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#failed(error);
      throw error;
    }
  }

  health(): ComponentHealth {
    return this.#failure === null
      ? { component: 'store', state: 'ok' }
      : { component: 'store', state: 'degraded', reason: this.#failure };
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #failed(error: StoreUnavailable): void {
    const isNew = this.#failure === null;
    this.#failure = error.message;
    this.#probeLater();
    if (isNew) this.options.onChange();
  }

  #worked(): void {
    if (this.#failure === null) return;
    this.#failure = null;
    this.options.onChange();
  }

  #probeLater(): void {
    if (this.#ended || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#failure !== null) this.write(this.options.probe).catch(() => undefined);
    }, this.options.probeEveryMs ?? PROBE_EVERY_MS).unref();
  }
}
