/*
 * A process that takes part in an election, to be killed. Arguments: kubeconfig, its name. Says each change as a line of
 * JSON with the time of the machine; SIGTERM stops it cleanly.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '#contracts/clock';
import { ClusterLease, KubeClient, kubeconfigCredentials, LeaseElection } from '#kube';

const [kubeconfig = '', identity = ''] = process.argv.slice(2);
const client = new KubeClient({
  credentials: kubeconfigCredentials(kubeconfig),
  version: 'test',
  chance: Math.random,
});
const api = new ClusterLease({ client, namespace: 'default', name: 'the-lease', chance: Math.random });
const election = new LeaseElection({
  api,
  me: { identity, instance: randomUUID(), address: `${identity}:8460` },
  clock: systemClock,
  chance: Math.random,
  onFailure: (error) => process.stderr.write(`${identity}: ${String(error)}\n`),
});
const say = (): void => {
  const { isLeader, leader } = election;
  process.stdout.write(`${JSON.stringify({ identity, isLeader, leader, atMs: Date.now() })}\n`);
};
election.onChange(say);
election.start();
say();
process.on('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  await election.stop();
  await api[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
}
