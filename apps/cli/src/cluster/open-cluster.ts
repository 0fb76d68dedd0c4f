/*
 * Puts the cluster's backend together. Everything of Kubernetes is loaded from here, and only when a cluster is asked.
 */
import { randomInt } from 'node:crypto';
import { KubeClient } from '#kube';
import type { AskedFlags } from '../backend/flags.js';
import type { CliEnvironment } from '../config.js';
import { version } from '../version.js';
import { ClusterBackend } from './cluster-backend.js';
import { Cluster } from './cluster.js';
import { chooseCluster, type KubeconfigFlags } from './kubeconfig.js';

const RANGE = 2 ** 32;

export async function openCluster(flags: AskedFlags, environment: CliEnvironment): Promise<ClusterBackend> {
  return backendOf(await clusterOf(flags, environment), flags, environment);
}

export function backendOf(cluster: Cluster, flags: AskedFlags, environment: CliEnvironment): ClusterBackend {
  return new ClusterBackend(cluster, {
    namespace: flags.allNamespaces === true ? null : (flags.namespace ?? cluster.place.namespace),
    installNamespace: flags.installNamespace ?? environment.installNamespace ?? null,
  });
}

export async function clusterOf(flags: KubeconfigFlags, environment: CliEnvironment): Promise<Cluster> {
  const { credentials, place } = await chooseCluster(flags, environment.kube);
  const client = new KubeClient({ credentials, version, chance: () => randomInt(RANGE) / RANGE });
  return new Cluster(client, place);
}
