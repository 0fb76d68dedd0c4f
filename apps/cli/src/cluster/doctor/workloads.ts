/*
 * What runs: controller and who leads, agents and those that are behind, Redis.
 */
import { conditionOf, type NodeMemory } from '#api';
import { NODE_MEMORIES } from '#kube';
import { NotFound } from '#contracts/errors';
import type { Examination } from '../../doctor/examination.js';
import { printable } from '../../text/escape.js';
import { duration } from '../../text/time.js';
import { DAEMON_SETS, DEPLOYMENTS, LEASES, STATEFUL_SETS } from '../resources.js';
import { partsOf, type ClusterPatient, type Labelled } from './patient.js';

export interface Workload extends Labelled {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
  };
}

export interface Lease extends Labelled {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly renewTime?: string | null;
    readonly leaseDurationSeconds?: number;
  };
}

const LEASE = 'memwarden-controller';
const VERSION = 'app.kubernetes.io/version';
const NAMES_SHOWN = 5;

export async function controller(patient: ClusterPatient): Promise<Examination> {
  return controllerFound(await partsOf<Workload>(patient, DEPLOYMENTS, 'controller'), patient.namespace);
}

/** Pure. */
export function controllerFound(deployments: readonly Workload[], namespace: string): Examination {
  const subject = 'controller';
  const [one] = deployments;
  if (one === undefined)
    return {
      state: 'failed',
      subject,
      found: `no Deployment in namespace ${namespace}`,
      next: `Nothing is decided or done. Bring it back: helm upgrade --install memwarden helm/memwarden -n ${namespace}.`,
    };
  const wanted = one.spec?.replicas ?? 1;
  const { readyReplicas: ready = 0, updatedReplicas: updated = 0 } = one.status ?? {};
  const found = `${ready} of ${wanted} ready, ${updated} up to date, version ${versionOf(one)}`;
  if (ready >= wanted && updated >= wanted && wanted > 0) return { state: 'ok', subject, found };
  const why = `kubectl -n ${namespace} describe pods -l app.kubernetes.io/component=controller says why; their logs: kubectl -n ${namespace} logs deployment/${one.metadata.name}.`;
  return { state: ready === 0 ? 'failed' : 'warning', subject, found, next: why };
}

function versionOf({ metadata }: Labelled): string {
  return printable(metadata.labels?.[VERSION] ?? 'unknown');
}

export async function leader({ cluster, namespace, nowMs }: ClusterPatient): Promise<Examination> {
  const tried = { verb: 'get', type: LEASES, namespace } as const;
  try {
    const lease = await cluster.ask(tried, (client) => client.get<Lease>(LEASES, { name: LEASE, namespace }));
    return leaderFound(lease, nowMs);
  } catch (error) {
    if (error instanceof NotFound) return leaderFound(null, nowMs);
    throw error;
  }
}

/** Pure. Two clocks may differ: what is far older than its term is over. */
export function leaderFound(lease: Lease | null, nowMs: number): Examination {
  const subject = 'leader';
  const { holderIdentity, renewTime, leaseDurationSeconds = 15 } = lease?.spec ?? {};
  const next = 'No agent has where to report. See the controller above; its logs say why nobody could lead.';
  if ((holderIdentity ?? '') === '') return { state: 'failed', subject, found: 'nobody leads', next };
  const agoMs = nowMs - Date.parse(renewTime ?? '');
  const who = printable(holderIdentity ?? '');
  if (agoMs <= leaseDurationSeconds * 2000) return { state: 'ok', subject, found: who };
  const since = Number.isNaN(agoMs) ? 'never' : `not for ${duration(agoMs)}`;
  return { state: 'failed', subject, found: `${who} was the last one and renewed its lease ${since}`, next };
}

export async function agents(patient: ClusterPatient): Promise<Examination> {
  const sets = await partsOf<Workload>(patient, DAEMON_SETS, 'agent');
  return agentsFound(sets, patient.namespace);
}

