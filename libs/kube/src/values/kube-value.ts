/*
 * One small value in a ConfigMap of its own: the pause, the breaker. This process writes it and people do, with kubectl;
 * whoever wrote last is right. No ConfigMap, or one without the value, is null.
 *   get() shows what was written last as far as this process was told, and its own writes as soon as they resolve.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import { InvalidValue, MemwardenError, NotFound, Unavailable } from '#contracts/errors';
import { keyOf, StoreUnavailable, type StoredObject, type StoredValue } from '#contracts/store';
import { AlreadyExists, ApiUnavailable } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import { CONFIG_MAPS } from '../client/resource-type.js';
import { deepFreeze, inWords } from '#contracts/codec';
import { memberOf, trimmedMetadata } from '../store/kept.js';
import { Turns } from '../store/turns.js';
import { Informer } from '../watch/informer.js';
import { Listeners } from '../watch/listeners.js';
import type { Texts, ValueForm } from './value-form.js';

export interface KubeValueOptions<V> {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Of the ConfigMap. */
  readonly name: string;
  readonly form: ValueForm<V>;
  /** In health(): store/pause. */
  readonly component: string;
  /** What holds while what stands there cannot be read: for a pause, a pause. */
  readonly whenUnreadable: (reason: string) => V | null;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly clock?: Clock;
}

interface ConfigMap extends StoredObject {
  readonly data: Texts;
}

const MOST_TRIES = 4;

export class KubeValue<V> implements StoredValue<V>, AsyncDisposable {
  readonly #options: KubeValueOptions<V>;
  readonly #informer: Informer<ConfigMap>;
  readonly #turns = new Turns();
  readonly #listeners = new Listeners<undefined>();
  #value: V | null = null;
  #unreadable: string | null = null;
  #failure: StoreUnavailable | null = null;

  private constructor(options: KubeValueOptions<V>) {
    this.#options = options;
    const { client, namespace, name, component, chance, clock } = options;
    this.#informer = new Informer<ConfigMap>({
      ...{ client, type: CONFIG_MAPS, component, chance },
      ...(clock !== undefined && { clock }),
      query: { namespace, fieldSelector: `metadata.name=${name}` },
      trim: (raw) => ({
        metadata: trimmedMetadata(raw.metadata),
        data: (memberOf(raw, 'data') ?? {}) as Texts,
      }),
    });
    this.#informer.onChange(({ kind, object }) => this.#take(kind === 'Deleted' ? {} : object.data));
  }

  /** Resolves when it was read. @throws {StoreUnavailable} when `signal` aborts before */
  static async open<V>(options: KubeValueOptions<V>, signal: AbortSignal): Promise<KubeValue<V>> {
    const value = new KubeValue<V>(options);
    try {
      await value.#informer.synced(signal);
      return value;
    } catch (error) {
      const { reason = 'nothing was heard' } = value.#informer.health();
      await value[Symbol.asyncDispose]();
      throw new StoreUnavailable(`The ConfigMap ${options.name} cannot be read: ${reason}.`, {
        cause: error,
      });
    }
  }

  get(): V | null {
    return this.#value;
  }

  /** @throws {StoreUnavailable | InvalidValue} */
  async set(value: V | null): Promise<void> {
    const data = value === null ? null : this.#texts(value);
    await this.#turns.run('', () => this.#heard(() => (data === null ? this.#remove() : this.#write(data))));
  }

  /** What get() says is another now, whoever wrote it. */
  onChange(callback: () => void): Disposable {
    return this.#listeners.add(callback);
  }

  /** Null: it takes writes, as far as is known. */
  get failure(): StoreUnavailable | null {
    return this.#failure;
  }

  health(): ComponentHealth {
    const followed = this.#informer.health();
    const { component } = this.#options;
    const reason = followed.reason ?? this.#unreadable ?? this.#failure?.message;
    return reason === undefined ? { component, state: 'ok' } : { component, state: 'degraded', reason };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.idle();
    await this.#informer[Symbol.asyncDispose]();
  }

  #take(data: Texts): void {
    const { form, name, whenUnreadable } = this.#options;
    const before = this.#value;
    const answer = form.read(data);
    this.#unreadable = answer.ok
      ? null
      : `the ConfigMap ${name} cannot be read (${inWords(answer.problems)}): mend it, or set it anew`;
    this.#value = deepFreeze(answer.ok ? answer.object : whenUnreadable(this.#unreadable ?? ''));
    if (!isDeepStrictEqual(before, this.#value)) this.#listeners.tell(undefined);
  }

  /** @throws {InvalidValue} when it could not be read again */
  #texts(value: V): Texts {
    const data = this.#options.form.write(value);
    const again = this.#options.form.read(data);
    if (!again.ok)
      throw new InvalidValue(`It is no valid ${this.#options.form.kind}: ${inWords(again.problems)}`);
    return data;
  }

  get #there(): ConfigMap | null {
    return this.#informer.get(keyOf({ namespace: this.#options.namespace, name: this.#options.name }));
  }

  async #remove(): Promise<void> {
    const there = this.#there;
    if (there === null) return;
    const { namespace, name } = this.#options;
    await again(() => this.#options.client.delete(CONFIG_MAPS, { namespace, name }));
    this.#informer.deleted(there);
  }

  // Without a resource version: whoever writes last is right, so it may be done twice.
  async #write(data: Texts): Promise<void> {
    if (isDeepStrictEqual(this.#there?.data, data)) return;
    const { client, namespace, name } = this.#options;
    const labels = { 'app.kubernetes.io/managed-by': 'memwarden' };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels }, data };
    const written = await again(async () => {
      try {
        return await client.update(CONFIG_MAPS, object);
      } catch (error) {
        if (!(error instanceof NotFound)) throw error;
        return await client.create(CONFIG_MAPS, object);
      }
    });
    this.#informer.written(written);
  }

  async #heard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failure = null;
    } catch (error) {
      throw this.#asStore(error);
    }
  }

  #asStore(error: unknown): unknown {
    if (
      error instanceof MemwardenError &&
      !(error instanceof Unavailable) &&
      !(error instanceof StoreUnavailable)
    )
      return error;
    const text = error instanceof Error ? error.message : String(error);
    this.#failure = error instanceof StoreUnavailable ? error : new StoreUnavailable(text, { cause: error });
    return this.#failure;
  }
}

/** Once more when the answer was lost, or when somebody created it meanwhile. */
async function again<R>(work: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isOver =
        error instanceof AlreadyExists || (error instanceof ApiUnavailable && error.isUnresolved);
      if (!isOver || tries >= MOST_TRIES) throw error;
    }
  }
}
