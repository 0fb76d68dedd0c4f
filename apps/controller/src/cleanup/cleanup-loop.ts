/*
 * The whole loop of one controller, in order: report → findings → decision → cleanup → job → order → answer → measured.
 * Everything here is a function of committed objects and of what agents say; notices and audit only hear of it.
 */
import { breakerAfter, type Limits, type Move } from '#policy';
import type { MemoryCleanup, MemoryFinding } from '#api';
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { CleanupQueue, JobResult } from '#contracts/cleanup';
import { MemwardenError } from '#contracts/errors';
import type { NodeLedger } from '#contracts/ledger';
import type { AgentVeto, OrderAnswer, OrderChannel, OrderListener } from '#contracts/order';
import type { NodeListener, NodeReport } from '#contracts/report';
import type { ObjectStore } from '#contracts/store';
import type { Acting } from '../acts/acting.js';
import type { StoreWatch } from '../acts/store-watch.js';
import { isClosed } from '../findings/apply-change.js';
import { FindingIndex } from '../findings/finding-index.js';
import { FindingKeeper } from '../findings/finding-keeper.js';
import { ReportDesk } from '../findings/report-desk.js';
import type { PolicyKeeper } from '../policies/policy-keeper.js';
import { ByHand, type ByHandOptions } from './by-hand.js';
import { CleanupDriver } from './cleanup-driver.js';
import { factsAbout, surroundingsOf } from './circumstances.js';
import { CleanupFeed } from './cleanup-feed.js';
import { CleanupIndex } from './cleanup-index.js';
import { Decider } from './decider.js';
import { Housekeeping } from './housekeeping.js';
import { NodePressure } from './node-pressure.js';
import { OneAtATime } from './one-at-a-time.js';
import { Retention } from './retention.js';

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
const MOST_OVERDUE = 64;
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
  /** By name of the cleanup: since when news for it waits for a look. Monotonic. */
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
      cleanups.onChange(({ object }) => {
        if (isNewsForBreaker(object)) this.#watchBreaker();
      }),
      findings.onChange(({ object }) => {
        const cleanup = object.status.cleanupRef?.name;
        // Nobody wants it any more: what is not sent yet need not wait to learn that.
        if (cleanup !== undefined && isClosed(object)) this.#wake(cleanup);
      }),
    ];
  }

  /** Takes up what an earlier controller left: every open cleanup is looked at again. */
  start(): void {
    this.#started = true;
    this.feed.rebuild();
    this.#housekeeping.start();
  }

  /** The JobHandler of the queue. */
  handle(name: string, signal: AbortSignal): Promise<JobResult> {
    this.feed.seen(name);
    this.#woken.delete(name);
    return this.#driver.handle(name, signal);
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
    for (const { metadata } of this.cleanupIndex.open()) this.#wake(metadata.name);
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
      surroundings: (node) => surroundingsOf(parts, node, this.feed.isFull),
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
      surroundings: (node) => surroundingsOf(parts, node, this.feed.isFull),
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
      hear: this.#hear,
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
        { everyMs: LOOK_EVERY_MS, run: () => this.#lookAtOverdue() },
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

  /** Without a queue it is looked at here: what an agent answered is committed although nothing new is begun. */
  readonly #wake = (name: string): void => {
    if (this.#ended) return;
    const nowMs = this.parts.clock.monotonicMs();
    if (!this.#woken.has(name)) this.#woken.set(name, nowMs);
    this.parts.queue.wake(name).catch(() => this.#lookHere(name));
  };

  /** Its job may be held by a controller that was killed. The object is the truth, and two looks are one after another. */
  async #lookHere(name: string): Promise<void> {
    this.#woken.delete(name);
    await this.#driver.handle(name, WAITING).catch(this.#failed('looking at a cleanup'));
  }

  /**
   * Looked at here: the way through Redis and back costs more than the look. Its job need not know until its next turn is
   * another one than that of a ledger: it is over, it failed, or it waits for something else.
   */
  readonly #hear = (name: string): void => {
    if (this.#ended) return;
    void this.#lookHere(name).then(() => {
      if (!this.#driver.isVerifying(name)) this.#wake(name);
    });
  };

  async #lookAtOverdue(): Promise<void> {
    const before = this.parts.clock.monotonicMs() - OVERDUE_MS;
    const overdue = [...this.#woken].filter(([, atMs]) => atMs <= before).slice(0, MOST_OVERDUE);
    await Promise.all(overdue.map(([name]) => this.#lookHere(name)));
  }

  /** What the registry has forgotten: objects of such a node stay until they expire. */
  #forgetNodes(): void {
    for (const node of this.#keeper.nodes) {
      if (this.parts.nodes.ledger(node) !== null) continue;
      this.#keeper.forgetNode(node);
      this.#pressure.forget(node);
    }
  }

  #watchBreaker(): void {
    const { acting, cleanups, clock, nodes } = this.parts;
    if (acting.breaker !== null) return;
    const sinceReset = cleanups.list().filter((cleanup) => issuedAfter(cleanup, acting.breakerResetAtMs));
    const opened = breakerAfter(sinceReset, this.parts.limits, nodes.known, clock.nowMs());
    if (opened === null) return;
    acting.openBreaker(opened.reason).catch(this.#failed('keeping the breaker'));
  }

  /** What the store or Redis says is in health; anything else is a defect and is said. */
  #failed(what: string): (error: unknown) => void {
    return (error) => {
      if (!(error instanceof MemwardenError)) this.parts.onFailure(what, error);
    };
  }
}

/** Another node was touched, or nobody knows what became of an act. */
function isNewsForBreaker({ status }: MemoryCleanup): boolean {
  return status.steps.some(({ state, outcome }) => state === 'Issued' || outcome === 'Unknown');
}

function issuedAfter({ status }: MemoryCleanup, atMs: number): boolean {
  return atMs === 0 || status.steps.some(({ issuedAt }) => Date.parse(issuedAt ?? '') > atMs);
}
