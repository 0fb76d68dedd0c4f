/*
 * Policies as custom resources, followed as people edit them. A generation comes into force when the process that leads has
 * kept it as a ControllerRevision; an edit that is not accepted is reported and leaves the last good one in force, across
 * restarts. A follower decides nothing, keeps nothing, and shows what it reads.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import { ALONE, type Leadership } from '#contracts/leadership';
import { StoreUnavailable, type PolicySource, type SourcedPolicy, type StoredObject } from '#contracts/store';
import type { KubeClient } from '../client/kube-client.js';
import type { ResourceType } from '../client/resource-type.js';
import { deepFreeze } from '#contracts/codec';
import { Informer } from '../watch/informer.js';
import { Listeners } from '../watch/listeners.js';
import type { Accepted } from './accepted.js';
import { keepPolicy, type KeptPolicy } from './kept-policy.js';
import { Repeated } from './repeated.js';
import { Revisions } from './revisions.js';
import { StatusWriter } from './status-writer.js';

export interface KubePolicySourceOptions<T extends StoredObject> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  /** The installation's: where generations are kept. */
  readonly namespace: string;
  /** Pure; given identity and spec. */
  readonly accept: (value: unknown) => Accepted<T>;
  /** Who keeps and writes status; alone: this process. */
  readonly leadership?: Leadership;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly clock?: Clock;
  /** Between two writes of one policy's status; 5,000. */
  readonly statusEveryMs?: number;
}

const MOST_POLICIES = 1000;
const COMPONENT = 'policies';

export class KubePolicySource<T extends StoredObject> implements PolicySource<T>, AsyncDisposable {
  readonly #options: KubePolicySourceOptions<T>;
  readonly #leadership: Leadership;
  readonly #policies: Informer<KeptPolicy<T>>;
  readonly #revisions: Revisions;
  readonly #status: StatusWriter;
  readonly #keeping = new Repeated(() => this.#keepAll());
  readonly #listeners = new Listeners<undefined>();
  readonly #led: Disposable;
  /** By uid. */
  readonly #inForce = new Map<string, T>();
  readonly #failed = new Map<string, string>();
  #list: readonly SourcedPolicy<T>[] = [];

