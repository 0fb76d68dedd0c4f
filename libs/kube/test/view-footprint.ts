/*
 * A process that holds the cluster in memory, and says as JSON what that takes. Arguments: kubeconfig. Node needs
 * --expose-gc.
 */
import { memoryUsage } from 'node:process';
import { systemClock } from '#contracts/clock';
import { KubeClient, KubeClusterView, kubeconfigCredentials } from '#kube';

const [kubeconfig = ''] = process.argv.slice(2);
const collect = (): number => {
  globalThis.gc?.();
  return memoryUsage().heapUsed;
};
const client = new KubeClient({
  credentials: kubeconfigCredentials(kubeconfig),
  version: 'test',
  chance: Math.random,
});
const before = collect();
const startedMs = systemClock.monotonicMs();
const view = new KubeClusterView({ client, chance: Math.random });
await view.synced(AbortSignal.timeout(120_000));
const readyMs = Math.round(systemClock.monotonicMs() - startedMs);
const peakMiB = Math.round(memoryUsage().rss / 2 ** 20);
const heldBytes = collect() - before;
const pods = view.nodes().reduce((sum, { name }) => sum + view.podsOf(name).length, 0);
const rssMiB = Math.round(memoryUsage().rss / 2 ** 20);
process.stdout.write(
  JSON.stringify({ nodes: view.nodes().length, pods, readyMs, heldBytes, peakMiB, rssMiB }),
);
await view[Symbol.asyncDispose]();
await client[Symbol.asyncDispose]();
