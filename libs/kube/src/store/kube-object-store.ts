/*
 * Objects of one kind at the API server. Reads come from an informer's memory and show every write of this process that
 * has resolved; resolved means acknowledged by the API server.
 *   Creating is two writes. The second is made up for: whoever leads fills in the status of an object that has none, be it
 *   one of its own that was left half by a crash or one that a person created, who may not write a status.
 *   What does not pass the codec is left where it is, is shown to nobody, keeps its name, and health() says so.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import { InvalidValue, NotFound } from '#contracts/errors';
import { ALONE, type Leadership } from '#contracts/leadership';
import {
  Conflict,
  keyOf,
  MOST_OBJECTS,
  StoreUnavailable,
  TooManyObjects,
  type Created,
  type ObjectStore,
  type StoreChange,
  type StoredObject,
} from '#contracts/store';
import type { KubeClient, ListQuery } from '../client/kube-client.js';
import type { ResourceType } from '../client/resource-type.js';
import { Informer } from '../watch/informer.js';
import { decoded } from './decoded.js';
import { Completion } from './completion.js';
import { draftCreate, draftUpdate, type DraftOptions } from './drafts.js';
import { keep, memberOf, type Kept } from './kept.js';
import { checkRef } from './object-name.js';
import { ObjectWriter } from './object-writer.js';
import { Turns } from './turns.js';
import { VisibleObjects } from './visible-objects.js';

export interface KubeObjectStoreOptions<T extends StoredObject> extends DraftOptions<T> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** In health(): store/findings. */
  readonly component: string;
  /** Of an object that has none: from its spec and metadata alone. */
  readonly initialStatus: (half: StoredObject) => unknown;
  /** Who fills in what is missing; alone: this process. */
  readonly leadership?: Leadership;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly clock?: Clock;
  readonly query?: ListQuery;
  /** 10,000 */
  readonly maxObjects?: number;
}

/** An object that is no valid one, and why. */
export interface SetAsideObject {
  readonly key: string;
  readonly reason: string;
}

const MOST_TRIES = 3;

export class KubeObjectStore<T extends StoredObject> implements ObjectStore<T>, AsyncDisposable {
  readonly #options: KubeObjectStoreOptions<T>;
  readonly #informer: Informer<Kept<T>>;
  readonly #visible: VisibleObjects<T>;
  readonly #writer: ObjectWriter;
  readonly #completion: Completion;
  readonly #turns = new Turns();
  #failure: StoreUnavailable | null = null;

