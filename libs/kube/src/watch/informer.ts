/*
 * One collection of the API server in memory, followed by one watch. After a break it goes on where it stopped; where the
 * server no longer remembers that (410), it reads everything anew and tells the differences. No polling: a quiet server
 * sends a bookmark a minute, and a connection that says nothing for longer is given up.
 *   Lists are streamed (sendInitialEvents): each object is trimmed as it comes, so that no page of JSON is ever whole in
 *   memory. They are consistent reads, never resourceVersion=0: a server that just started may answer that with the past.
 */
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import { keyOf, type StoreChange, type StoredObject } from '#contracts/store';
import { Expired, Rejected } from '../client/errors.js';
import type { KubeClient, ListQuery } from '../client/kube-client.js';
import type { ResourceType } from '../client/resource-type.js';
import type { WatchEvent } from '../client/watch-events.js';
import { Backoff } from './backoff.js';
import { Cache, type Deletion } from './cache.js';
import { deepFreeze } from '#contracts/codec';
import { Patience } from './patience.js';
import type { IndexFunctions } from './sorted-map.js';

export interface InformerOptions<T extends StoredObject, I extends string = never> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly query?: ListQuery;
  /** What is kept of an object, given as the server sends it; null: nothing. Frozen by the informer. */
  readonly trim: (raw: StoredObject) => T | null;
  readonly indexes?: IndexFunctions<T, I>;
  /** In health(): kube/pods. */
  readonly component: string;
  /** 100,000 */
  readonly maxObjects?: number;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly clock?: Clock;
  /** Nothing heard for so long: the connection is dead; 90,000. A bookmark comes every 60,000. */
  readonly idleMs?: number;
}

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';
const LIST_WITHIN_MS = 300_000;
const SHORTEST_WATCH_SECONDS = 300;
const UNWELL_AFTER_MS = 15_000;

export class Informer<T extends StoredObject, I extends string = never> implements AsyncDisposable {
  readonly #options: InformerOptions<T, I>;
  readonly #clock: Clock;
  readonly #cache: Cache<T, I>;
  readonly #stop = new AbortController();
  readonly #backoff: Backoff;
  readonly #first = Promise.withResolvers<undefined>();
  readonly #over: Promise<void>;
  #isStreaming = true;
  #needsList = true;
  #isSynced = false;
  #heardAtMs: number;
  #failure: Error | null = null;
  #lists = 0;

