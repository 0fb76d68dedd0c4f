/*
 * Notices from those who know to those who want to know. Publishing never waits, never throws and never runs a
 * subscriber's code: what a subscriber does, or that there is none, changes nothing for the publisher.
 */
import type { Notice, NoticePriority } from '#contracts/notice';
import { ChannelSubscription, type Subscription } from './subscription.js';

interface Kinded {
  readonly kind: string;
}

export interface NoticeBusOptions<N> {
  /** Notices with one key are alike: to a slow subscriber only the newest of them matters. */
  readonly likeness?: (notice: N) => string | undefined;
}

export interface SubscribeOptions<N extends Kinded> {
  /** Absent: every kind. */
  readonly kinds?: readonly N['kind'][];
  readonly capacity?: number;
  readonly criticalCapacity?: number;
}

export interface ListenOptions<N extends Kinded> extends SubscribeOptions<N> {
  /** It was cut off, or its callback threw: it hears nothing more. */
  readonly ended?: (error: unknown) => void;
}

export interface NoticeBusCounters {
  readonly subscribers: number;
  readonly published: number;
  readonly coalesced: number;
  readonly dropped: number;
  readonly cutOff: number;
}

const CAPACITY = 256;
const CRITICAL_CAPACITY = 1024;

export class NoticeBus<N extends Kinded = Notice> {
  readonly #subscribers = new Map<ChannelSubscription<N>, ReadonlySet<string> | null>();
  readonly #likeness: (notice: N) => string | undefined;
  readonly #counts = { published: 0, coalesced: 0, dropped: 0, cutOff: 0 };

  constructor(options: NoticeBusOptions<N> = {}) {
    this.#likeness = options.likeness ?? (() => undefined);
  }

  get counters(): NoticeBusCounters {
    return { ...this.#counts, subscribers: this.#subscribers.size };
  }

  publish(notice: N, priority: NoticePriority = 'normal'): void {
    this.#counts.published += 1;
    for (const [subscriber, kinds] of this.#subscribers) {
      if (kinds?.has(notice.kind) === false) continue;
      const offered = subscriber.offer(notice, priority);
      if (offered === 'Coalesced') this.#counts.coalesced += 1;
      else if (offered === 'DroppedOldest') this.#counts.dropped += 1;
      else if (offered === 'CutOff') this.#counts.cutOff += 1;
    }
  }

  /** Notices from now on, for one `for await`; `using` ends it. Its iteration throws SubscriberCutOff. */
  subscribe(options: SubscribeOptions<N> = {}): Subscription<N> {
    const subscription = new ChannelSubscription<N>(
      {
        capacity: options.capacity ?? CAPACITY,
        criticalCapacity: options.criticalCapacity ?? CRITICAL_CAPACITY,
        likeness: this.#likeness,
      },
      (self) => this.#subscribers.delete(self),
    );
    this.#subscribers.set(subscription, options.kinds === undefined ? null : new Set(options.kinds));
    return subscription;
  }

  /** The same with a callback, which runs in a microtask of its own and never inside publish(). */
  listen(callback: (notice: N) => void, options: ListenOptions<N> = {}): Disposable {
    const subscription = this.subscribe(options);
    const run = async (): Promise<void> => {
      for await (const notice of subscription) callback(notice);
    };
    run().catch((error: unknown) => {
      subscription[Symbol.dispose]();
      options.ended?.(error);
    });
    return subscription;
  }
}
