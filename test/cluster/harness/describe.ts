/*
 * A cluster as `npm run cluster -- status --json` tells it.
 */
import { join } from 'node:path';
import type { Cluster } from './cluster.js';
import { apiServerUrl } from './config/kubeconfig.js';

export interface Description {
  readonly name: string;
  readonly ready: boolean;
  readonly kubeconfig: string;
  readonly apiServer: string;
  readonly logs: string;
  readonly nodes: readonly { readonly name: string; readonly address: string; readonly ready: boolean }[];
  /** Daemons that do not run. */
  readonly missing: readonly string[];
  /** How long the start took; only after one. */
  readonly seconds?: number;
}

export async function describeCluster(cluster: Cluster): Promise<Description> {
  const { shape } = cluster;
  const missing = await cluster.missing();
  const readyNodes = (await cluster.apiServerIsReady()) ? await cluster.readyNodes() : [];
  const nodes = shape.nodes.map(({ name, address }) => ({ name, address, ready: readyNodes.includes(name) }));
  return {
    name: shape.name,
    ready: missing.length === 0 && nodes.every(({ ready }) => ready),
    kubeconfig: cluster.kubectl.kubeconfig,
    apiServer: apiServerUrl(shape),
    logs: join(shape.folder, 'logs'),
    nodes,
    missing,
  };
}
