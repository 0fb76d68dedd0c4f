/*
 * Pods, nodes and namespaces as they are kept: what selectors ask, what names rows, and who opted in. A pod of some 6 KB
 * of JSON becomes a few hundred bytes; what pods have in common is kept once.
 */
import type { ClusterNode, ClusterPod, Labels, NodePod } from '#contracts/cluster';
import type { RawMetadata, RawNamespace, RawNode, RawPod } from './raw.js';
import type { SharedValues } from './shared-values.js';
import { workloadOf } from './workload.js';

const OURS = 'memwarden.dev/';
const MIRROR = 'kubernetes.io/config.mirror';

export interface BoundPod extends ClusterPod {
  readonly node: string;
}

export interface ClusterNamespace {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Null: it is bound to no node, or has ended. */
export function trimPod(raw: RawPod, shared: SharedValues): BoundPod | null {
  const { metadata = {}, spec = {}, status = {} } = raw;
  const hasEnded = status.phase === 'Succeeded' || status.phase === 'Failed';
  if (spec.nodeName === undefined || spec.nodeName === '' || hasEnded) return null;
  const workload = workloadOf(metadata);
  return {
    ...identityOf(metadata, shared),
    node: shared.text(spec.nodeName),
    isStatic: metadata.annotations?.[MIRROR] !== undefined,
    containers: containersOf(raw, shared),
    workload: workload === null ? null : shared.object(workload),
    labels: shared.labels(below(OURS, metadata.labels)),
    annotations: shared.labels(below(OURS, metadata.annotations)),
    allLabels: shared.labels(metadata.labels ?? {}),
    podIP: status.podIP ?? null,
    isEnding: metadata.deletionTimestamp !== undefined,
  };
}

export function trimNode({ metadata = {}, spec = {} }: RawNode, shared: SharedValues): ClusterNode {
  return {
    name: shared.text(metadata.name ?? ''),
    uid: metadata.uid ?? '',
    labels: metadata.labels ?? {},
    annotations: shared.labels(below(OURS, metadata.annotations)),
    isUnschedulable: spec.unschedulable === true,
    isEnding: metadata.deletionTimestamp !== undefined,
  };
}

export function trimNamespace({ metadata = {} }: RawNamespace, shared: SharedValues): ClusterNamespace {
  return {
    labels: shared.labels(metadata.labels ?? {}),
    annotations: shared.labels(below(OURS, metadata.annotations)),
  };
}

function identityOf(
  metadata: RawMetadata,
  shared: SharedValues,
): Pick<NodePod, 'namespace' | 'name' | 'uid'> {
  const { namespace = '', name = '', uid = '' } = metadata;
  return { namespace: shared.text(namespace), name, uid };
}

function below(prefix: string, labels: Labels = {}): Labels {
  const ours: Record<string, string> = {};
  for (const [key, value] of Object.entries(labels)) if (key.startsWith(prefix)) ours[key] = value;
  return ours;
}

/** Those that run or will; init containers that are done have no memory any more. */
function containersOf({ spec = {}, status = {} }: RawPod, shared: SharedValues): NodePod['containers'] {
  const ids = new Map<string, string>();
  const done = new Set<string>();
  for (const { name = '', containerID, state } of [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ]) {
    if (containerID !== undefined && containerID !== '') ids.set(name, withoutRuntime(containerID));
    if (state?.terminated !== undefined) done.add(name);
  }
  const passing = [...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].filter(
    ({ name = '', restartPolicy }) => restartPolicy === 'Always' || !done.has(name),
  );
  return [...(spec.containers ?? []), ...passing].map(({ name = '' }) => ({
    name: shared.text(name),
    id: ids.get(name) ?? null,
  }));
}

function withoutRuntime(id: string): string {
  const at = id.indexOf('://');
  return at < 0 ? id : id.slice(at + 3);
}
