/*
 * The cluster that this controller is a part of: one client for everything, who leads, who is who, and what runs where.
 * Without a cluster all of it is null, and this process leads for ever.
 */
import { randomUUID } from 'node:crypto';
import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import { ALONE } from '#contracts/leadership';
import {
  AccessReviews,
  ClusterLease,
  inClusterCredentials,
  kubeconfigCredentials,
  KubeClient,
  KubeClusterView,
  LeaseElection,
  TokenReviews,
  type CredentialSource,
} from '#kube';
import { NO_CLUSTER, ViewFacts, type ClusterFacts } from '../cluster/cluster-facts.js';
import type { ClusterConfig, ControllerConfig } from '../config.js';
import { ClusterAccess } from '../http/cluster-access.js';
import { CLOCK, CLUSTER, CLUSTER_ACCESS, CLUSTER_FACTS, CONFIG, LEADERSHIP } from '../tokens.js';
import { version } from '../version.js';
import { chance } from './chance.js';

const LEASE = 'memwarden-controller';
/** How long a start waits for the first answers of the API server. */
const FIRST_READ_MS = 120_000;

const log = new Logger('Cluster');

export interface Cluster extends AsyncDisposable {
  readonly config: ClusterConfig;
  readonly client: KubeClient;
  readonly election: LeaseElection;
  readonly view: KubeClusterView;
  readonly tokens: TokenReviews;
  readonly rights: AccessReviews;
}

@Module({
  providers: [
    { provide: CLUSTER, inject: [CONFIG, CLOCK], useFactory: joinCluster },
    {
      provide: LEADERSHIP,
      inject: [CLUSTER],
      useFactory: (cluster: Cluster | null) => cluster?.election ?? ALONE,
    },
    {
      provide: CLUSTER_FACTS,
      inject: [CLUSTER],
      useFactory: (cluster: Cluster | null): ClusterFacts =>
        cluster === null ? NO_CLUSTER : new ViewFacts(cluster.view),
    },
    {
      provide: CLUSTER_ACCESS,
      inject: [CLUSTER, CONFIG],
      useFactory: (cluster: Cluster | null, { token, audiences }: ControllerConfig): ClusterAccess | null =>
        cluster === null || token !== null
          ? null
          : new ClusterAccess({ authenticator: cluster.tokens, authorizer: cluster.rights, audiences }),
    },
  ],
  exports: [CLUSTER, CLUSTER_FACTS, LEADERSHIP, CLUSTER_ACCESS],
})
export class ClusterModule implements OnApplicationShutdown {
  constructor(@Inject(CLUSTER) private readonly cluster: Cluster | null) {}

  async onApplicationShutdown(): Promise<void> {
    await this.cluster?.[Symbol.asyncDispose]();
  }
}

async function joinCluster(controller: ControllerConfig, clock: Clock): Promise<Cluster | null> {
  const { cluster: config, http } = controller;
  if (config === null) return null;
  const client = new KubeClient({ credentials: credentialsOf(config), version, chance, clock });
  const lease = new ClusterLease({ client, namespace: config.namespace, name: LEASE, chance });
  const election = new LeaseElection({
    api: lease,
    me: { identity: config.podName, instance: randomUUID(), address: addressOf(config.podIp, http.port) },
    clock,
    chance,
    onFailure: (error) => {
      log.warn('An attempt to lead failed; the next one follows.', { error: String(error) });
    },
  });
  const view = new KubeClusterView({ client, chance });
  await view.synced(AbortSignal.timeout(FIRST_READ_MS));
  return {
    ...{ config, client, election, view },
    tokens: new TokenReviews({ api: client, clock }),
    rights: new AccessReviews({ api: client, clock }),
    [Symbol.asyncDispose]: async () => {
      await lease[Symbol.asyncDispose]();
      await view[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}

function credentialsOf({ api }: ClusterConfig): CredentialSource {
  return api.kind === 'Kubeconfig' ? kubeconfigCredentials(api.path) : inClusterCredentials(api);
}

function addressOf(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
