/*
 * Controller, wire and node as a model for the life of one cleanup: whatever happens in whatever order, with an agent
 * that obeys what docs/reference/state.md promises of it. Each move is checked before it is carried out.
 */
import type { MemoryCleanup } from '#api';
import { BrokenInvariant } from '#contracts/errors';
import type { OrderAnswer, OrderOutcome, RefusalReason } from '#contracts/order';
import { GIB } from '#contracts/units';
import type { CleanupFacts, Move, OutgoingOrder } from '../src/move.js';
import { nextMove } from '../src/next-move.js';
import { cleanupOf, factsOf, ledgerOf, NOW, processRow, STEP, VETO } from './objects.js';

export type Outcome = 'Executed' | 'Unknown' | RefusalReason;
export type Event =
  | { readonly kind: 'Kill' }
  | { readonly kind: 'KillAfterCommit' }
  | { readonly kind: 'Time' | 'Clock' | 'NodeClock'; readonly ms: number }
  | { readonly kind: 'Agent'; readonly outcome: Outcome }
  | { readonly kind: 'Memory'; readonly gib: number }
  | { readonly kind: 'Pause' | 'Forbid' | 'Connect' | 'Unwanted'; readonly on: boolean }
  | { readonly kind: 'Cancel' | 'Reboot' | 'Exit' | 'Look' | 'NewJournal' };

/** Controller, node and the wire between; only `committed` and the agent's journal outlive a kill. */
export class World {
  committed: MemoryCleanup;
  nowMs = NOW;
  nodeMs = NOW;
  held = 95;
  bootId = 'boot-1';
  isThere = true;
  isPaused = false;
  isForbidden = false;
  isWanted = true;
  isConnected = true;
  journalId = 'journal-1';
  sent: string | null = null;
  killAfterCommit = false;
  readonly onTheWay: OutgoingOrder[] = [];
  /** The agent's journal: outcome by order id. */
  readonly journal = new Map<string, OrderOutcome>();
  readonly unacknowledged = new Map<string, OrderAnswer>();
  readonly issued = new Map<string, string>();
  readonly acts: string[] = [];

  constructor(steps: number) {
    const ladder = Array.from({ length: steps }, () => STEP);
    this.committed = cleanupOf({ name: 'c', createdAtMs: NOW, spec: { ladder } });
  }

  facts(): CleanupFacts {
    const rows = this.isThere ? [processRow(7, this.held * GIB)] : [];
    return factsOf({
      nowMs: this.nowMs,
      off: this.isPaused ? { reason: 'paused' } : null,
      forbidden: this.isForbidden ? { reason: 'NotEnforced', message: 'no' } : null,
      isWanted: this.isWanted,
      veto: this.isConnected ? { ...VETO, journalId: this.journalId } : null,
      ledger: ledgerOf(rows, { bootId: this.bootId, takenAtMs: this.nodeMs }),
      answer: this.isConnected ? ([...this.unacknowledged.values()][0] ?? null) : null,
      sentOrderId: this.sent,
    });
  }

  /** One move, carried out as the controller does it: commit first. False: nothing to do now. */
  look(): boolean {
    const move = nextMove(this.committed, this.facts());
    this.check(move);
    if ('next' in move) this.committed = move.next;
    const isKilled = this.killAfterCommit && 'next' in move;
    this.killAfterCommit = false;
    if (isKilled) this.sent = null;
    else this.carryOut(move);
    return move.kind !== 'Wait' && move.kind !== 'Done';
  }

  private carryOut(move: Move): void {
    if (move.kind === 'Issue' || move.kind === 'SendAgain') {
      this.sent = move.order.id;
      must('policy' in move.order, 'an order for a cluster on a machine');
      this.onTheWay.push(move.order as OutgoingOrder);
    }
    if (move.kind === 'CommitAnswer') this.unacknowledged.delete(move.acknowledge);
    if (move.kind === 'Acknowledge') this.unacknowledged.delete(move.orderId);
  }

