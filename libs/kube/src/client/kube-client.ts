/*
 * The API server as the rest of this lib sees it: JSON of any kind, by type and name. One client a process: it owns the
 * pool of connections, the rate, and the retries. Errors are the classes of errors.ts.
 */
import { systemClock, type Clock } from '#contracts/clock';
import { NotFound } from '#contracts/errors';
import type { StoredObject } from '#contracts/store';
import { Connection } from './connection.js';
import type { CredentialSource } from './credentials.js';
import { Limiter, type RequestPriority } from './limiter.js';
import {
  apiVersionOf,
  collectionPath,
  inWords,
  objectPath,
  type ObjectRef,
  type ResourceType,
} from './resource-type.js';
import { Transport, type Request } from './transport.js';
import { watchEvents, type WatchEvent } from './watch-events.js';

export interface KubeClientOptions {
  readonly credentials: CredentialSource;
  /** Of Memwarden. */
  readonly version: string;
  /** Requests a second in the long run; 50. */
  readonly qps?: number;
  /** Requests at once after a pause; 100. */
  readonly burst?: number;
  /** From 0 to 1. */
  readonly chance: () => number;
  readonly clock?: Clock;
}

export interface CallOptions {
  /** act */
  readonly priority?: RequestPriority;
  /** 15,000; with all tries, from its turn on, which comes within two minutes or never. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** status, eviction, token … */
  readonly subresource?: string;
}

export interface PatchOptions extends CallOptions {
  /** merge: RFC 7386. apply: server-side, taking over fields of others. */
  readonly kind: 'merge' | 'apply';
  /** Who owns the applied fields; memwarden. */
  readonly fieldManager?: string;
  /** True: all that would refuse it is asked, and nothing is kept. */
  readonly dryRun?: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** Only this incarnation. */
  readonly uid?: string | undefined;
  /** Only as it was read. */
  readonly resourceVersion?: string | undefined;
  readonly gracePeriodSeconds?: number;
}

export interface ListQuery {
  /** Absent: all. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Null: this was the last. */
  readonly continue: string | null;
}

export interface TextQuery {
  /** An answer that is longer is an error. */
  readonly mostBytes: number;
  readonly [name: string]: string | number | boolean | undefined;
}

export interface WatchQuery extends ListQuery {
  /** From where; empty with `sendInitialEvents`: from now. */
  readonly resourceVersion: string;
  /** All that there is first, then a bookmark that says so, then changes. */
  readonly sendInitialEvents?: boolean;
  /** The server ends it then. */
  readonly timeoutSeconds: number;
  /** Nothing said for so long: it is dead. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

export const FIELD_MANAGER = 'memwarden';
const CALL_WITHIN_MS = 15_000;
const LIST_WITHIN_MS = 60_000;
const WATCH_BEGINS_WITHIN_MS = 30_000;
const PAGE = 500;

export class KubeClient implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #transport: Transport;

  constructor(options: KubeClientOptions) {
    const { credentials, version, qps = 50, burst = 100, chance, clock = systemClock } = options;
    this.#connection = new Connection(credentials, clock);
    const limiter = new Limiter({ qps, burst, mostRunning: 16, mostWaiting: 5000, clock });
    const userAgent = `memwarden/${version}`;
    this.#transport = new Transport({ connection: this.#connection, limiter, userAgent, chance });
  }

  /** @throws {NotFound | Forbidden | ApiUnavailable} */
  async get<T extends StoredObject>(
    type: ResourceType,
    ref: ObjectRef,
    options: CallOptions = {},
  ): Promise<T> {
    const path = objectPath(type, ref, options.subresource);
    return this.#call<T>({ method: 'GET', path, what: `get ${inWords(type, ref)}` }, options);
  }

  /** What is no object: a pod's log, /version, /readyz. @throws {NotFound | Forbidden | ApiUnavailable} */
  async text(path: string, query: TextQuery, options: CallOptions = {}): Promise<string> {
    const { priority = 'act', timeoutMs = CALL_WITHIN_MS, signal } = options;
    const { mostBytes, ...asked } = query;
    const request = { method: 'GET', path, query: asked, what: `get ${path}` } as const;
    return this.#transport.text({ ...request, priority, timeoutMs, signal }, mostBytes);
  }

  /** One page of a list that is consistent over all its pages. @throws {Expired} when the next page came too late */
  async listPage<T extends StoredObject>(
    type: ResourceType,
    query: ListQuery & { readonly limit?: number; readonly continue?: string | undefined },
    options: CallOptions = {},
  ): Promise<ListPage<T>> {
    const { namespace, limit = PAGE, ...selection } = query;
    const path = collectionPath(type, namespace);
    const request = {
      method: 'GET',
      path,
      query: { ...selection, limit },
      what: `list ${type.plural}`,
    } as const;
    const list = await this.#call<RawList<T>>(request, { timeoutMs: LIST_WITHIN_MS, ...options });
    const next = list.metadata?.continue ?? '';
    return {
      items: list.items ?? [],
      resourceVersion: list.metadata?.resourceVersion ?? '',
      continue: next === '' ? null : next,
    };
  }

