/*
 * The whole loop of one controller, in order: report → findings → decision → cleanup → job → order → answer → measured.
 * Everything here is a function of committed objects and of what agents say; notices and audit only hear of it.
 */
import type { ClusterOrder, Limits, Move } from '#policy';
import type { MemoryCleanup, MemoryFinding } from '#api';
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { CleanupQueue, JobResult } from '#contracts/cleanup';
import { MemwardenError } from '#contracts/errors';
import type { NodeLedger } from '#contracts/ledger';
import type { AgentVeto, OrderAnswer, OrderChannel, OrderListener, OrderOutcome } from '#contracts/order';
import type { NodeListener, NodeReport } from '#contracts/report';
import { keyBeside, keyOf, type ObjectStore } from '#contracts/store';
import type { Acting } from '../acts/acting.js';
import type { StoreWatch } from '../acts/store-watch.js';
import type { ClusterFacts } from '../cluster/cluster-facts.js';
import { isClosed } from '../findings/apply-change.js';
import { FindingIndex } from '../findings/finding-index.js';
import { FindingKeeper } from '../findings/finding-keeper.js';
import { ReportDesk } from '../findings/report-desk.js';
import type { PolicyKeeper } from '../policies/policy-keeper.js';
import { BreakerWatch } from './breaker-watch.js';
import { ByHand, type ByHandOptions } from './by-hand.js';
import { CleanupDriver } from './cleanup-driver.js';
import { factsAbout, surroundingsOf } from './circumstances.js';
import { CleanupFeed } from './cleanup-feed.js';
import { CleanupIndex, isCompleted } from './cleanup-index.js';
import { Decider } from './decider.js';
import { Housekeeping } from './housekeeping.js';
import { NodePressure } from './node-pressure.js';
import { OneAtATime } from './one-at-a-time.js';
import { Retention } from './retention.js';
import { isUnderWay, UnderWay } from './under-way.js';

export interface CleanupLoopParts {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly policies: PolicyKeeper;
  readonly acting: Acting;
  readonly store: StoreWatch;
  readonly queue: CleanupQueue;
  readonly orders: OrderChannel;
  readonly clock: Clock;
  readonly nodes: {
    /** Of the last report, however old. */
    ledger(node: string): NodeLedger | null;
    readonly known: number;
  };
  /** Of the installation, on top of every policy's. */
  readonly limits: Limits;
  /** Of the installation; null or absent where there are none. */
  readonly namespace?: string | null;
  /** Absent: there is none. */
  readonly cluster?: ClusterFacts;
  /** What is done at the API server. Absent: nothing. */
  readonly perform?: (order: ClusterOrder) => Promise<OrderOutcome>;
  readonly check: ByHandOptions['check'];
  readonly onFailure: (what: string, error: unknown) => void;
  readonly measures?: LoopMeasures;
}

/** Told as it happens, for metrics. */
export interface LoopMeasures {
  decided(kind: string, reason: string): void;
  /** A move was done; the object as it was before, or as it was committed where the move changes it. */
  moved(move: Move, cleanup: MemoryCleanup): void;
}

const LOOK_EVERY_MS = 1000;
const SWEEP_EVERY_MS = 60_000;
const OVERDUE_MS = 2000;
const MOST_LOOKS_AT_ONCE = 64;
const WAITING = new AbortController().signal;

export class CleanupLoop implements NodeListener, OrderListener, AsyncDisposable {
  readonly findingIndex: FindingIndex;
  readonly cleanupIndex: CleanupIndex;
  readonly byHand: ByHand;
  readonly feed: CleanupFeed;
  readonly #keeper: FindingKeeper;
  readonly #decider: Decider;
  readonly #driver: CleanupDriver;
  readonly #desk: ReportDesk;
  readonly #housekeeping: Housekeeping;
  /** Nodes that reported in their present session: what is known of the others may be old. */
  readonly #fresh = new Set<string>();
  readonly #pressure = new NodePressure();
  /** Whoever decides, over what the one before has committed. */
  readonly #decisions = new OneAtATime();
  readonly #underWay = new UnderWay();
  /** By name of the cleanup: since when news for it waits for a look of its job. Monotonic. */
  readonly #woken = new Map<string, number>();
  #started = false;
  #ended = false;
  readonly #following: readonly Disposable[];

