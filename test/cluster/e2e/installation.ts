/*
 * Memwarden as a stranger installs it, once for all specs of a run: the chart with the values of this file, on the cluster of
 * the run. Specs that need other values upgrade it and put it back.
 */
import { useCluster, type TestCluster } from '../use-cluster.js';

export const NAMESPACE = 'memwarden';
export const RELEASE = 'memwarden';

/** Values beside the images: what a person writes who lets it act in the namespace `tenant` and nowhere else. */
export const VALUES = {
  agent: {
    sampleSeconds: 1,
    helper: { enabled: true },
    allow: { acts: { Notify: [{ namespaces: ['tenant'], signals: ['SIGUSR2'] }] }, ratePerMinute: 600 },
  },
  controller: { limits: { perNode: 20, perNamespacePerHour: 200, perHour: 400, maxNodesPercent: 100 } },
};

export interface Installation extends TestCluster {
  /** helm upgrade --install with the values above and these over them, until everything is ready. */
  upgrade(values?: object): Promise<void>;
}

export async function installation(): Promise<Installation> {
  const cluster = await useCluster();
  const installed: Installation = {
    ...cluster,
    upgrade: async (values = {}) => {
      await upgrade(cluster, values);
    },
  };
  await cluster.applyYaml(namespaceText(NAMESPACE, 'privileged'));
  await cluster.applyYaml(namespaceText('tenant', 'restricted'));
  await installed.upgrade();
  return installed;
}

async function upgrade(cluster: TestCluster, values: object): Promise<void> {
  const { memwarden, redis } = cluster.images;
  const images = { image: imageValues(memwarden), redis: { image: imageValues(redis) } };
  // A cluster that was kept may have pods of an image that has the same name and is older.
  const podAnnotations = { 'memwarden.dev/test-run': String(process.pid) };
  const ofThisRun = { agent: { podAnnotations }, controller: { podAnnotations } };
  // Helm merges one after the other.
  const flags = [images, VALUES, ofThisRun, values].flatMap((each) => ['--set-json', JSON.stringify(each)]);
  await cluster.helm([
    ...['upgrade', '--install', RELEASE, 'helm/memwarden', '--namespace', NAMESPACE],
    ...['--wait', '--timeout', '120s'],
    ...flags,
  ]);
}

function imageValues(reference: string): object {
  const colon = reference.lastIndexOf(':');
  return { repository: reference.slice(0, colon), tag: reference.slice(colon + 1), pullPolicy: 'Never' };
}

export function namespaceText(name: string, security: 'privileged' | 'restricted'): string {
  const labels = { 'pod-security.kubernetes.io/enforce': security };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}
