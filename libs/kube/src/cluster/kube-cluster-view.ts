/*
 * Nodes, namespaces and pods of the cluster in memory, kept by one watch each. What is read is what was told last; what
 * changes only what is not kept (heartbeats, conditions, probes) is told to nobody.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ComponentHealth } from '#contracts/agent';
import type { ClusterNode, ClusterPod, ClusterView } from '#contracts/cluster';
import type { StoredObject } from '#contracts/store';
import type { KubeClient } from '../client/kube-client.js';
import { Informer } from '../watch/informer.js';
import { NAMESPACES, NODES, PODS } from './kinds.js';
import type { RawNamespace, RawNode } from './raw.js';
import { SharedValues } from './shared-values.js';
import { trimNamespace, trimNode, trimPod, type BoundPod, type ClusterNamespace } from './trim.js';

/** What an informer keeps: as much metadata as it needs, and what is read. */
interface Kept<V> extends StoredObject {
  readonly value: V;
}

export interface KubeClusterViewOptions {
  readonly client: KubeClient;
  /** From 0 to 1. */
  readonly chance: () => number;
}

export class KubeClusterView implements ClusterView, AsyncDisposable {
  readonly #shared = new SharedValues();
  readonly #nodes: Informer<Kept<ClusterNode>>;
  readonly #pods: Informer<Kept<BoundPod>, 'node'>;
  readonly #namespaces: Informer<Kept<ClusterNamespace>>;
  readonly #callbacks = new Set<(node: string | null) => void>();

  constructor({ client, chance }: KubeClusterViewOptions) {
    const shared = this.#shared;
    const base = { client, chance };
    this.#nodes = new Informer({
      ...base,
      type: NODES,
      component: 'kube/nodes',
      trim: (raw) => kept(raw, trimNode(raw as RawNode, shared)),
    });
    this.#pods = new Informer({
      ...base,
      type: PODS,
      component: 'kube/pods',
      // The server leaves out what would be thrown away here.
      query: { fieldSelector: 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed' },
      trim: (raw) => keptPod(raw, shared),
      indexes: { node: ({ value }) => [value.node] },
    });
    this.#namespaces = new Informer({
      ...base,
      type: NAMESPACES,
      component: 'kube/namespaces',
      trim: (raw) => kept(raw, trimNamespace(raw as RawNamespace, shared)),
    });
    this.#follow(this.#nodes, ({ name }) => name);
    this.#follow(this.#pods, ({ node }) => node);
    this.#follow(this.#namespaces, () => null);
  }

  /** Resolves when everything was read once. @throws what `signal` aborts with */
  async synced(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#informers().map((informer) => informer.synced(signal)));
  }

  get isSynced(): boolean {
    return this.#informers().every((informer) => informer.isSynced);
  }

  health(): readonly ComponentHealth[] {
    return this.#informers().map((informer) => informer.health());
  }

  node(name: string): ClusterNode | null {
    return this.#nodes.get(name)?.value ?? null;
  }

  nodes(): readonly ClusterNode[] {
    return this.#nodes.list().map(({ value }) => value);
  }

  podsOf(node: string): readonly ClusterPod[] {
    return this.#pods.byIndex('node', node).map(({ value }) => value);
  }

  namespace(name: string): ClusterNamespace | null {
    return this.#namespaces.get(name)?.value ?? null;
  }

  onChange(callback: (node: string | null) => void): Disposable {
    const own = (node: string | null): void => callback(node);
    this.#callbacks.add(own);
    return { [Symbol.dispose]: () => void this.#callbacks.delete(own) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#informers().map((informer) => informer[Symbol.asyncDispose]()));
  }

  #informers(): readonly Pick<
    Informer<StoredObject>,
    'synced' | 'isSynced' | 'health' | typeof Symbol.asyncDispose
  >[] {
    return [this.#nodes, this.#pods, this.#namespaces];
  }

  #follow<V>(informer: Pick<Informer<Kept<V>>, 'onChange'>, nodeOf: (value: V) => string | null): void {
    const last = new Map<string, V>();
    informer.onChange(({ kind, object: { metadata, value } }) => {
      // By uid, a string that is there already: another one a pod would be a tenth of what a pod takes.
      const { uid = '' } = metadata;
      const before = last.get(uid);
      if (kind === 'Deleted') last.delete(uid);
      else last.set(uid, value);
      if (kind === 'Modified' && isDeepStrictEqual(before, value)) return;
      for (const callback of this.#callbacks) callback(nodeOf(value));
    });
  }
}

function keptPod(raw: StoredObject, shared: SharedValues): Kept<BoundPod> | null {
  const value = trimPod(raw, shared);
  return value === null ? null : kept(raw, value, value.namespace);
}

function kept<V>({ metadata }: StoredObject, value: V, namespace?: string): Kept<V> {
  const { name, uid = '', resourceVersion = '' } = metadata;
  return { metadata: { name, ...(namespace !== undefined && { namespace }), uid, resourceVersion }, value };
}
