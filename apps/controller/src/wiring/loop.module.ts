/*
 * The cleanup loop over the adapters: what it hears is the link's, what it keeps is in files, what drives it is in Redis.
 */
import {
  Inject,
  Logger,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { validateCleanup, type MemoryCleanup, type MemoryFinding, type MemoryPolicy } from '#api';
import type { ComponentHealth } from '#contracts/agent';
import type { AuditTrail } from '#contracts/audit';
import type { Clock } from '#contracts/clock';
import type { Leadership } from '#contracts/leadership';
import type { ModeLevel, Pause } from '#contracts/mode';
import type { OrderChannel } from '#contracts/order';
import type { ObjectStore, PolicySource, StoredValue } from '#contracts/store';
import type { NoticeBus } from '#events';
import type { BullCleanupQueue } from '#queue';
import { AuditLog } from '../audit/audit-log.js';
import { ActsAssembly } from '../cleanup/acts-assembly.js';
import { ByHand, type AsksByHand } from '../cleanup/by-hand.js';
import { Acting, type KeptBreaker } from '../acts/acting.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import type { ControllerConfig } from '../config.js';
import { PolicyStatus } from '../policies/policy-status.js';
import { Hearing } from '../sessions/hearing.js';
import { NodeRegistry } from '../sessions/node-registry.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import {
  AUDIT_TRAIL,
  BREAKER,
  CLEANUP_QUEUE,
  CLEANUPS,
  CLOCK,
  CLUSTER,
  CLUSTER_FACTS,
  CONFIG,
  FINDINGS,
  LEADERSHIP,
  NOTICES,
  ORDERS,
  PAUSE,
  POLICY_SOURCE,
  STORE_PARTS,
} from '../tokens.js';
import { ActsTelemetry } from './acts-telemetry.js';
import { performIn } from './cluster-acts.js';
import { ClusterModule, type Cluster } from './cluster.module.js';
import { LinkModule } from './link.module.js';
import { NO_STATE_DIR } from './no-store.js';
import { QueueModule } from './queue.module.js';
import type { Stores } from './stores.js';
import { StoresModule } from './stores.module.js';

const log = new Logger('Acts');

@Module({
  imports: [SessionsModule, ClusterModule, LinkModule, QueueModule, StoresModule],
  providers: [
    ActsTelemetry,
    {
      provide: ActsAssembly,
      inject: [
        CONFIG,
        CLOCK,
        NOTICES,
        NodeRegistry,
        ORDERS,
        CLEANUP_QUEUE,
        FINDINGS,
        CLEANUPS,
        PAUSE,
        BREAKER,
        AUDIT_TRAIL,
        POLICY_SOURCE,
        ActsTelemetry,
        STORE_PARTS,
        LEADERSHIP,
        CLUSTER_FACTS,
        CLUSTER,
      ],
      useFactory: (...parts: AssemblyParts) => assemble(parts),
    },
    { provide: Acting, inject: [ActsAssembly], useFactory: ({ acting }: ActsAssembly) => acting },
    { provide: AuditLog, inject: [ActsAssembly], useFactory: ({ audit }: ActsAssembly) => audit },
    { provide: ByHand, inject: [ActsAssembly], useFactory: byHandOf },
    {
      provide: PolicyStatus,
      inject: [ActsAssembly, FINDINGS, CLEANUPS, NodeRegistry, CLOCK, ORDERS],
      useFactory: (
        { policies, acting }: ActsAssembly,
        findings: ObjectStore<MemoryFinding>,
        cleanups: ObjectStore<MemoryCleanup>,
        ...[registry, clock, orders]: [NodeRegistry, Clock, OrderChannel]
      ) =>
        new PolicyStatus({
          policies,
          acting,
          findings,
          cleanups,
          clock,
          agents: () => {
            const nodes = registry.connectedNodes;
            return { desired: nodes.length, updated: nodes.filter((node) => orders.ready(node)).length };
          },
        }),
    },
  ],
  exports: [ActsAssembly, ActsTelemetry, Acting, AuditLog, ByHand, PolicyStatus, StoresModule],
})
export class LoopModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(ActsAssembly) private readonly acts: ActsAssembly,
    @Inject(Hearing) private readonly hearing: Hearing,
  ) {}

  onApplicationBootstrap(): void {
    this.hearing.addNodes(this.acts);
    this.hearing.addOrders(this.acts);
  }

  // While the link and the stores are still there: what is under way is committed.
  async beforeApplicationShutdown(): Promise<void> {
    await this.acts[Symbol.asyncDispose]();
  }
}

type AssemblyParts = [
  ControllerConfig,
  Clock,
  NoticeBus,
  NodeRegistry,
  OrderChannel,
  BullCleanupQueue,
  ObjectStore<MemoryFinding>,
  ObjectStore<MemoryCleanup>,
  StoredValue<Pause>,
  StoredValue<KeptBreaker>,
  AuditTrail,
  PolicySource<MemoryPolicy>,
  ActsTelemetry,
  Stores['parts'],
  Leadership,
  ClusterFacts,
  Cluster | null,
];

/** Of the term in which it is asked. @throws {Unavailable} when nothing is decided here */
function byHandOf(acts: ActsAssembly): AsksByHand {
  return {
    create: async (request) => await acts.loop.byHand.create(request),
    cancel: async (key) => await acts.loop.byHand.cancel(key),
    namespaceOf: (target) => acts.loop.byHand.namespaceOf(target),
  };
}

function assemble(parts: AssemblyParts): ActsAssembly {
  const [config, clock, notices, registry, orders, queue, ...stores] = parts;
  const [findings, cleanups, pause, breaker, audit, policies, measures, kept, leadership, facts, cluster] =
    stores;
  return new ActsAssembly({
    ...{
      findings,
      cleanups,
      pause,
      breaker,
      audit,
      policies,
      queue,
      orders,
      notices,
      clock,
      measures,
      leadership,
    },
    nodes: {
      ledger: (node) => registry.get(node)?.report.ledger ?? null,
      get known() {
        return registry.count;
      },
    },
    namespace: config.cluster?.namespace ?? null,
    cluster: facts,
    ...(cluster !== null && { perform: performIn(cluster) }),
    installation: installationOf(config),
    limits: config.limits,
    // Findings are made anew from the next reports; a cleanup that cannot be read may have been an act.
    kept: () => kept.map((part) => part.health()).find(isOfCleanups) ?? { component: 'store', state: 'ok' },
    check: validateCleanup,
    onFailure: (what, error) => {
      log.error(`A defect while ${what}.`, { error: error instanceof Error ? error.stack : String(error) });
    },
  });
}

function installationOf({ stateDir, cluster, maxMode }: ControllerConfig): Omit<ModeLevel, 'level'> {
  if (stateDir === null && cluster === null) return { mode: 'Observe', reason: NO_STATE_DIR };
  return maxMode === 'Enforce'
    ? { mode: maxMode, reason: 'The installation does not restrict.' }
    : { mode: maxMode, reason: `MEMWARDEN_MAX_MODE is ${maxMode}.` };
}

function isOfCleanups({ component }: ComponentHealth): boolean {
  return component === 'store/cleanups';
}
