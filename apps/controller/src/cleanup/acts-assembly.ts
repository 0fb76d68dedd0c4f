/*
 * Everything between what agents report and what they are told to do, put together over ports alone: the controller binds
 * them to files or Kubernetes, Redis and the link, specs to memory. Who hears of it (audit, notices) is told after each
 * commit and has no say in it. Between `start` and `stop` it decides and acts; else it only knows.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import type { ComponentHealth } from '#contracts/agent';
import type { AuditTrail } from '#contracts/audit';
import type { Clock } from '#contracts/clock';
import type { CleanupQueue, JobResult } from '#contracts/cleanup';
import { Unavailable } from '#contracts/errors';
import { ALONE, type Leadership } from '#contracts/leadership';
import type { Pause } from '#contracts/mode';
import type { AgentVeto, OrderAnswer, OrderChannel, OrderListener, OrderOutcome } from '#contracts/order';
import type { NodeListener, NodeReport } from '#contracts/report';
import type { ObjectStore, PolicySource, StoredValue } from '#contracts/store';
import type { NoticeBus } from '#events';
import type { ClusterOrder } from '#policy';
import { Registry } from '#resources';
import { Acting, type ActingChange, type KeptBreaker } from '../acts/acting.js';
import type { ActingFacts } from '../acts/mode-levels.js';
import { StoreWatch } from '../acts/store-watch.js';
import { historyOfActing, historyOfPolicy } from '../audit/acting-history.js';
import { historyOfAll } from '../audit/audit-keeper.js';
import { AuditLog } from '../audit/audit-log.js';
import { PolicyKeeper, type PolicyChange } from '../policies/policy-keeper.js';
import type { ByHandOptions } from './by-hand.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import { assertLeading, ordersWhileLeading } from '../leader/while-leading.js';
import type { CleanupLoop, CleanupLoopParts, LoopMeasures } from './cleanup-loop.js';
import { disposed, Term } from './term.js';

export interface ActsPorts {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly pause: StoredValue<Pause>;
  readonly breaker: StoredValue<KeptBreaker>;
  readonly audit: AuditTrail;
  readonly policies: PolicySource<MemoryPolicy>;
  readonly queue: CleanupQueue;
  readonly orders: OrderChannel;
  readonly notices: Pick<NoticeBus, 'publish'>;
  readonly clock: Clock;
  readonly nodes: CleanupLoopParts['nodes'];
  readonly kept?: () => ComponentHealth;
  readonly installation: ActingFacts['installation'];
  readonly limits: CleanupLoopParts['limits'];
  /** Of the installation; null or absent where there are none. */
  readonly namespace?: string | null;
  /** Absent: there is none. */
  readonly cluster?: ClusterFacts;
  /** Absent: nothing is done at an API server. */
  readonly perform?: (order: ClusterOrder) => Promise<OrderOutcome>;
  readonly check: ByHandOptions['check'];
  readonly onFailure: (what: string, error: unknown) => void;
  readonly measures?: LoopMeasures;
  /** Absent: there are no replicas. */
  readonly leadership?: Leadership;
}

const PART_ENDS_MS = 1000;

export class ActsAssembly implements NodeListener, OrderListener, AsyncDisposable {
  readonly acting: Acting;
  readonly policies: PolicyKeeper;
  readonly audit: AuditLog;
  readonly #store: StoreWatch;
  readonly #parts: Registry;
  readonly #leadership: Leadership;
  #term: Term | null = null;

