/*
 * The backend that is a cluster: findings, cleanups and policies are its custom resources, pause and breaker ConfigMaps of
 * the installation. Works with the controller down: it is never asked.
 */
import {
  isConditionTrue,
  type MemoryCleanup,
  type MemoryFinding,
  type MemoryPolicy,
  type NodeMemory,
} from '#api';
import { systemClock } from '#contracts/clock';
import { NotFound } from '#contracts/errors';
import {
  initialCleanupStatus,
  initialFindingStatus,
  MEMORY_CLEANUPS,
  MEMORY_FINDINGS,
  MEMORY_POLICIES,
  NODE_MEMORIES,
  REQUESTED_BY,
} from '#kube';
import type { Backend, CleanupRequest, ListQuery, ObjectSource } from '../backend/backend.js';
import type { ModeAnswer } from '../client/answers.js';
import { printable } from '../text/escape.js';
import { Acts } from './acts.js';
import { cleanupSpec } from './cleanup-spec.js';
import { ClusterObjects, type Collection } from './cluster-objects.js';
import type { Cluster } from './cluster.js';

/** Whose objects are looked at. */
export interface Scope {
  /** Null: of all namespaces. */
  readonly namespace: string | null;
  /** Null: it is looked for. */
  readonly installNamespace: string | null;
}

const FINDINGS: Collection<MemoryFinding> = {
  type: MEMORY_FINDINGS,
  noun: 'finding',
  whole: (finding) => ({ ...finding, status: { ...initialFindingStatus(finding), ...statusOf(finding) } }),
  isWanted: ({ spec, status }, query) =>
    isWanted(query, spec.target.node, isConditionTrue(status.conditions, 'Closed')),
};
const CLEANUPS: Collection<MemoryCleanup> = {
  type: MEMORY_CLEANUPS,
  noun: 'cleanup',
  whole: (cleanup) => ({ ...cleanup, status: { ...initialCleanupStatus(cleanup), ...statusOf(cleanup) } }),
  isWanted: ({ spec, status }, query) =>
    isWanted(query, spec.target.node, isConditionTrue(status.conditions, 'Completed')),
};
const POLICIES: Collection<MemoryPolicy> = {
  type: MEMORY_POLICIES,
  noun: 'policy',
  whole: (policy) => policy,
  isWanted: () => true,
};
const NODES: Collection<NodeMemory> = {
  type: NODE_MEMORIES,
  noun: 'node',
  whole: (node) => node,
  isWanted: ({ metadata }, { node }) => node === undefined || metadata.name === node,
};

export class ClusterBackend implements Backend {
  readonly kind = 'Cluster';
  readonly where: string;
  readonly findings: ObjectSource<MemoryFinding>;
  readonly cleanups: ObjectSource<MemoryCleanup>;
  readonly policies: ObjectSource<MemoryPolicy>;
  readonly nodes: ObjectSource<NodeMemory>;
  readonly acts: Acts;
  readonly #cluster: Cluster;
  readonly #scope: Scope;

  constructor(cluster: Cluster, scope: Scope) {
    this.#cluster = cluster;
    this.#scope = scope;
    const { namespace } = scope;
    this.where =
      namespace === null ? ' in any namespace' : ` in namespace ${printable(namespace)} (-A looks in all)`;
    this.findings = new ClusterObjects(cluster, FINDINGS, namespace);
    this.cleanups = new ClusterObjects(cluster, CLEANUPS, namespace);
    this.policies = new ClusterObjects(cluster, POLICIES, null);
    this.nodes = new ClusterObjects(cluster, NODES, null);
    this.acts = new Acts(cluster, this.nodes, scope.installNamespace);
  }

  async chooseNode(wanted: string | undefined): Promise<string> {
    if (wanted !== undefined) return wanted;
    const { items } = await this.nodes.page({});
    const [first] = items;
    if (first !== undefined && items.length === 1) return first.metadata.name;
    const names = items.slice(0, 10).map(({ metadata }) => printable(metadata.name));
    throw new NotFound(
      first === undefined
        ? 'No node has reported yet.'
        : `There are several nodes; name one: --node ${names.join(', ')}.`,
    );
  }

  /** In the pod's namespace; of anything else in the installation's, where not everybody may ask. */
  async createCleanup(request: CleanupRequest): Promise<MemoryCleanup> {
    const { user } = await this.#cluster.whoAmI();
    const installed = request.target.kind === 'Pod' ? null : await this.acts.namespace();
    const own = request.target.kind === 'Pod' ? request.target.namespace : undefined;
    const namespace = installed ?? own ?? this.#scope.namespace ?? this.#cluster.place.namespace;
    const { name, spec } = await cleanupSpec(this.#cluster, request, { namespace, nodes: this.nodes });
    const object = {
      apiVersion: 'memwarden.dev/v1alpha1',
      kind: 'MemoryCleanup',
      metadata: { name, namespace, annotations: { [REQUESTED_BY]: user } },
      spec,
    };
    const tried = { verb: 'create', type: MEMORY_CLEANUPS, namespace } as const;
    const made = await this.#cluster.ask(tried, (client) => client.create(MEMORY_CLEANUPS, object));
    return CLEANUPS.whole(made as unknown as MemoryCleanup);
  }

  async cancelCleanup(given: string): Promise<MemoryCleanup> {
    const { metadata } = await this.cleanups.one(given);
    const namespace = metadata.namespace ?? null;
    const tried = { verb: 'patch', type: MEMORY_CLEANUPS, namespace } as const;
    const patch = { spec: { cancelled: true } };
    const done = await this.#cluster.ask(tried, (client) =>
      client.patch<MemoryCleanup>(MEMORY_CLEANUPS, metadata, patch, { kind: 'merge' }),
    );
    return CLEANUPS.whole(done);
  }

  mode(): Promise<ModeAnswer> {
    return this.acts.mode();
  }

  async pause(reason: string | undefined): Promise<ModeAnswer> {
    await this.acts.pause(reason ?? '', systemClock.nowMs());
    return this.acts.mode();
  }

  async resume(): Promise<ModeAnswer> {
    await this.acts.resume();
    return this.acts.mode();
  }

  async resetBreaker(): Promise<ModeAnswer> {
    await this.acts.resetBreaker(systemClock.nowMs());
    return this.acts.mode();
  }
}

function isWanted({ state = 'all', node }: ListQuery, itsNode: string, isOver: boolean): boolean {
  if (node !== undefined && itsNode !== node) return false;
  return state === 'all' || (state === 'closed') === isOver;
}

/** What the server has of a status, whatever the types promise. */
function statusOf<T>({ status }: { readonly status?: T }): T | undefined {
  return status;
}
