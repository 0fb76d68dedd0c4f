/*
 * Puts the support archive of a cluster together.
 */
import type { AskedFlags } from '../../backend/flags.js';
import type { CliEnvironment } from '../../config.js';
import { examineCluster } from '../doctor/examine-cluster.js';
import { backendOf, clusterOf } from '../open-cluster.js';
import { ClusterBundle } from './cluster-source.js';

export interface BundleAsked extends AskedFlags {
  readonly lines: number;
  readonly agents: number;
}

/** @throws when no cluster answers: there would be nothing in it */
export async function openClusterBundle(
  given: BundleAsked,
  environment: CliEnvironment,
): Promise<ClusterBundle> {
  const cluster = await clusterOf(given, environment);
  const backend = backendOf(cluster, given, environment);
  const namespace = await backend.acts.namespace();
  const examinations = await examineCluster(given, environment);
  const { lines, agents } = given;
  return new ClusterBundle({ cluster, backend, namespace, examinations, lines, agents });
}
