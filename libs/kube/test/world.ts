/*
 * A collection of ConfigMaps at a real API server, an informer that follows it through a wire that can be cut, and a
 * client beside it that changes things.
 */
import { Informer, kubeconfigCredentials, type KubeClient, type ResourceType } from '#kube';
import type { StoreChange, StoredObject } from '#contracts/store';
import type { ApiServer } from './api-server.js';
import { TcpProxy } from './tcp-proxy.js';
import { until } from './until.js';

export interface Item extends StoredObject {
  readonly value: string;
}

export const ITEMS: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  isNamespaced: true,
};
const NAMESPACES = { ...ITEMS, kind: 'Namespace', plural: 'namespaces', isNamespaced: false };

export function itemOf(raw: StoredObject): Item {
  const { name, namespace = '', uid = '', resourceVersion = '' } = raw.metadata;
  const data = ('data' in raw ? raw.data : {}) as Readonly<Record<string, string>>;
  return { metadata: { name, namespace, uid, resourceVersion }, value: data['value'] ?? '' };
}

interface Parts {
  readonly proxy: TcpProxy;
  readonly informer: Informer<Item>;
  readonly namespace: string;
  readonly direct: KubeClient;
  readonly wired: KubeClient;
}

export class World implements AsyncDisposable {
  readonly changes: StoreChange<Item>[] = [];

  readonly proxy: TcpProxy;
  readonly informer: Informer<Item>;
  readonly #namespace: string;
  /** Straight to the server. */
  readonly #direct: KubeClient;
  /** Through the wire. */
  readonly #wired: KubeClient;

  private constructor(parts: Parts) {
    this.proxy = parts.proxy;
    this.informer = parts.informer;
    this.#namespace = parts.namespace;
    this.#direct = parts.direct;
    this.#wired = parts.wired;
    this.informer.onChange((change) => this.changes.push(change));
  }

  static async make(server: ApiServer, namespace: string, idleMs = 90_000): Promise<World> {
    const proxy = await TcpProxy.start(server.port);
    const direct = server.client();
    await direct.create(NAMESPACES, { metadata: { name: namespace } });
    const kubeconfig = await server.writeKubeconfig(`${namespace}.kubeconfig`, { port: proxy.port });
    const wired = server.client({ credentials: kubeconfigCredentials(kubeconfig) });
    const informer = new Informer<Item>({
      ...{ client: wired, type: ITEMS, query: { namespace }, component: 'kube/items', idleMs },
      trim: itemOf,
      chance: Math.random,
    });
    const world = new World({ proxy, direct, wired, namespace, informer });
    await informer.synced(AbortSignal.timeout(30_000));
    return world;
  }

  async put(name: string, value: string): Promise<StoredObject> {
    const object = { metadata: { name, namespace: this.#namespace }, data: { value } };
    return this.#direct.patch(ITEMS, object.metadata, object, { kind: 'apply', fieldManager: 'somebody' });
  }

  /** Through the wire. */
  async read(name: string): Promise<StoredObject> {
    return this.#wired.get(ITEMS, { name, namespace: this.#namespace });
  }

  async remove(name: string): Promise<void> {
    await this.#direct.delete(ITEMS, { name, namespace: this.#namespace });
  }

  value(name: string): string | undefined {
    return this.informer.get(`${this.#namespace}/${name}`)?.value;
  }

  /** What the server has, read anew. */
  async truth(): Promise<readonly Item[]> {
    const { items } = await this.#direct.listPage(ITEMS, { namespace: this.#namespace, limit: 100_000 });
    return items.map(itemOf).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** What the changes that were told, one after the other, make of nothing. */
  get told(): readonly Item[] {
    const items = new Map<string, Item>();
    for (const { kind, object } of this.changes) {
      const isThere = items.has(object.metadata.name);
      if (isThere === (kind === 'Added')) throw new Error(`${kind} of ${object.metadata.name} out of order`);
      if (kind === 'Deleted') items.delete(object.metadata.name);
      else items.set(object.metadata.name, object);
    }
    return [...items.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  /** Resolves when the cache has the newest change of the server. */
  async caughtUp(): Promise<void> {
    const marker = `marker-${process.hrtime.bigint()}`;
    await this.put(marker, '');
    await until(() => this.value(marker) === '', 60_000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.informer[Symbol.asyncDispose]();
    await this.#wired[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }
}
