/*
 * Objects of one kind as they are written: status and the rest apart, each at the version that was read.
 */
import { isDeepStrictEqual } from 'node:util';
import { InvalidValue, MemwardenError, NotFound, Unavailable } from '#contracts/errors';
import { StoreUnavailable, type StoredObject } from '#contracts/store';
import { AlreadyExists } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import { apiVersionOf, type ResourceType } from '../client/resource-type.js';
import { memberOf } from './kept.js';
import { mergePatch } from './merge-patch.js';
import { onceMore, sureWrite } from './sure-write.js';

export class ObjectWriter {
  readonly #client: KubeClient;
  readonly #type: ResourceType;

  constructor(client: KubeClient, type: ResourceType) {
    this.#client = client;
    this.#type = type;
  }

  /** Without its status. Null: there is one of this name. @throws {InvalidValue | StoreUnavailable} */
  async create(object: StoredObject): Promise<StoredObject | null> {
    const { status: _, ...rest } = { status: undefined, ...object };
    const body = { ...rest, ...this.#typeMeta };
    const create = (): Promise<StoredObject> => this.#client.create<StoredObject>(this.#type, body);
    try {
      return await this.#asStore(() => onceMore(create));
    } catch (error) {
      if (error instanceof AlreadyExists) return null;
      // What is not there is the namespace, and waiting does not bring it.
      throw error instanceof NotFound ? new InvalidValue(error.message, { cause: error }) : error;
    }
  }

  /** @throws {NotFound | StoreUnavailable} */
  async read({ metadata: { name, namespace } }: StoredObject): Promise<StoredObject> {
    return this.#asStore(() => this.#client.get<StoredObject>(this.#type, { name, namespace }));
  }

  /** Labels, annotations and spec, as far as they differ; null: they do not. @throws {Conflict | NotFound | InvalidValue | StoreUnavailable} */
  async writeSpec(before: StoredObject, after: StoredObject): Promise<StoredObject | null> {
    const metadata = mergePatch(ownedMetadata(before), ownedMetadata(after));
    const spec = mergePatch(memberOf(before, 'spec'), memberOf(after, 'spec'));
    if (metadata === undefined && spec === undefined) return null;
    const { name, namespace, uid, resourceVersion } = before.metadata;
    const body = {
      metadata: { ...(metadata as object | undefined), uid, resourceVersion },
      ...(spec !== undefined && { spec }),
    };
    const write = (): Promise<StoredObject> =>
      this.#client.patch<StoredObject>(this.#type, { name, namespace }, body, { kind: 'merge' });
    const isDone = (now: StoredObject): boolean =>
      isDeepStrictEqual(memberOf(now, 'spec'), memberOf(after, 'spec')) &&
      mergePatch(ownedMetadata(now), ownedMetadata(after)) === undefined;
    return this.#asStore(() => sureWrite({ write, read: () => this.read(before), isDone }));
  }

  /** At the version that `object` has. @throws {Conflict | NotFound | InvalidValue | StoreUnavailable} */
  async writeStatus(object: StoredObject, status: unknown): Promise<StoredObject> {
    const body = { ...object, ...this.#typeMeta, status };
    const write = (): Promise<StoredObject> =>
      this.#client.update<StoredObject>(this.#type, body, { subresource: 'status' });
    const isDone = (now: StoredObject): boolean => isDeepStrictEqual(memberOf(now, 'status'), status);
    return this.#asStore(() => sureWrite({ write, read: () => this.read(object), isDone }));
  }

  /** Only this incarnation; not there: nothing to do. @throws {Conflict | StoreUnavailable} */
  async delete({ metadata: { name, namespace, uid } }: StoredObject): Promise<void> {
    await this.#asStore(() => onceMore(() => this.#client.delete(this.#type, { name, namespace }, { uid })));
  }

  get #typeMeta(): { readonly apiVersion: string; readonly kind: string } {
    return { apiVersion: apiVersionOf(this.#type), kind: this.#type.kind };
  }

  /** A right that is missing, or a token that is not taken, is to those who write a store that takes no writes. */
  async #asStore<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unavailable) throw new StoreUnavailable(error.message, { cause: error });
      if (error instanceof MemwardenError) throw error;
      throw new StoreUnavailable(`${this.#type.plural} cannot be written: ${String(error)}`, {
        cause: error,
      });
    }
  }
}

function ownedMetadata({ metadata }: StoredObject): object {
  return { labels: memberOf(metadata, 'labels') ?? {}, annotations: memberOf(metadata, 'annotations') ?? {} };
}