  /** Follows a collection; ends as the server or `signal` ends it. Errors of the stream are thrown by its iteration. */
  async watch(type: ResourceType, query: WatchQuery): Promise<AsyncIterable<WatchEvent>> {
    const { namespace, signal, idleMs, sendInitialEvents = false, ...selection } = query;
    const initial = sendInitialEvents ? { sendInitialEvents, resourceVersionMatch: 'NotOlderThan' } : {};
    const request: Request = {
      method: 'GET',
      path: collectionPath(type, namespace),
      query: { ...selection, ...initial, watch: true, allowWatchBookmarks: true },
      what: `watch ${type.plural}`,
      priority: 'act',
      timeoutMs: WATCH_BEGINS_WITHIN_MS,
      signal,
    };
    return watchEvents(await this.#transport.stream(request, idleMs), `watch ${type.plural}`);
  }

  /** @throws {AlreadyExists | Rejected | Forbidden | ApiUnavailable} */
  async create<T extends StoredObject>(type: ResourceType, object: T, options: CallOptions = {}): Promise<T> {
    const path = collectionPath(type, type.isNamespaced ? object.metadata.namespace : undefined);
    return this.#write<T>(
      { method: 'POST', path, body: object, what: `create ${inWords(type, object.metadata)}` },
      options,
    );
  }

  /** An order to a subresource: eviction, token, binding. */
  async createAt<R>(
    type: ResourceType,
    ref: ObjectRef,
    body: unknown,
    options: CallOptions = {},
  ): Promise<R> {
    const path = objectPath(type, ref, options.subresource);
    return this.#write<R>({ method: 'POST', path, body, what: `create ${inWords(type, ref)}` }, options);
  }

  /** What has no name: a review. */
  async review<R>(type: ResourceType, body: object, options: CallOptions = {}): Promise<R> {
    const whole = { apiVersion: apiVersionOf(type), kind: type.kind, ...body };
    const request = {
      method: 'POST',
      path: collectionPath(type),
      body: whole,
      what: `create ${type.plural}`,
    } as const;
    return this.#call<R>(request, options);
  }

  /** All of it, at its resourceVersion. @throws {Conflict | NotFound | Rejected | Forbidden | ApiUnavailable} */
  async update<T extends StoredObject>(type: ResourceType, object: T, options: CallOptions = {}): Promise<T> {
    const path = objectPath(type, object.metadata, options.subresource);
    return this.#write<T>(
      { method: 'PUT', path, body: object, what: `update ${inWords(type, object.metadata)}` },
      options,
    );
  }

  /** @throws {Conflict | NotFound | Rejected | Forbidden | ApiUnavailable} */
  async patch<T extends StoredObject>(
    type: ResourceType,
    ref: ObjectRef,
    body: object,
    options: PatchOptions,
  ): Promise<T> {
    const isApply = options.kind === 'apply';
    const request = {
      method: 'PATCH',
      path: objectPath(type, ref, options.subresource),
      body: isApply ? applied(type, ref, body) : body,
      contentType: isApply ? 'application/apply-patch+yaml' : 'application/merge-patch+json',
      query: {
        fieldManager: options.fieldManager ?? FIELD_MANAGER,
        ...(isApply && { force: true }),
        ...(options.dryRun === true && { dryRun: 'All' }),
      },
      what: `patch ${inWords(type, ref)}`,
    } as const;
    return this.#write<T>(request, options);
  }

  /** Not there: nothing to do. @throws {Conflict} when it is another incarnation or was written since */
  async delete(type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, gracePeriodSeconds } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid, resourceVersion },
      gracePeriodSeconds,
      propagationPolicy: 'Background',
    };
    const request = {
      method: 'DELETE',
      path: objectPath(type, ref),
      body,
      what: `delete ${inWords(type, ref)}`,
    } as const;
    try {
      await this.#call(request, options);
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  // Strict: a field that the schema does not know is an error of ours, and pruning would hide it.
  #write<R>(request: Asked, options: CallOptions): Promise<R> {
    const query = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', ...request.query };
    return this.#call<R>({ ...request, query }, options);
  }

  async #call<R>(request: Asked, options: CallOptions): Promise<R> {
    const { priority = 'act', timeoutMs = CALL_WITHIN_MS, signal } = options;
    return (await this.#transport.json({ ...request, priority, timeoutMs, signal })) as R;
  }
}

type Asked = Omit<Request, 'priority' | 'timeoutMs' | 'signal'>;

interface RawList<T> {
  readonly items?: readonly T[];
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

function applied(type: ResourceType, { name, namespace }: ObjectRef, body: object): object {
  const metadata = 'metadata' in body && typeof body.metadata === 'object' ? body.metadata : {};
  const identity = { name, ...(namespace !== undefined && { namespace }) };
  return { ...body, apiVersion: apiVersionOf(type), kind: type.kind, metadata: { ...metadata, ...identity } };
}
