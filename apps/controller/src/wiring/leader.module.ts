/*
 * What is begun when this replica leads and ended when it does not any more.
 */
import {
  Inject,
  Logger,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import type { Leadership } from '#contracts/leadership';
import type { LinkServer } from '#link';
import type { BullCleanupQueue } from '#queue';
import { ActsAssembly } from '../cleanup/acts-assembly.js';
import type { ControllerConfig } from '../config.js';
import { Forwarder } from '../http/forward.js';
import { Duty, type LeadersWork } from '../leader/duty.js';
import type { Handover } from '../leader/handover.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import { PolicyStatus } from '../policies/policy-status.js';
import { Hearing } from '../sessions/hearing.js';
import { NodeRegistry } from '../sessions/node-registry.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import {
  CLEANUP_QUEUE,
  CLOCK,
  CLUSTER,
  CLUSTER_FACTS,
  CLUSTER_REPORT,
  CONFIG,
  HANDOVER,
  LEADERSHIP,
  NODE_HISTORY,
  STORES,
} from '../tokens.js';
import { ClusterModule, type Cluster } from './cluster.module.js';
import { ClusterReport } from './cluster-report.js';
import { LinkModule } from './link.module.js';
import { LoopModule } from './loop.module.js';
import { QueueModule } from './queue.module.js';
import { Replica } from './replica.js';
import type { Stores } from './stores.js';

const log = new Logger('Leader');

@Module({
  imports: [SessionsModule, ClusterModule, LinkModule, LoopModule, QueueModule],
  providers: [
    {
      provide: Duty,
      inject: [
        CONFIG,
        CLOCK,
        LEADERSHIP,
        HANDOVER,
        ActsAssembly,
        CLEANUP_QUEUE,
        NODE_HISTORY,
        NodeRegistry,
        STORES,
      ],
      useFactory: (config: ControllerConfig, clock: Clock, ...[leadership, handover, ...parts]: Rest): Duty =>
        new Duty({
          leadership,
          identity: config.cluster?.podName ?? '',
          clock,
          work: workOf(parts),
          onChange: (state, before) => {
            if (state === 'Following') handover.tell();
            if (config.cluster !== null) log.log(`This replica is ${state}.`, { before });
          },
          onFailure: (what, error) => {
            log.error(`A defect while ${what}.`, {
              error: error instanceof Error ? error.stack : String(error),
            });
          },
        }),
    },
    {
      provide: CLUSTER_REPORT,
      inject: [CLUSTER, STORES, ActsAssembly, CLUSTER_FACTS, PolicyStatus, NODE_HISTORY, CLOCK],
      useFactory: (...[cluster, stores, { acting }, facts, policies, link, clock]: ReportParts) =>
        cluster === null
          ? null
          : new ClusterReport({ cluster, stores, acting, facts, policies, link, clock }),
    },
    {
      provide: Replica,
      inject: [Duty, CLUSTER, HANDOVER],
      useFactory: (duty: Duty, cluster: Cluster | null, handover: Handover): Replica => {
        if (cluster === null) return new Replica(duty, null, null);
        const { election, config } = cluster;
        const forwarder = new Forwarder({
          self: config.podName,
          isHere: () => duty.state !== 'Following',
          leader: () => (election.leader === null ? null : `http://${election.leader.address}`),
        });
        handover.onHandover(() => {
          forwarder.endAll();
        });
        return new Replica(duty, election, forwarder);
      },
    },
  ],
  exports: [Duty, Replica],
})
export class LeaderModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(Duty) private readonly duty: Duty,
    @Inject(Hearing) private readonly hearing: Hearing,
    @Inject(CLUSTER_REPORT) private readonly report: ClusterReport | null,
  ) {}

  /** Where there are no replicas it leads when this is over. */
  async onApplicationBootstrap(): Promise<void> {
    this.report?.start(this.hearing);
    this.duty.start();
    await this.duty.settled();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.report?.[Symbol.asyncDispose]();
  }
}

type Parts = [ActsAssembly, BullCleanupQueue, LinkServer, NodeRegistry, Stores];
type ReportParts = [Cluster | null, Stores, ActsAssembly, ClusterFacts, PolicyStatus, LinkServer, Clock];
type Rest = [Leadership, Handover, ...Parts];

function workOf([acts, queue, link, registry, stores]: Parts): LeadersWork {
  return {
    catchUp: async () => {
      await stores.catchUp();
      await registry.restore();
    },
    begin: () => {
      acts.start();
      queue.start((name, signal) => acts.handle(name, signal));
    },
    end: async () => {
      await Promise.allSettled([queue.stop(), acts.stop()]);
    },
    hearAgents: () => {
      link.startServing();
    },
    refuseAgents: (reason) => {
      link.stopServing(reason);
      registry.handedOver();
    },
  };
}