  private constructor(options: KubeObjectStoreOptions<T>) {
    this.#options = options;
    const { client, type, codec, component, chance, clock, query, maxObjects = MOST_OBJECTS } = options;
    this.#writer = new ObjectWriter(client, type);
    this.#informer = new Informer<Kept<T>>({
      ...{ client, type, component, chance },
      ...(clock !== undefined && { clock }),
      ...(query !== undefined && { query }),
      // People may create some, too.
      maxObjects: 2 * maxObjects,
      trim: (raw) => keep(raw, type, codec, this.#informer.get(keyOf(raw.metadata))),
    });
    this.#visible = new VisibleObjects(this.#informer);
    this.#completion = new Completion({
      informer: this.#informer,
      leadership: options.leadership ?? ALONE,
      complete: (key) => this.#turns.run(key, () => this.#completeNow(key)),
    });
  }

  /** Resolves when everything was read. @throws {StoreUnavailable} when `signal` aborts before */
  static async open<T extends StoredObject>(
    options: KubeObjectStoreOptions<T>,
    signal: AbortSignal,
  ): Promise<KubeObjectStore<T>> {
    const store = new KubeObjectStore<T>(options);
    try {
      await store.#informer.synced(signal);
      return store;
    } catch (error) {
      const { reason = 'nothing was heard' } = store.#informer.health();
      await store[Symbol.asyncDispose]();
      throw new StoreUnavailable(`${options.type.plural} cannot be read: ${reason}.`, { cause: error });
    }
  }

  list(): readonly T[] {
    return this.#visible.list();
  }

  get(key: string): T | null {
    return this.#visible.get(key);
  }

  onChange(callback: (change: StoreChange<T>) => void): Disposable {
    return this.#visible.onChange(callback);
  }

  /** Objects that are not valid: left where they are. */
  get setAside(): readonly SetAsideObject[] {
    return this.#visible.setAside;
  }

  /** Null: it takes writes, as far as is known. */
  get failure(): StoreUnavailable | null {
    return this.#failure;
  }

  /** Since the API server last said anything. */
  get stalenessMs(): number {
    return this.#informer.stalenessMs;
  }

  /** Full lists so far: one, and one for each time that following was not enough. */
  get lists(): number {
    return this.#informer.lists;
  }

  health(): ComponentHealth {
    const { component, type } = this.#options;
    const followed = this.#informer.health();
    if (followed.state !== 'ok') return followed;
    const reason = this.#failure?.message ?? this.#visible.problem(type.plural) ?? this.#completion.problem;
    return reason === null ? { component, state: 'ok' } : { component, state: 'degraded', reason };
  }

  async create(object: T): Promise<Created<T>> {
    const { type } = this.#options;
    checkRef(object.metadata, type.isNamespaced);
    return this.#turns.run(keyOf(object.metadata), () => this.#heard(() => this.#create(object)));
  }

  async update(object: T): Promise<T> {
    const key = keyOf(object.metadata);
    return this.#turns.run(key, () => this.#heard(() => this.#update(key, object)));
  }

  async delete(key: string): Promise<void> {
    await this.#turns.run(key, () => this.#heard(() => this.#delete(key)));
  }

  /** What was asked for before is done first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#completion[Symbol.dispose]();
    await this.#turns.idle();
    await this.#informer[Symbol.asyncDispose]();
  }

  async #create(object: T): Promise<Created<T>> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#createOnce(object);
      } catch (error) {
        // Somebody else completed or deleted the half that was there: look again.
        if (!(error instanceof Conflict || error instanceof NotFound)) throw error;
        await this.#lookAgain(object, error);
        if (tries >= MOST_TRIES) throw new StoreUnavailable(error.message, { cause: error });
      }
    }
  }

  async #createOnce(object: T): Promise<Created<T>> {
    const there = this.#informer.get(keyOf(object.metadata));
    if (there !== null) return this.#joined(there, object);
    const draft = draftCreate(object, this.#options);
    this.#refuseTooMany();
    const raw = await this.#writer.create(draft);
    return this.#joined(this.#written(raw ?? (await this.#writer.read(object))), object);
  }

  /** Somebody's object of this name, or the first half of this one. */
  async #joined(there: Kept<T>, object: T): Promise<Created<T>> {
    if (there.is === 'Whole') return { kind: 'AlreadyExists', object: there.object };
    if (there.is === 'Invalid') throw setAside(this.#options.type, there);
    const status = memberOf(object, 'status') ?? this.#options.initialStatus(there.half);
    const kept = this.#written(await this.#writer.writeStatus(there.half, status));
    return { kind: 'Created', object: this.#whole(kept) };
  }

  async #update(key: string, object: T): Promise<T> {
    const current = this.#current(key, object);
    const next = draftUpdate(current, object, this.#options);
    if (isDeepStrictEqual(next, current)) return current;
    try {
      const written = await this.#writer.writeSpec(current, next);
      let kept = written === null ? null : this.#written(written);
      const status = memberOf(next, 'status');
      if (!isDeepStrictEqual(status, memberOf(current, 'status'))) {
        const { metadata } = kept ?? current;
        kept = this.#written(await this.#writer.writeStatus({ ...next, metadata }, status));
      }
      return kept === null ? current : this.#whole(kept);
    } catch (error) {
      await this.#lookAgain(current, error);
      throw error;
    }
  }

  async #delete(key: string): Promise<void> {
    const there = this.#visible.get(key);
    if (there === null) return;
    try {
      await this.#writer.delete(there);
    } catch (error) {
      // Another incarnation has the name: the one that was meant is gone.
      if (!(error instanceof Conflict)) throw error;
    }
    this.#informer.deleted(there);
  }

  async #completeNow(key: string): Promise<void> {
    const there = this.#informer.get(key);
    if (there?.is !== 'Half') return;
    const status = this.#options.initialStatus(there.half);
    decoded(this.#options.codec, { ...there.half, status });
    this.#written(await this.#writer.writeStatus(there.half, status));
  }

  /** After a refusal: what there is now, so that whoever decides anew does not decide the same. */
  async #lookAgain({ metadata }: T, error: unknown): Promise<void> {
    const kept = this.#informer.get(keyOf(metadata));
    if (error instanceof NotFound && kept !== null) this.#informer.deleted(kept);
    if (!(error instanceof Conflict)) return;
    try {
      this.#informer.written(await this.#writer.read({ metadata }));
    } catch {
      // The watch will tell.
    }
  }

  #written(raw: StoredObject): Kept<T> {
    const { type, codec } = this.#options;
    this.#informer.written(raw);
    const now = this.#informer.get(keyOf(raw.metadata));
    const isThis = now !== null && now.metadata.resourceVersion === raw.metadata.resourceVersion;
    return isThis ? now : keep(raw, type, codec, now);
  }

  #whole(kept: Kept<T>): T {
    if (kept.is === 'Whole') return kept.object;
    const reason = kept.is === 'Invalid' ? kept.reason : 'it has no status';
    throw new InvalidValue(`The API server keeps something else of ${keyOf(kept.metadata)}: ${reason}`);
  }

  #current(key: string, object: T): T {
    const current = this.#visible.get(key);
    if (current === null)
      throw new NotFound(`There is no ${this.#options.type.kind} ${JSON.stringify(key)}.`);
    const { uid = current.metadata.uid, resourceVersion } = object.metadata;
    if (resourceVersion === current.metadata.resourceVersion && uid === current.metadata.uid) return current;
    throw new Conflict(
      `${this.#options.type.kind} ${key} was written since it was read (${resourceVersion ?? 'no'} resourceVersion, now ${String(current.metadata.resourceVersion)}): read it again.`,
    );
  }

  #refuseTooMany(): void {
    const { type, maxObjects = MOST_OBJECTS } = this.#options;
    if (this.#informer.size < maxObjects) return;
    throw new TooManyObjects(`There are ${this.#informer.size} ${type.plural} already: delete closed ones.`);
  }

  async #heard<R>(work: () => Promise<R>): Promise<R> {
    try {
      const answer = await work();
      this.#failure = null;
      return answer;
    } catch (error) {
      if (error instanceof StoreUnavailable) this.#failure = error;
      throw error;
    }
  }
}

function setAside(
  { plural }: ResourceType,
  { metadata, reason }: Kept<unknown> & { is: 'Invalid' },
): InvalidValue {
  return new InvalidValue(
    `There is one of ${plural} with the name ${keyOf(metadata)} that is not valid: ${reason}. Delete it.`,
  );
}