/** Pure. */
export function agentsFound(sets: readonly Workload[], namespace: string): Examination {
  const subject = 'agents';
  const sum = (of: (status: NonNullable<Workload['status']>) => number | undefined): number =>
    sets.reduce((total, { status }) => total + (of(status ?? {}) ?? 0), 0);
  if (sets.length === 0)
    return {
      state: 'failed',
      subject,
      found: `no DaemonSet in namespace ${namespace}`,
      next: `Nothing is read. Bring it back: helm upgrade --install memwarden helm/memwarden -n ${namespace}.`,
    };
  const desired = sum(({ desiredNumberScheduled }) => desiredNumberScheduled);
  const ready = sum(({ numberReady }) => numberReady);
  const updated = sum(({ updatedNumberScheduled }) => updatedNumberScheduled);
  const found = `${ready} of ${desired} ready, ${updated} up to date`;
  if (desired === 0)
    return {
      state: 'warning',
      subject,
      found: 'no node is selected',
      next: 'See agent.nodeSelector and agent.tolerations of the chart.',
    };
  if (ready >= desired && updated >= desired) return { state: 'ok', subject, found };
  const why = `kubectl -n ${namespace} get pods -l app.kubernetes.io/component=agent -o wide says on which node, describe why.`;
  return { state: ready === 0 ? 'failed' : 'warning', subject, found, next: why };
}

export async function nodes({ cluster }: ClusterPatient): Promise<Examination> {
  const tried = { verb: 'list', type: NODE_MEMORIES, namespace: null } as const;
  const { items } = await cluster.ask(tried, (client) =>
    client.listPage<NodeMemory>(NODE_MEMORIES, { limit: 5000 }),
  );
  return nodesFound(items);
}

/** Pure. */
export function nodesFound(all: readonly NodeMemory[]): Examination {
  const subject = 'nodes';
  if (all.length === 0)
    return {
      state: 'warning',
      subject,
      found: 'none has reported yet',
      next: 'See agents and leader above.',
    };
  const is =
    (type: string, status: string) =>
    (node: NodeMemory): boolean =>
      conditionOf(node.status?.conditions, type)?.status === status;
  const silent = all.filter((node) => !is('AgentReady', 'True')(node));
  const bad = [
    ['silent', silent],
    ['with an agent that is behind', all.filter(is('AgentOutdated', 'True'))],
    ['with a stalled sensor', all.filter(is('SensorStalled', 'True'))],
    ['whose rows do not add up', all.filter(is('LedgerConsistent', 'False'))],
  ] as const;
  const troubles = bad.flatMap(([what, those]) =>
    those.length === 0 ? [] : [`${those.length} ${what} (${someNames(those)})`],
  );
  const found = `${all.length - silent.length} of ${all.length} report`;
  if (troubles.length === 0) return { state: 'ok', subject, found };
  return {
    state: silent.length === all.length ? 'failed' : 'warning',
    subject,
    found: `${found}; ${troubles.join(', ')}`,
    next: 'kubectl memwarden nodes says of each why.',
  };
}

function someNames(nodes: readonly NodeMemory[]): string {
  const names = nodes.slice(0, NAMES_SHOWN).map(({ metadata }) => printable(metadata.name));
  return `${names.join(', ')}${nodes.length > NAMES_SHOWN ? ' …' : ''}`;
}

export async function redis(patient: ClusterPatient): Promise<Examination> {
  const subject = 'redis';
  const [set] = await partsOf<Workload>(patient, STATEFUL_SETS, 'redis');
  if (set === undefined)
    return {
      state: 'ok',
      subject,
      found: "not the chart's own: the controller's logs say whether it is reached",
    };
  const wanted = set.spec?.replicas ?? 1;
  const ready = set.status?.readyReplicas ?? 0;
  const found = `${ready} of ${wanted} ready`;
  if (ready >= wanted) return { state: 'ok', subject, found };
  return {
    state: 'warning',
    subject,
    found,
    next: `No act begins until it is back; findings go on. kubectl -n ${patient.namespace} describe statefulset ${set.metadata.name} says why.`,
  };
}