  constructor(private readonly ports: ActsPorts) {
    const { findings, cleanups } = ports;
    const leadership = ports.leadership ?? ALONE;
    this.#leadership = leadership;
    this.#store = new StoreWatch({
      admit: () => {
        assertLeading(leadership);
      },
      probe: () => this.acting.persist(),
      onChange: () => {
        this.acting.look();
      },
    });
    this.acting = new Acting({ ...ports, leadership, store: this.#store });
    this.policies = new PolicyKeeper({
      source: ports.policies,
      onChange: (changes) => {
        this.#policiesChanged(changes);
      },
    });
    this.audit = new AuditLog({ trail: ports.audit, history: () => historyOfAll({ findings, cleanups }) });
    this.#parts = this.#register();
    this.acting.onChange((change) => {
      this.#actingChanged(change);
    });
  }

  /** Null: nothing is decided here now. */
  get term(): { readonly loop: CleanupLoop } | null {
    return this.#term;
  }

  /** @throws {Unavailable} when nothing is decided here now */
  get loop(): CleanupLoop {
    if (this.#term === null)
      throw new Unavailable('This replica decides nothing now; try again in a few seconds.');
    return this.#term.loop;
  }

  /** What an earlier controller left is taken up; agents are told what holds now. */
  start(): void {
    if (this.#term !== null) return;
    this.policies.forgetNodes();
    const { ports, acting, policies, audit } = this;
    const orders = ordersWhileLeading(ports.orders, this.#leadership);
    this.#term = new Term({ ...ports, store: this.#store, acting, policies, orders, audit });
    this.policies.read();
    this.acting.look();
    this.loop.start();
    audit.recover().catch((error: unknown) => {
      ports.onFailure('reading the audit trail', error);
    });
  }

  /** What is under way ends, or is left where it was committed last. */
  async stop(): Promise<void> {
    const term = this.#term;
    this.#term = null;
    await term?.[Symbol.asyncDispose]();
  }

  /** The JobHandler of the queue. */
  async handle(name: string, signal: AbortSignal): Promise<JobResult> {
    // A job that is begun while a term ends is the next leader's.
    if (this.#term === null) return { kind: 'LookAgain', atMs: this.ports.clock.nowMs() + NOT_HERE_MS };
    return this.#term.loop.handle(name, signal);
  }

  connected(node: string): void {
    this.#term?.loop.connected(node);
  }

  reported(report: NodeReport): void {
    this.#term?.loop.reported(report);
  }

  disconnected(node: string): void {
    this.#term?.loop.disconnected(node);
  }

  answered(node: string, answer: OrderAnswer): void {
    this.#term?.loop.answered(node, answer);
  }

  vetoChanged(node: string, veto: AgentVeto): void {
    this.#term?.loop.vetoChanged(node, veto);
  }

  health(): readonly ComponentHealth[] {
    return [...(this.#term?.loop.health() ?? []), this.audit.health()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#parts.shutdown();
  }

  /** What the last term told is written before its store goes. */
  #register(): Registry {
    const parts = new Registry({
      onFailure: (error, name) => {
        this.ports.onFailure(`ending ${name}`, error);
      },
    });
    const add = (name: string, value: Disposable | AsyncDisposable, parent?: string): void => {
      const registration = { name, value, release: disposed, deadlineMs: PART_ENDS_MS };
      parts.register(parent === undefined ? registration : { ...registration, parent });
    };
    add('store', this.#store);
    add('audit', this.audit, 'store');
    add('policies', this.policies, 'audit');
    return parts;
  }

  #policiesChanged(changes: readonly PolicyChange[]): void {
    const { notices, clock } = this.ports;
    if (this.#term === null) return;
    this.#announce();
    this.audit.note(changes.map((change) => historyOfPolicy(change, clock.nowMs())));
    for (const change of changes) {
      const name = change.kind === 'Accepted' ? change.policy.metadata.name : nameOf(change);
      notices.publish({ kind: 'policy', name, state: change.kind }, 'critical');
    }
    this.#term.loop.reconsider();
  }

  #actingChanged(change: ActingChange): void {
    const { notices, clock } = this.ports;
    if (this.#term === null) return;
    this.#announce();
    const entry = historyOfActing(change, clock.nowMs());
    if (entry !== null) this.audit.note([entry]);
    notices.publish({ kind: 'mode', reason: change.kind }, 'critical');
    this.#term.loop.reconsider();
  }

  #announce(): void {
    this.ports.orders.announce({ paused: this.acting.pause !== null, policies: this.policies.terms() });
  }
}

const NOT_HERE_MS = 1000;

function nameOf(change: Exclude<PolicyChange, { kind: 'Accepted' }>): string {
  return change.kind === 'Rejected' ? change.sourced.name : change.name;
}