  constructor(private readonly parts: CleanupLoopParts) {
    const { findings, cleanups, queue } = parts;
    this.findingIndex = new FindingIndex(findings);
    this.cleanupIndex = new CleanupIndex(cleanups);
    this.feed = new CleanupFeed({
      queue,
      cleanups,
      index: this.cleanupIndex,
      onFailure: this.#failed('feeding the queue'),
    });
    this.#keeper = new FindingKeeper({ ...parts, index: this.findingIndex });
    this.#decider = this.#makeDecider();
    this.byHand = this.#makeByHand();
    this.#driver = this.#makeDriver();
    const onFailure = this.#failed('looking at a report');
    this.#desk = new ReportDesk({
      look: (report) => this.#look(report),
      urgency: ({ ledger }) => this.#pressure.heard(ledger),
      clock: parts.clock,
      onFailure: (_node, error) => {
        onFailure(error);
      },
    });
    this.#housekeeping = this.#makeHousekeeping();
    this.#following = [
      new BreakerWatch({ ...parts, onFailure: this.#failed('keeping the breaker') }),
      findings.onChange(({ object }) => {
        const { cleanupRef } = object.status;
        // Nobody wants it any more: what is not sent yet need not wait to learn that.
        if (cleanupRef !== undefined && isClosed(object)) this.#wake(keyBeside(object, cleanupRef));
      }),
    ];
  }

  /** Takes up what an earlier controller left: every open cleanup is looked at again. */
  start(): void {
    this.#started = true;
    this.feed.rebuild();
    this.#housekeeping.start();
  }

  /** The JobHandler of the queue. A job has done its part when its cleanup is begun. */
  async handle(name: string, signal: AbortSignal): Promise<JobResult> {
    this.feed.seen(name);
    this.#woken.delete(name);
    const result = await this.#driver.handle(name, signal);
    if (!this.#isWatched(name, result)) return result;
    this.feed.begun(name);
    return { kind: 'Done' };
  }

  connected(node: string): void {
    this.#fresh.delete(node);
    this.#driver.sessionChanged(node);
  }

  reported(report: NodeReport): void {
    // Before the policies are known every finding would be of a policy that went away. The next report comes soon.
    if (!this.#started) return;
    const { node } = report.ledger;
    // The first of a session may be of another boot.
    const isFirst = !this.#fresh.has(node);
    this.#fresh.add(node);
    if (isFirst) this.#driver.wakeNode(node);
    this.#desk.offer(report);
  }

  disconnected(node: string): void {
    this.#fresh.delete(node);
    this.#driver.sessionChanged(node);
  }

  answered(node: string, answer: OrderAnswer): void {
    this.#driver.answered(node, answer);
  }

  vetoChanged(node: string, _veto: AgentVeto): void {
    this.reconsider();
    this.#driver.wakeNode(node);
  }

  /** Policies, pause, breaker, health: decisions and waiting cleanups may be different now. */
  reconsider(): void {
    this.#decider.reconsider();
    for (const { metadata } of this.cleanupIndex.open()) this.#wake(keyOf(metadata));
  }

  /** Each second: what is under way and whose time has come, and what its job did not look at in time. */
  async lookAtDue(): Promise<void> {
    const { clock } = this.parts;
    const before = clock.monotonicMs() - OVERDUE_MS;
    const overdue = [...this.#woken].filter(([, atMs]) => atMs <= before).map(([name]) => name);
    const due = [...new Set([...this.#underWay.due(clock.nowMs()), ...overdue])];
    await Promise.all(due.slice(0, MOST_LOOKS_AT_ONCE).map((name) => this.#lookHere(name)));
  }

  health(): readonly ComponentHealth[] {
    return [this.#keeper.health()];
  }

  /** Reports that a newer one of the same node replaced before anybody looked. */
  get skippedReports(): number {
    return this.#desk.skipped;
  }

  /** When everything that was heard so far is committed, or cannot be now. */
  async idle(): Promise<void> {
    await this.#desk.idle();
    await this.feed.settled();
    await this.#driver.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    for (const each of this.#following) each[Symbol.dispose]();
    await this.#housekeeping[Symbol.asyncDispose]();
    await this.feed[Symbol.asyncDispose]();
    await this.#desk.idle();
    await this.#driver.idle();
    this.findingIndex[Symbol.dispose]();
    this.cleanupIndex[Symbol.dispose]();
  }

  #makeDecider(): Decider {
    const { parts } = this;
    return new Decider({
      ...parts,
      index: this.findingIndex,
      surroundings: (target) => surroundingsOf(parts, target, this.feed.isFull),
      alone: this.#decisions,
      raise: (node, priority) => this.#pressure.raise(node, priority),
      created: this.#created,
      decided: ({ kind, reason }) => parts.measures?.decided(kind, reason),
    });
  }

  #makeByHand(): ByHand {
    const { parts } = this;
    return new ByHand({
      ...parts,
      surroundings: (target) => surroundingsOf(parts, target, this.feed.isFull),
      alone: this.#decisions,
      created: this.#created,
      ledger: this.#ledger,
      changed: this.#wake,
    });
  }

  #makeDriver(): CleanupDriver {
    const { parts } = this;
    return new CleanupDriver({
      ...parts,
      index: this.cleanupIndex,
      facts: (cleanup) =>
        factsAbout(cleanup, {
          ...parts,
          ledger: this.#ledger,
          openOf: (node) => this.cleanupIndex.openOf(node),
        }),
      wake: this.#wake,
      perform: parts.perform ?? null,
      onMove: (move, cleanup) => parts.measures?.moved(move, cleanup),
    });
  }

  #makeHousekeeping(): Housekeeping {
    const { acting } = this.parts;
    const retention = new Retention(this.parts);
    const look = (): void => {
      acting.look();
    };
    return new Housekeeping(
      [
        { everyMs: LOOK_EVERY_MS, run: look },
        { everyMs: LOOK_EVERY_MS, run: () => this.lookAtDue() },
        { everyMs: LOOK_EVERY_MS, run: () => retention.relieve() },
        { everyMs: SWEEP_EVERY_MS, run: () => retention.sweep() },
        {
          everyMs: SWEEP_EVERY_MS,
          run: () => {
            this.#forgetNodes();
          },
        },
      ],
      this.#failed('housekeeping'),
    );
  }

  async #look(report: NodeReport): Promise<void> {
    const { node } = report.ledger;
    await this.#keeper.take(report);
    await this.#decider.decideNode(node);
    this.#driver.measured(node);
  }

  readonly #created = (cleanup: MemoryCleanup): void => {
    this.feed.offer(cleanup);
  };

  readonly #ledger = (node: string): NodeLedger | null =>
    this.#fresh.has(node) ? this.parts.nodes.ledger(node) : null;

  /**
   * What is under way is looked at here: the way through Redis and back costs more than the look, and it has had its turn.
   * So is everything while there is no queue: what an agent answered is committed although nothing new is begun.
   */
  readonly #wake = (name: string): void => {
    const cleanup = this.parts.cleanups.get(name);
    if (this.#ended || cleanup === null || isCompleted(cleanup)) return;
    if (isUnderWay(cleanup)) {
      void this.#lookHere(name);
      return;
    }
    const nowMs = this.parts.clock.monotonicMs();
    if (!this.#woken.has(name)) this.#woken.set(name, nowMs);
    this.parts.queue.wake(name).catch(() => this.#lookHere(name));
  };

  /** Its job may be held by a controller that was killed. The object is the truth, and two looks are one after another. */
  async #lookHere(name: string): Promise<void> {
    this.#woken.delete(name);
    const wasBegun = this.#underWay.has(name);
    try {
      const result = await this.#driver.handle(name, WAITING);
      // It waits for its turn again.
      if (!this.#isWatched(name, result) && result.kind === 'LookAgain' && wasBegun) this.#giveBack(name);
    } catch (error) {
      // The queue says of a look that fails what is wrong, and tries it ever more seldom.
      this.#giveBack(name);
      this.#failed('looking at a cleanup')(error);
    }
  }

  /** Whether the next look at it is ours: what is under way waits for no turn. */
  #isWatched(name: string, result: JobResult): boolean {
    const isOurs = result.kind === 'LookAgain' && isUnderWay(this.parts.cleanups.get(name));
    if (isOurs) this.#underWay.lookAt(name, result.atMs);
    else this.#underWay.forget(name);
    return isOurs;
  }

  #giveBack(name: string): void {
    this.#underWay.forget(name);
    const cleanup = this.parts.cleanups.get(name);
    if (cleanup !== null && !this.#ended) this.feed.offer(cleanup);
  }

  /** What the registry has forgotten: objects of such a node stay until they expire. */
  #forgetNodes(): void {
    for (const node of this.#keeper.nodes) {
      if (this.parts.nodes.ledger(node) !== null) continue;
      this.#keeper.forgetNode(node);
      this.#pressure.forget(node);
    }
  }

  /** What the store or Redis says is in health; anything else is a defect and is said. */
  #failed(what: string): (error: unknown) => void {
    return (error) => {
      if (!(error instanceof MemwardenError)) this.parts.onFailure(what, error);
    };
  }
}
