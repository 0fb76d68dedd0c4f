/*
 * The reader's side of a channel: an async iterator with one reader, over when it is disposed of or cut off.
 */
import { MemwardenError } from '#contracts/errors';
import type { NoticePriority } from '#contracts/notice';
import { Channel, type ChannelOptions, type Offered } from './channel.js';

/** This subscriber did not take the critical notices that were kept for it: subscribe again and read the state anew. */
export class SubscriberCutOff extends MemwardenError {
  override readonly code = 'SubscriberCutOff';
  override readonly retryable = true;
}

/** Notices as they come. */
export interface Subscription<N> extends AsyncIterableIterator<N, undefined>, AsyncDisposable, Disposable {
  next(): Promise<IteratorResult<N, undefined>>;
}

type Result<N> = IteratorResult<N, undefined>;

interface Reader<N> {
  readonly resolve: (result: Result<N>) => void;
  readonly reject: (error: SubscriberCutOff) => void;
}

const DONE = { done: true, value: undefined } as const;

export class ChannelSubscription<N> implements Subscription<N> {
  readonly #channel: Channel<N>;
  readonly #left: (self: ChannelSubscription<N>) => void;
  #reader: Reader<N> | null = null;
  #end: 'Disposed' | SubscriberCutOff | null = null;

  /** @param left is called once, when nothing more will be taken */
  constructor(options: ChannelOptions<N>, left: (self: ChannelSubscription<N>) => void) {
    this.#channel = new Channel(options);
    this.#left = left;
  }

  /** Never runs the reader's code: a waiting reader goes on in a later microtask. */
  offer(notice: N, priority: NoticePriority): Offered {
    if (this.#reader !== null) {
      const reader = this.#reader;
      this.#reader = null;
      reader.resolve({ done: false, value: notice });
      return 'Queued';
    }
    const offered = this.#channel.offer(notice, priority);
    if (offered === 'CutOff')
      this.#finish(
        new SubscriberCutOff('Too many critical notices were not taken; subscribe again and read anew.'),
      );
    return offered;
  }

  next(): Promise<Result<N>> {
    const value = this.#channel.take();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#end === 'Disposed') return Promise.resolve(DONE);
    if (this.#end !== null) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  return(): Promise<Result<N>> {
    this[Symbol.dispose]();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.#channel.clear();
    this.#finish('Disposed');
  }

  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    return Promise.resolve();
  }

  // What is queued when a subscriber is cut off is still handed over, and then it is told.
  #finish(end: 'Disposed' | SubscriberCutOff): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#reader?.resolve(DONE);
    this.#reader = null;
    this.#left(this);
  }
}
