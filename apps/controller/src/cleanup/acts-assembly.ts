/*
 * Everything between what agents report and what they are told to do, put together over ports alone: the controller binds
 * them to files, Redis and the link, specs to memory. Who hears of it (audit, notices) is told after each commit and has
 * no say in it.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import type { ComponentHealth } from '#contracts/agent';
import type { AuditTrail } from '#contracts/audit';
import type { Clock } from '#contracts/clock';
import type { CleanupQueue } from '#contracts/cleanup';
import type { Pause } from '#contracts/mode';
import type { OrderChannel } from '#contracts/order';
import type { ObjectStore, PolicySource, StoredValue } from '#contracts/store';
import type { NoticeBus } from '#events';
import { Registry } from '#resources';
import { Acting, type ActingChange, type KeptBreaker } from '../acts/acting.js';
import type { ActingFacts } from '../acts/mode-levels.js';
import { StoreWatch } from '../acts/store-watch.js';
import { historyOfActing, historyOfPolicy } from '../audit/acting-history.js';
import { AuditKeeper, historyOfAll } from '../audit/audit-keeper.js';
import { AuditLog } from '../audit/audit-log.js';
import { PolicyKeeper, type PolicyChange } from '../policies/policy-keeper.js';
import type { ByHandOptions } from './by-hand.js';
import { CleanupLoop, type CleanupLoopParts, type LoopMeasures } from './cleanup-loop.js';
import { publishChanges } from './news.js';

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
  readonly check: ByHandOptions['check'];
  readonly onFailure: (what: string, error: unknown) => void;
  readonly measures?: LoopMeasures;
}

const PART_ENDS_MS = 1000;

export class ActsAssembly implements AsyncDisposable {
  readonly acting: Acting;
  readonly policies: PolicyKeeper;
  readonly loop: CleanupLoop;
  readonly audit: AuditLog;
  readonly #store: StoreWatch;
  /** Ended the other way round, each within its time: a disk that hangs must not keep the process. */
  readonly #parts: Registry;

  constructor(private readonly ports: ActsPorts) {
    const { findings, cleanups, orders, onFailure } = ports;
    this.#store = new StoreWatch({
      probe: () => this.acting.persist(),
      onChange: () => {
        this.acting.look();
      },
    });
    this.acting = new Acting({ ...ports, store: this.#store });
    this.policies = new PolicyKeeper({
      source: ports.policies,
      onChange: (changes) => {
        this.#policiesChanged(changes);
      },
    });
    this.audit = new AuditLog({ trail: ports.audit, history: () => historyOfAll({ findings, cleanups }) });
    this.loop = new CleanupLoop({
      ...ports,
      store: this.#store,
      acting: this.acting,
      policies: this.policies,
      orders,
      onFailure,
    });
    this.#parts = this.#register();
    this.acting.onChange((change) => {
      this.#actingChanged(change);
    });
  }

  /** What an earlier controller left is taken up; agents are told what holds now. */
  start(): void {
    this.policies.read();
    this.acting.look();
    this.loop.start();
    this.audit.recover().catch((error: unknown) => {
      this.ports.onFailure('reading the audit trail', error);
    });
  }

  health(): readonly ComponentHealth[] {
    return [...this.loop.health(), this.audit.health()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.shutdown();
  }

  /** First nothing new is heard, then what is under way ends, then what it told is written. */
  #register(): Registry {
    const { findings, cleanups, notices, onFailure } = this.ports;
    const parts = new Registry({
      onFailure: (error, name) => {
        onFailure(`ending ${name}`, error);
      },
    });
    const followers = [
      new AuditKeeper({ findings, cleanups }, this.audit),
      publishChanges({ findings, cleanups }, notices),
    ];
    const add = (name: string, value: Disposable | AsyncDisposable, parent?: string): void => {
      const registration = { name, value, release: disposed, deadlineMs: PART_ENDS_MS };
      parts.register(parent === undefined ? registration : { ...registration, parent });
    };
    add('store', this.#store);
    add('audit', this.audit, 'store');
    followers.forEach((follower, i) => {
      add(`follower ${i}`, follower, 'audit');
    });
    add('loop', this.loop, 'follower 0');
    add('policies', this.policies, 'loop');
    return parts;
  }

  #policiesChanged(changes: readonly PolicyChange[]): void {
    const { notices, clock } = this.ports;
    this.#announce();
    this.audit.note(changes.map((change) => historyOfPolicy(change, clock.nowMs())));
    for (const change of changes) {
      const name = change.kind === 'Accepted' ? change.policy.metadata.name : nameOf(change);
      notices.publish({ kind: 'policy', name, state: change.kind }, 'critical');
    }
    this.loop.reconsider();
  }

  #actingChanged(change: ActingChange): void {
    const { notices, clock } = this.ports;
    this.#announce();
    const entry = historyOfActing(change, clock.nowMs());
    if (entry !== null) this.audit.note([entry]);
    notices.publish({ kind: 'mode', reason: change.kind }, 'critical');
    this.loop.reconsider();
  }

  #announce(): void {
    this.ports.orders.announce({ paused: this.acting.pause !== null, policies: this.policies.terms() });
  }
}

async function disposed(value: Disposable | AsyncDisposable): Promise<void> {
  if (Symbol.asyncDispose in value) await value[Symbol.asyncDispose]();
  else value[Symbol.dispose]();
}

function nameOf(change: Exclude<PolicyChange, { kind: 'Accepted' }>): string {
  return change.kind === 'Rejected' ? change.sourced.name : change.name;
}
