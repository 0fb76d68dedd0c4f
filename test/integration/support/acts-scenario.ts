/*
 * One controller's loop over memory, with a clock that a test sets and agents that it simulates. Everything that outlives
 * a controller is kept here, so that it can be killed and started again between any two commits.
 */
import { conditionOf, validateCleanup, validateFinding, validatePolicy } from '#api';
import type { LadderStep, MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import type { Pause } from '#contracts/mode';
import type { Notice } from '#contracts/notice';
import { NoticeBus } from '#events';
import type { KeptBreaker } from '../../../apps/controller/src/acts/acting.js';
import { DEFAULT_LIMITS } from '../../../apps/controller/src/acts/installation-limits.js';
import {
  MemoryAuditTrail,
  MemoryCleanupQueue,
  MemoryObjectStore,
  MemoryPolicySource,
  MemoryValue,
  SimulatedAgents,
} from '#testing';
import { ActsAssembly } from '../../../apps/controller/src/cleanup/acts-assembly.js';
import { reportOf } from './acting-agent.js';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const SIGNAL: LadderStep = {
  type: 'Notify',
  notify: { transport: 'Signal', signal: 'SIGUSR2' },
  verifyAfterSeconds: 10,
  minFreed: '1Mi',
};

class Clock {
  ms = START_MS;
  monotonic = 0;
  nowMs(): number {
    return this.ms;
  }
  monotonicMs(): number {
    return this.monotonic;
  }
}

/** A process that is killed before or after its n-th write: from then on nothing that it does has any effect. */
export class Life {
  writes = 0;
  isOver = false;
  readonly #over = Promise.withResolvers<undefined>();

  constructor(
    private readonly end: { readonly n: number; readonly when: 'before' | 'after' } | null = null,
  ) {}

  get over(): Promise<undefined> {
    return this.#over.promise;
  }

  /** The port as the process sees it. */
  through<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        const method = member.bind(target) as (...given: unknown[]) => unknown;
        if (WRITES.has(name)) return (...given: unknown[]) => this.#write(() => method(...given));
        return this.isOver && name === 'send' ? () => false : method;
      },
    });
  }

  async #write(work: () => unknown): Promise<unknown> {
    this.writes += 1;
    const isIt = this.writes === this.end?.n;
    if (isIt && this.end.when === 'before') this.#kill();
    if (this.#isDead()) return NEVER;
    const result = await work();
    if (isIt) this.#kill();
    return this.#isDead() ? NEVER : result;
  }

  #isDead(): boolean {
    return this.isOver;
  }

  #kill(): void {
    this.isOver = true;
    this.#over.resolve(undefined);
  }
}

const NEVER = new Promise<never>(() => undefined);
const WRITES: ReadonlySet<string | symbol> = new Set([
  'create',
  'update',
  'delete',
  'set',
  'record',
  'enqueue',
]);

/** One controller over memory: everything that outlives it is kept here. */
export class Scenario implements AsyncDisposable {
  readonly clock = new Clock();
  readonly findings = new MemoryObjectStore<MemoryFinding>({
    codec: { kind: 'MemoryFinding', decode: validateFinding },
    clock: this.clock,
  });
  readonly cleanups = new MemoryObjectStore<MemoryCleanup>({
    codec: { kind: 'MemoryCleanup', decode: validateCleanup },
    clock: this.clock,
  });
  readonly pause = new MemoryValue<Pause>();
  readonly breaker = new MemoryValue<KeptBreaker>();
  readonly audit = new MemoryAuditTrail();
  readonly policies = new MemoryPolicySource<MemoryPolicy>();
  readonly queue = new MemoryCleanupQueue(this.clock);
  readonly agents = new SimulatedAgents(() => this.clock.ms);
  readonly notices = new NoticeBus<Notice>();
  readonly failures: unknown[] = [];
  readonly ledgers = new Map<string, ReturnType<typeof reportOf>>();
  /** Names of the node's processes. */
  processes: readonly string[] = ['cache'];
  bootId = 'boot-1';
  acts: ActsAssembly;