  private constructor(options: KubePolicySourceOptions<T>) {
    this.#options = options;
    const {
      client,
      type,
      accept,
      namespace,
      chance,
      clock,
      leadership = ALONE,
      statusEveryMs = 5000,
    } = options;
    this.#leadership = leadership;
    this.#revisions = new Revisions({ client, namespace, chance, ...(clock !== undefined && { clock }) });
    this.#policies = new Informer<KeptPolicy<T>>({
      ...{ client, type, component: COMPONENT, chance, maxObjects: MOST_POLICIES },
      ...(clock !== undefined && { clock }),
      trim: (raw) => keepPolicy(raw, type, accept, this.#policies.get(raw.metadata.name)),
    });
    this.#status = new StatusWriter({
      ...{ client, type, leadership, everyMs: statusEveryMs },
      current: (key) => {
        const object = this.#policies.get(key);
        return object === null ? null : { object, status: object.status };
      },
      written: (raw) => this.#policies.written(raw),
    });
    this.#led = leadership.onChange(() => this.#look());
  }

  /** Resolves when policies and their generations were read, and what could be was taken. @throws {StoreUnavailable} when `signal` aborts before */
  static async open<T extends StoredObject>(
    options: KubePolicySourceOptions<T>,
    signal: AbortSignal,
  ): Promise<KubePolicySource<T>> {
    const source = new KubePolicySource<T>(options);
    try {
      await Promise.all([source.#policies.synced(signal), source.#revisions.synced(signal)]);
      source.#policies.onChange(({ object }) => {
        source.#status.look(object.metadata.name);
        source.#look();
      });
      source.#show();
      await source.#keeping.now();
      return source;
    } catch (error) {
      const { reason = 'nothing was heard' } = source.health();
      await source[Symbol.asyncDispose]();
      throw new StoreUnavailable(`Policies cannot be read: ${reason}.`, { cause: error });
    }
  }

  list(): readonly SourcedPolicy<T>[] {
    return this.#list;
  }

  onChange(callback: () => void): Disposable {
    return this.#listeners.add(callback);
  }

  /** As it is to stand there; written when it differs, at most every few seconds, by who leads. */
  writeStatus(name: string, status: object): void {
    this.#status.want(name, status);
  }

  health(): ComponentHealth {
    const [first] = this.#failed.values();
    const reason =
      this.#policies.health().reason ?? this.#revisions.health().reason ?? first ?? this.#status.problem;
    if (reason === null) return { component: COMPONENT, state: 'ok' };
    return { component: COMPONENT, state: 'degraded', reason };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#led[Symbol.dispose]();
    await this.#status[Symbol.asyncDispose]();
    await this.#policies[Symbol.asyncDispose]();
    await this.#keeping[Symbol.asyncDispose]();
    await this.#revisions[Symbol.asyncDispose]();
  }

  #look(): void {
    this.#show();
    this.#status.lookAtAll();
    void this.#keeping.now();
  }

  /** What is accepted and not kept yet is kept, what is over is removed. False: something failed. */
  async #keepAll(): Promise<boolean> {
    if (!this.#leadership.isLeader) return true;
    this.#failed.clear();
    const policies = this.#policies.list();
    for (const { judged } of policies)
      if (judged.ok && !this.#isKept(judged.object)) await this.#keep(judged.object);
    await this.#prune(new Set(policies.map(({ metadata }) => metadata.uid ?? '')));
    this.#show();
    return this.#failed.size === 0;
  }

  async #keep(object: T): Promise<void> {
    const { uid = '', name } = object.metadata;
    try {
      await this.#revisions.keep(object);
      this.#show();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#failed.set(uid, `${name} could not be kept, and what was in force stays: ${text}`);
    }
  }

  async #prune(uids: ReadonlySet<string>): Promise<void> {
    try {
      await this.#revisions.prune(uids);
    } catch (error) {
      this.#failed.set('', `generations that are over cannot be removed: ${String(error)}`);
    }
  }

  #isKept({ metadata: { uid = '', generation = 1 } }: T): boolean {
    return this.#revisions.has(uid, generation);
  }

  #show(): void {
    const policies = this.#policies.list();
    const list = policies.flatMap((each) => this.#sourced(each));
    const uids = new Set(policies.map(({ metadata }) => metadata.uid));
    for (const uid of this.#inForce.keys()) if (!uids.has(uid)) this.#inForce.delete(uid);
    if (isDeepStrictEqual(list, this.#list)) return;
    this.#list = Object.freeze(list);
    this.#listeners.tell(undefined);
  }

  /** None: it is new, and its keeping is under way. */
  #sourced({ metadata, judged }: KeptPolicy<T>): readonly SourcedPolicy<T>[] {
    const { name, uid = '' } = metadata;
    const source = `${this.#options.type.plural}/${name}`;
    if (judged.ok && (!this.#leadership.isLeader || this.#isKept(judged.object)))
      this.#inForce.set(uid, judged.object);
    const object = this.#inForce.get(uid) ?? this.#lastGood(uid);
    if (!judged.ok)
      return [{ source, name, object, rejected: { reason: judged.reason, problems: judged.problems } }];
    const failure = this.#failed.get(uid);
    if (object !== judged.object && failure !== undefined)
      return [
        {
          source,
          name,
          object,
          rejected: { reason: 'Unreadable', problems: [{ path: '', message: failure }] },
        },
      ];
    return object === null ? [] : [{ source, name, object, rejected: null }];
  }

  /** As an older version kept it; null also when this version would not take it any more. */
  #lastGood(uid: string): T | null {
    const kept = this.#revisions.lastGood(uid);
    if (kept === null) return null;
    const accepted = this.#options.accept(kept);
    if (!accepted.ok) return null;
    const object = deepFreeze(accepted.object);
    this.#inForce.set(uid, object);
    return object;
  }
}
