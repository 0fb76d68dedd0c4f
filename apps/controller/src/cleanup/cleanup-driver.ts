/*
 * Drives one cleanup: asks the pure `nextMove` what is next and does that one thing, again and again until there is nothing
 * to do now. What a move changes is committed before anything leaves this process; whoever kills it between the two finds
 * the object as it was committed, and asks again.
 */
import {
  nextMove,
  type CleanupFacts,
  type Move,
  type ClusterOrder,
  type OutgoingOrder,
  type WaitReason,
} from '#policy';
import { orderParts, targetKey, type MemoryCleanup } from '#api';
import type { Clock } from '#contracts/clock';
import type { JobResult } from '#contracts/cleanup';
import type { OrderAnswer, OrderChannel, OrderOutcome } from '#contracts/order';
import { Conflict, keyOf, type ObjectStore } from '#contracts/store';
import { Attempts } from '#resources';
import type { StoreWatch } from '../acts/store-watch.js';
import { AnswerBox } from './answer-box.js';
import type { CleanupIndex } from './cleanup-index.js';
import { OneAtATime } from './one-at-a-time.js';

export type SurroundingFacts = Omit<CleanupFacts, 'answer' | 'sentOrderId'>;

export interface CleanupDriverOptions {
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly index: CleanupIndex;
  readonly store: StoreWatch;
  readonly orders: OrderChannel;
  readonly clock: Clock;
  /** Everything around the object that its next move depends on. */
  readonly facts: (cleanup: MemoryCleanup) => SurroundingFacts;
  /** News for a cleanup: it is to be looked at soon. Never throws. */
  readonly wake: (name: string) => void;
  /** What the controller does itself. Rejects where it was certainly not done; it is tried again. Null: nothing. */
  readonly perform: ((order: ClusterOrder) => Promise<OrderOutcome>) | null;
  readonly onMove?: (move: Move, cleanup: MemoryCleanup) => void;
}

type Ending = Extract<Move, { readonly kind: 'CommitAnswer' | 'GiveUp' | 'RefuseStep' | 'Verify' | 'Close' }>;

/** A cleanup has at most six steps of three attempts, each with a handful of moves. */
const MOST_MOVES = 64;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const NOT_SENT_MS = 500;
const NOT_DONE_MS = 2000;

export class CleanupDriver {
  readonly #attempts: Attempts;
  readonly #alone = new OneAtATime();
  readonly #answers = new AnswerBox();
  /** By the cleanup's name: what was sent, in which session of its node. */
  readonly #sent = new Map<string, { readonly orderId: string; readonly session: number }>();
  readonly #sessions = new Map<string, number>();
  readonly #waits = new Map<string, WaitReason>();