  constructor(public life = new Life()) {
    this.acts = this.make();
  }

  make(): ActsAssembly {
    const { life } = this;
    const acts = new ActsAssembly({
      findings: life.through(this.findings),
      cleanups: life.through(this.cleanups),
      pause: life.through(this.pause),
      breaker: life.through(this.breaker),
      audit: life.through(this.audit),
      policies: this.policies,
      queue: life.through(this.queue),
      orders: life.through(this.agents),
      notices: this.notices,
      clock: this.clock,
      nodes: { ledger: (node) => this.ledgers.get(node)?.ledger ?? null, known: 1 },
      installation: { mode: 'Enforce', reason: 'Test.' },
      limits: DEFAULT_LIMITS,
      check: validateCleanup,
      onFailure: (what, error) => this.failures.push([what, error]),
    });
    this.agents.heardBy(acts);
    return acts;
  }

  policy(mode: 'Observe' | 'DryRun' | 'Enforce', more: Record<string, unknown> = {}, generation = 1): void {
    const validated = validatePolicy({
      apiVersion: 'memwarden.dev/v1alpha1',
      kind: 'MemoryPolicy',
      metadata: { name: 'caches' },
      spec: {
        mode,
        match: { processes: { names: ['cache'] } },
        detectors: [
          {
            name: 'press',
            type: 'Pressure',
            pressure: { signal: 'NonReclaimable', percentOfLimit: 50, clearPercent: 40, forSeconds: 10 },
          },
        ],
        actions: [{ detectors: ['press'], ladder: [SIGNAL], cooldownSeconds: 60 }],
        ...more,
      },
    });
    if (!validated.ok) throw new Error(JSON.stringify(validated.problems));
    const object = { ...validated.object, metadata: { name: 'caches', uid: 'policy-1', generation } };
    this.policies.set([{ source: 'caches.yaml', name: 'caches', object, rejected: null }]);
  }

  /** The cache holds so many MiB of 1 GiB, five seconds later. */
  async sample(mib: number): Promise<void> {
    this.clock.ms += 5000;
    this.clock.monotonic += 5000;
    const report = reportOf('node-a', this.processes, mib, { takenAtMs: this.clock.ms, bootId: this.bootId });
    this.ledgers.set('node-a', report);
    this.acts.reported(report);
    await this.settle();
  }

  async settle(): Promise<void> {
    await Promise.race([this.#settle(), this.life.over]);
  }

  async #settle(): Promise<void> {
    for (let i = 0; i < 5; i += 1) {
      await this.acts.term?.loop.idle();
      await this.acts.term?.loop.lookAtDue();
      await this.queue.run((name, signal) => this.acts.handle(name, signal));
    }
    await this.acts.audit.settled();
  }

  start(): void {
    this.acts.start();
    this.agents.connect('node-a');
    this.acts.connected('node-a');
  }

  /** Ends as it should and starts again; with a life that is over: what it left behind is all that there is. */
  async restart(next = new Life()): Promise<void> {
    if (!this.life.isOver) await this.acts[Symbol.asyncDispose]();
    this.agents.disconnect('node-a');
    this.life = next;
    this.acts = this.make();
    this.start();
    await this.settle();
  }

  /** Samples of 900 MiB until an order was sent, at most ten. */
  async untilSent(): Promise<void> {
    const before = this.agents.sent.length;
    for (let i = 0; i < 10 && this.agents.sent.length === before; i += 1) await this.sample(900);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.life.isOver) await this.acts[Symbol.asyncDispose]();
    if (this.failures.length > 0) throw new AggregateError(this.failures, 'A defect was said.');
  }

  get finding(): MemoryFinding {
    return this.findings.list()[0]!;
  }

  get cleanup(): MemoryCleanup {
    return this.cleanups.list().at(-1)!;
  }

  state(cleanup: MemoryCleanup = this.cleanup): string {
    return conditionOf(cleanup.status.conditions, 'Completed')?.reason ?? 'open';
  }
}