  private check(move: Move): void {
    const { steps } = this.committed.status;
    if (move.kind === 'Wait')
      must(move.untilMs <= Date.parse(this.committed.spec.deadline), 'wait beyond the deadline');
    if (move.kind === 'Issue' || move.kind === 'SendAgain') {
      must(!this.isPaused && !this.isForbidden, 'send while acts are off or forbidden');
      must(this.isConnected, 'send without a session');
      must(
        !steps.some(({ outcome }) => outcome === 'Unknown' || outcome === 'Freed'),
        'send after Unknown or Freed',
      );
      must(this.committed.spec.cancelled !== true, 'send what was cancelled');
    }
    if (move.kind === 'Issue') this.checkIssue(move);
  }

  private checkIssue({ order, next }: Extract<Move, { kind: 'Issue' }>): void {
    const step = next.status.steps.find(({ orderID }) => orderID === order.id);
    const key = `${step?.index ?? ''}.${step?.attempt ?? ''}`;
    // One step and attempt: one id, issued once. Committed as Issued before it leaves.
    must(!this.issued.has(key), 'issue one step and attempt twice');
    must(step?.state === 'Issued', 'send what is not committed as Issued');
    this.issued.set(key, order.id);
  }

  /** docs/reference/state.md, "Order, in the agent's journal". */
  agent(result: Outcome): void {
    const order = this.onTheWay.shift();
    if (order === undefined || !this.isConnected) return;
    let made = this.journal.get(order.id);
    if (made === undefined && order.journalId !== this.journalId)
      made = { kind: 'Unknown', reason: 'JournalLost', detail: '' };
    made ??= outcomeOf(result);
    if (made.kind === 'Executed' && !this.journal.has(order.id)) this.acts.push(order.id);
    this.journal.set(order.id, made);
    this.unacknowledged.set(order.id, { orderId: order.id, outcome: made, atMs: this.nodeMs });
  }

  happen(what: Event): void {
    const change: Readonly<Record<Event['kind'], () => void>> = {
      Look: () => void this.look(),
      Kill: () => void (this.sent = null),
      KillAfterCommit: () => void (this.killAfterCommit = true),
      Agent: () => this.agent('outcome' in what ? what.outcome : 'Executed'),
      Time: () => this.pass('ms' in what ? what.ms : 0),
      Clock: () => void (this.nowMs += 'ms' in what ? what.ms : 0),
      NodeClock: () => void (this.nodeMs += 'ms' in what ? what.ms : 0),
      Memory: () => void (this.held = 'gib' in what ? what.gib : this.held),
      Pause: () => void (this.isPaused = 'on' in what && what.on),
      Forbid: () => void (this.isForbidden = 'on' in what && what.on),
      Unwanted: () => void (this.isWanted = !('on' in what && what.on)),
      Connect: () => this.connect('on' in what && what.on),
      Exit: () => void (this.isThere = false),
      Reboot: () => void (this.bootId = 'boot-2'),
      Cancel: () => this.cancel(),
      NewJournal: () => this.loseJournal(),
    };
    change[what.kind]();
  }

  private pass(ms: number): void {
    this.nowMs += ms;
    this.nodeMs += ms;
  }

  private cancel(): void {
    this.committed = { ...this.committed, spec: { ...this.committed.spec, cancelled: true } };
  }

  /** A lost session loses what was on the way, and what was sent in it. */
  private connect(on: boolean): void {
    if (this.isConnected && !on) this.onTheWay.length = 0;
    this.isConnected = on;
    if (!on) this.sent = null;
  }

  private loseJournal(): void {
    this.journalId = `journal-${Number(this.journalId.slice(8)) + 1}`;
    this.journal.clear();
    this.unacknowledged.clear();
  }

  /** The truth about each act is what the object says, or that nobody knows. */
  isTrue(): boolean {
    return this.acts.every((id) => {
      const step = this.committed.status.steps.find(({ orderID }) => orderID === id);
      return step !== undefined && ['Issued', 'Executed', 'Verified', 'Unknown'].includes(step.state);
    });
  }

  settle(): void {
    for (let moves = 0; this.look(); moves += 1) must(moves < 50, 'go on for ever');
  }
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new BrokenInvariant(`It must never ${what}.`);
}

function outcomeOf(result: Outcome): OrderOutcome {
  if (result === 'Executed') return { kind: 'Executed', detail: '' };
  if (result === 'Unknown') return { kind: 'Unknown', reason: 'AgentRestarted', detail: '' };
  return { kind: 'Refused', reason: result, detail: '' };
}