  constructor(private readonly options: CleanupDriverOptions) {
    this.#attempts = new Attempts({
      firstPauseMs: FIRST_PAUSE_MS,
      longestPauseMs: LONGEST_PAUSE_MS,
      // However long the disk is full: what was begun is brought to its end.
      most: Infinity,
      capacity: 10_000,
    });
  }

  /** The JobHandler. */
  handle(name: string, signal: AbortSignal): Promise<JobResult> {
    // Of one target there may be two: what the first commits the second must see.
    const target = this.options.cleanups.get(name)?.spec.target;
    const alone = target === undefined ? name : targetKey(target);
    return this.#alone.run(alone, () => this.#drive(name, signal));
  }

  /** An agent's answer is committed and acknowledged even while there is no queue. */
  answered(node: string, answer: OrderAnswer): void {
    const uid = orderParts(answer.orderId)?.cleanupUid;
    const cleanup = uid === undefined ? null : this.options.index.byUid(uid);
    if (cleanup === null || !isAwaited(cleanup, node, answer)) {
      // Nobody keeps what it is about, it was committed before, or it is another node's to say: once was enough.
      this.options.orders.acknowledge(node, answer.orderId);
      return;
    }
    this.#answers.put(cleanup.metadata.uid ?? '', answer);
    this.options.wake(keyOf(cleanup.metadata));
  }

  /** Another session of the node: what was sent in the one before may never have arrived. */
  sessionChanged(node: string): void {
    this.#sessions.set(node, this.#sessionOf(node) + 1);
    this.wakeNode(node);
  }

  /** Something that its cleanups wait for may have come. */
  wakeNode(node: string): void {
    for (const { metadata } of this.options.index.openOf(node)) this.options.wake(keyOf(metadata));
  }

  /** A new ledger of the node: what waits for nothing else is looked at. */
  measured(node: string): void {
    for (const cleanup of this.options.index.openOf(node))
      if (this.#waitsForLedger(cleanup)) this.options.wake(keyOf(cleanup.metadata));
  }

  /** When no cleanup is being looked at. */
  idle(): Promise<void> {
    return this.#alone.idle();
  }

  async #drive(name: string, signal: AbortSignal): Promise<JobResult> {
    for (let moves = 0; moves < MOST_MOVES && !signal.aborted; moves += 1) {
      const cleanup = this.options.cleanups.get(name);
      const result = cleanup === null ? this.#forget(name) : await this.#move(cleanup);
      if (result !== null) return result;
    }
    return { kind: 'LookAgain', atMs: this.options.clock.nowMs() };
  }

  /** Null: look again at once. */
  async #move(cleanup: MemoryCleanup): Promise<JobResult | null> {
    try {
      const result = await this.#do(cleanup, nextMove(cleanup, this.#facts(cleanup)));
      this.#attempts.succeeded(keyOf(cleanup.metadata));
      return result;
    } catch (error) {
      // Somebody wrote the object: it is read again and asked about anew.
      return error instanceof Conflict ? null : this.#recover(keyOf(cleanup.metadata), error);
    }
  }

  /** @throws what is nobody's to recover: the queue says so in its health and looks again, ever more seldom */
  #recover(name: string, error: unknown): JobResult {
    const { recovery, afterMs } = this.#attempts.failed(name, error);
    if (recovery === 'forget') return this.#forget(name);
    if (recovery !== 'retryLater' && recovery !== 'askAgain') throw error;
    return { kind: 'LookAgain', atMs: this.options.clock.nowMs() + afterMs };
  }

  /** Null: look again at once. */
  async #do(cleanup: MemoryCleanup, move: Move): Promise<JobResult | null> {
    switch (move.kind) {
      case 'Done':
        return this.#forget(keyOf(cleanup.metadata));
      case 'Wait':
        this.#waits.set(keyOf(cleanup.metadata), move.reason);
        return { kind: 'LookAgain', atMs: move.untilMs };
      case 'Issue':
        await this.#commit(move.next);
        this.#tell(move, cleanup);
        return this.#send(cleanup, move.order);
      case 'SendAgain':
        return this.#send(cleanup, move.order);
      case 'Acknowledge':
        this.#acknowledge(cleanup, move.orderId);
        return null;
      case 'CommitAnswer':
        await this.#commitWithClose(cleanup, move);
        this.#acknowledge(cleanup, move.acknowledge);
        return null;
      case 'GiveUp':
      case 'RefuseStep':
      case 'Verify':
      case 'Close':
        await this.#commitWithClose(cleanup, move);
        return null;
    }
  }

  /** Nothing happens between the end of the last step and that of the cleanup: one write says both. */
  async #commitWithClose(cleanup: MemoryCleanup, move: Ending): Promise<void> {
    const after = nextMove(move.next, { ...this.#facts(cleanup), answer: null });
    await this.#commit(after.kind === 'Close' ? after.next : move.next);
    this.#tell(move, cleanup);
    if (after.kind === 'Close') this.#tell(after, cleanup);
  }

  #tell(move: Move, cleanup: MemoryCleanup): void {
    this.options.onMove?.(move, cleanup);
  }

  async #commit(next: MemoryCleanup): Promise<void> {
    await this.options.store.write(() => this.options.cleanups.update(next));
  }

  /** Not taken (the node went away, its session has no epoch yet): it stands as Issued and is sent again. */
  #send(cleanup: MemoryCleanup, order: OutgoingOrder | ClusterOrder): JobResult | null {
    const { node } = cleanup.spec.target;
    const isTaken = isForCluster(order)
      ? this.#perform(cleanup, order)
      : this.options.orders.send(node, order);
    if (!isTaken) return { kind: 'LookAgain', atMs: this.options.clock.nowMs() + NOT_SENT_MS };
    this.#sent.set(keyOf(cleanup.metadata), { orderId: order.id, session: this.#sessionOf(node) });
    return null;
  }

  /** Its outcome comes like an agent's answer. */
  #perform(cleanup: MemoryCleanup, order: ClusterOrder): boolean {
    const { perform, facts, clock, wake } = this.options;
    if (perform === null) return false;
    const key = keyOf(cleanup.metadata);
    // By the node's clock, as its ledgers are.
    const atMs = facts(cleanup).ledger?.takenAtMs ?? clock.nowMs();
    perform(order).then(
      (outcome) => {
        this.answered(cleanup.spec.target.node, { orderId: order.id, outcome, atMs });
      },
      () => {
        this.#sent.delete(key);
        setTimeout(() => {
          wake(key);
        }, NOT_DONE_MS).unref();
      },
    );
    return true;
  }

  #acknowledge({ metadata, spec }: MemoryCleanup, orderId: string): void {
    this.options.orders.acknowledge(spec.target.node, orderId);
    this.#answers.take(metadata.uid ?? '', orderId);
  }

  #facts(cleanup: MemoryCleanup): CleanupFacts {
    const { metadata, spec } = cleanup;
    const sent = this.#sent.get(keyOf(metadata));
    return {
      ...this.options.facts(cleanup),
      answer: this.#answers.get(metadata.uid ?? ''),
      sentOrderId: sent?.session === this.#sessionOf(spec.target.node) ? sent.orderId : null,
    };
  }

  #forget(name: string): JobResult {
    this.#sent.delete(name);
    this.#waits.delete(name);
    return { kind: 'Done' };
  }

  #waitsForLedger({ metadata, spec, status }: MemoryCleanup): boolean {
    const reason = this.#waits.get(keyOf(metadata));
    if (reason !== 'Verify') return reason === 'NotMeasured';
    const step = status.steps.find(({ state }) => state === 'Executed');
    const delayMs = (spec.ladder[step?.index ?? 0]?.verifyAfterSeconds ?? 0) * 1000;
    return this.options.clock.nowMs() >= Date.parse(step?.issuedAt ?? '') + delayMs;
  }

  #sessionOf(node: string): number {
    return this.#sessions.get(node) ?? 0;
  }
}

function isForCluster(order: OutgoingOrder | ClusterOrder): order is ClusterOrder {
  return order.act.type !== 'Notify';
}

/** At most one order of a cleanup is; nothing else is remembered, whatever an agent says. */
function isAwaited({ spec, status }: MemoryCleanup, node: string, { orderId }: OrderAnswer): boolean {
  return (
    spec.target.node === node &&
    status.steps.some(({ state, orderID }) => state === 'Issued' && orderID === orderId)
  );
}
