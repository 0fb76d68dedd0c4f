/*
 * What a pod belongs to: its controller's controller. For the controllers that everybody has, their own names say it, so
 * neither ReplicaSets nor Jobs are watched (in a large cluster there are ten old ReplicaSets to each Deployment). The
 * conventions are those of the controllers' sources, and checked against a second sign each:
 *   ReplicaSet  DEPLOYMENT-HASH, and the pod's label pod-template-hash is HASH (deployment controller; Argo Rollouts has
 *               a label of its own);
 *   Job         CRONJOB-MINUTES, the minutes since 1970 for which it was scheduled, and the pod is not much younger.
 */
import type { NodePod } from '#contracts/cluster';
import type { RawMetadata, RawOwner } from './raw.js';

type Workload = NonNullable<NodePod['workload']>;

const MINUTE_MS = 60_000;
/** A Job may start so long after the time it was scheduled for, or be tried again. */
const LATEST_START_MS = 30 * 24 * 60 * MINUTE_MS;

/** Null: nobody's, or a mirror of a file on the node. */
export function workloadOf(metadata: RawMetadata): Workload | null {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined || owner.kind === 'Node') return null;
  return ownerOf(owner, metadata) ?? asWorkload(owner);
}

function ownerOf(owner: RawOwner, metadata: RawMetadata): Workload | null {
  switch (`${groupOf(owner)}/${owner.kind ?? ''}`) {
    case 'apps/ReplicaSet':
      return replicaSetOwner(owner.name ?? '', metadata.labels ?? {});
    case 'batch/Job':
      return jobOwner(owner.name ?? '', Date.parse(metadata.creationTimestamp ?? ''));
    default:
      return null;
  }
}

function replicaSetOwner(name: string, labels: Readonly<Record<string, string>>): Workload | null {
  const deployment = without(name, labels['pod-template-hash']);
  if (deployment !== null) return { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment };
  const rollout = without(name, labels['rollouts-pod-template-hash']);
  return rollout === null ? null : { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: rollout };
}

function without(name: string, hash: string | undefined): string | null {
  if (hash === undefined || hash === '' || !name.endsWith(`-${hash}`)) return null;
  const rest = name.slice(0, -hash.length - 1);
  return rest === '' ? null : rest;
}

function jobOwner(name: string, createdAtMs: number): Workload | null {
  const match = /^(.+)-(\d{7,9})$/.exec(name);
  if (match?.[1] === undefined) return null;
  const sinceMs = createdAtMs - Number(match[2]) * MINUTE_MS;
  const isScheduled = sinceMs > -MINUTE_MS && sinceMs < LATEST_START_MS;
  return isScheduled ? { apiVersion: 'batch/v1', kind: 'CronJob', name: match[1] } : null;
}

function asWorkload({ apiVersion, kind, name }: RawOwner): Workload | null {
  return apiVersion === undefined || kind === undefined || name === undefined
    ? null
    : { apiVersion, kind, name };
}

function groupOf({ apiVersion = '' }: RawOwner): string {
  return apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
}