  constructor(options: InformerOptions<T, I>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#heardAtMs = this.#clock.monotonicMs();
    this.#backoff = new Backoff(options.chance, this.#stop.signal);
    this.#cache = new Cache<T, I>({
      indexes: options.indexes ?? ({} as IndexFunctions<T, I>),
      maxObjects: options.maxObjects ?? 100_000,
    });
    this.#over = this.#run();
  }

  /** Resolves when everything was read once. @throws what `signal` aborts with; before that it goes on trying */
  async synced(signal: AbortSignal): Promise<void> {
    const { promise, reject } = Promise.withResolvers<undefined>();
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    try {
      await Promise.race([this.#first.promise, promise]);
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Full lists so far: the first, and one for each time the server had forgotten where this was. */
  get lists(): number {
    return this.#lists;
  }

  /** Since the server last said anything, of changes or that there are none. */
  get stalenessMs(): number {
    return this.#clock.monotonicMs() - this.#heardAtMs;
  }

  get(key: string): T | null {
    return this.#cache.get(key);
  }

  /** By key in byte order. */
  list(): readonly T[] {
    return this.#cache.list();
  }

  byIndex(name: I, value: string): readonly T[] {
    return this.#cache.byIndex(name, value);
  }

  get size(): number {
    return this.#cache.size;
  }

  /** After the cache has it, in order. What the callback throws is its own. */
  onChange(callback: (change: StoreChange<T>) => void): Disposable {
    return this.#cache.onChange(callback);
  }

  /** The answer to a write of this process: shown from now on. */
  written(raw: StoredObject): void {
    const object = this.#trimmed(raw);
    if (object !== null) this.#cache.written(object);
  }

  /** Deleted by this process: not shown from now on. */
  deleted(object: StoredObject): void {
    this.#cache.deleted(object);
  }

  health(): ComponentHealth {
    const { component, type, maxObjects = 100_000 } = this.#options;
    const reason = this.#unwell();
    if (reason !== null) return { component, state: 'degraded', reason };
    if (this.#cache.left === 0) return { component, state: 'ok' };
    const text = `more than ${maxObjects} ${type.plural}: ${this.#cache.left} are not seen, remove some`;
    return { component, state: 'degraded', reason: text };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }

  #unwell(): string | null {
    const reason = this.#failure === null ? '' : `: ${this.#failure.message}`;
    if (!this.#isSynced) return `${this.#options.type.plural} have not been read yet${reason}`;
    if (this.stalenessMs < UNWELL_AFTER_MS || this.#failure === null) return null;
    return `${this.#options.type.plural} are as of ${Math.round(this.stalenessMs / 1000)} s ago${reason}`;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const heardAtMs = this.#heardAtMs;
      try {
        await this.#follow();
      } catch (error) {
        this.#failed(error as Error);
      }
      await this.#backoff.pause(this.#heardAtMs > heardAtMs);
    }
  }

  #failed(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#failure = error;
    if (error instanceof Expired) this.#needsList = true;
    // A server without streamed lists says that it does not take the question.
    if (error instanceof Rejected) this.#isStreaming = false;
  }

  async #follow(): Promise<void> {
    if (this.#needsList && !this.#isStreaming) await this.#readPages();
    using patience = new Patience(this.#stop.signal);
    const isList = this.#needsList;
    if (isList) patience.limit(LIST_WITHIN_MS);
    const deletedBefore = this.#cache.deletedSoFar();
    const events = await this.#watch(isList, patience.signal);
    const initial = new Map<string, T>();
    for await (const event of events) {
      this.#heard();
      if (!this.#needsList) this.#take(event);
      else if (this.#gather(event, initial, deletedBefore)) patience.release();
    }
  }

  #watch(isList: boolean, signal: AbortSignal): Promise<AsyncIterable<WatchEvent>> {
    const { client, type, query = {}, chance, idleMs = 90_000 } = this.#options;
    return client.watch(type, {
      ...query,
      resourceVersion: isList ? '' : this.#cache.position,
      sendInitialEvents: isList,
      // Spread, so that not all watches of all replicas end in the same second.
      timeoutSeconds: Math.round(SHORTEST_WATCH_SECONDS * (1 + chance())),
      idleMs,
      signal,
    });
  }

  /** True: that was all there is. */
  #gather(
    { type, object }: WatchEvent,
    initial: Map<string, T>,
    deletedBefore: ReadonlyMap<string, Deletion>,
  ): boolean {
    if (type === 'BOOKMARK') {
      if (annotationsOf(object)[INITIAL_EVENTS_END] !== 'true') return false;
      this.#listed(initial, object.metadata.resourceVersion ?? '', deletedBefore);
      return true;
    }
    const kept = type === 'DELETED' ? null : this.#trimmed(object);
    if (kept === null) initial.delete(keyOf(object.metadata));
    else initial.set(keyOf(object.metadata), kept);
    return false;
  }

  async #readPages(): Promise<void> {
    const { client, type, query = {} } = this.#options;
    const deletedBefore = this.#cache.deletedSoFar();
    const initial = new Map<string, T>();
    let next: string | null = null;
    let resourceVersion = '';
    do {
      const paged: ListQuery & { readonly continue?: string } =
        next === null ? query : { ...query, continue: next };
      const page = await client.listPage(type, paged, { signal: this.#stop.signal });
      for (const raw of page.items) {
        const object = this.#trimmed(raw);
        if (object !== null) initial.set(keyOf(raw.metadata), object);
      }
      next = page.continue;
      resourceVersion = page.resourceVersion;
    } while (next !== null);
    this.#heard();
    this.#listed(initial, resourceVersion, deletedBefore);
  }

  #listed(
    initial: ReadonlyMap<string, T>,
    resourceVersion: string,
    deletedBefore: ReadonlyMap<string, Deletion>,
  ): void {
    this.#cache.replace(initial, resourceVersion, deletedBefore);
    this.#lists += 1;
    this.#needsList = false;
    this.#isSynced = true;
    this.#first.resolve(undefined);
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'BOOKMARK') {
      if (this.#cache.bookmark(object.metadata.resourceVersion ?? '')) return;
      throw new Expired(`The API server's time went back: ${this.#options.type.plural} are read anew.`);
    }
    const kept = type === 'DELETED' ? null : this.#trimmed(object);
    if (kept === null) this.#cache.gone(object);
    else this.#cache.seen(kept);
  }

  #heard(): void {
    this.#heardAtMs = this.#clock.monotonicMs();
    this.#failure = null;
  }

  /** The kept object itself where it is of the same version: a full list costs nothing that stays. */
  #trimmed(raw: StoredObject): T | null {
    const kept = this.#cache.get(keyOf(raw.metadata));
    const { uid, resourceVersion } = raw.metadata;
    if (kept !== null && kept.metadata.uid === uid && kept.metadata.resourceVersion === resourceVersion)
      return kept;
    const object = this.#options.trim(raw);
    return object === null ? null : deepFreeze(object);
  }
}

function annotationsOf({ metadata }: StoredObject): Readonly<Record<string, unknown>> {
  const annotations = 'annotations' in metadata ? metadata.annotations : null;
  return typeof annotations === 'object' && annotations !== null ? { ...annotations } : {};
}
