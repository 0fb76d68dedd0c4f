/*
 * What became of each order: the journal, and the outcomes that its disk has not taken yet. An outcome is written
 * before it is told; one that could not be written is told as what a restarted agent would say, and written later.
 */
import type { Clock } from '#contracts/clock';
import type { OrderAnswer, OrderOutcome } from '#contracts/order';
import type { Entry, OrderRecord } from './journal-format.js';
import type { OrderJournal } from './order-journal.js';

/** More than the acts of a day at the usual rate. */
const MOST_ENTRIES = 10_000;
const KEPT_MS = 24 * 3_600_000;
const RESTARTED: OrderOutcome = {
  kind: 'Unknown',
  reason: 'AgentRestarted',
  detail: 'The agent ended after it had begun: whether anything was sent is not known.',
};

export class OrderBook {
  private readonly unwritten = new Map<string, OrderAnswer>();
  private hasTakenOver = false;

  constructor(
    private readonly journal: OrderJournal,
    private readonly clock: Clock,
  ) {}

  /**
   * With a usable journal: what an agent before this one left, once, and what the disk did not take.
   * @returns what nobody has acknowledged, the first time
   */
  async catchUp(): Promise<readonly OrderAnswer[]> {
    const isFirst = !this.hasTakenOver;
    if (isFirst) this.takeOver();
    for (const answer of [...this.unwritten.values()]) if (!(await this.write(answer))) break;
    return isFirst ? this.unacknowledged() : [];
  }

  /**
   * `order`: what the journal is to know it by, where it does not know it yet; `isTold`: it was told, and may have it.
   * @returns what to tell
   */
  async settle(order: OrderRecord, outcome: OrderOutcome, isTold = false): Promise<OrderAnswer> {
    const orderId = order.id;
    const answer = { orderId, outcome, atMs: this.clock.nowMs() };
    if (await this.write(answer, order)) return answer;
    const told = { ...answer, outcome: outcome.kind === 'Refused' ? outcome : notJournaled(outcome) };
    // An order that the journal never took has nothing that could be misunderstood later.
    if (isTold || this.journal.entries.has(orderId)) this.unwritten.set(orderId, told);
    return told;
  }

  /** Null: not known, or not done with. */
  answerOf(orderId: string): OrderAnswer | null {
    const waiting = this.unwritten.get(orderId);
    if (waiting !== undefined) return waiting;
    const entry = this.journal.entries.get(orderId);
    if (entry === undefined || entry.state === 'received') return null;
    // Begun and not under way: its outcome was acknowledged before the disk took it.
    return { orderId, outcome: entry.outcome ?? RESTARTED, atMs: entry.atMs };
  }

  unacknowledged(): readonly OrderAnswer[] {
    const answers = [...this.unwritten.values()];
    for (const [orderId, { outcome, isAcknowledged, atMs }] of this.journal.entries)
      if (outcome !== null && !isAcknowledged) answers.push({ orderId, outcome, atMs });
    return answers;
  }

  acknowledged(orderId: string): void {
    this.unwritten.delete(orderId);
    const entry = this.journal.entries.get(orderId);
    // Forgotten, it is answered once more.
    if (entry?.state === 'done' && !entry.isAcknowledged) this.journal.note({ t: 'acked', id: orderId });
  }

  /** False: so many orders of the last day are known that there is no room for another one. */
  hasRoom(): boolean {
    const { entries } = this.journal;
    if (entries.size < MOST_ENTRIES) return true;
    // One that was refused may come again: it is refused again, or done for the first time.
    for (const [id, { outcome, isAcknowledged }] of entries) {
      if (!isAcknowledged || outcome?.kind !== 'Refused') continue;
      this.journal.forget([id]);
      return true;
    }
    return false;
  }

  /** Those of more than a day ago that nobody waits for. */
  forgetOld(isPending: (orderId: string) => boolean): void {
    const nowMs = this.clock.nowMs();
    const old: string[] = [];
    for (const [id, entry] of this.journal.entries) if (isOld(entry, nowMs) && !isPending(id)) old.push(id);
    this.journal.forget(old);
  }

  private takeOver(): void {
    this.hasTakenOver = true;
    const atMs = this.clock.nowMs();
    for (const [orderId, { state }] of this.journal.entries)
      if (state === 'started') this.unwritten.set(orderId, { orderId, outcome: RESTARTED, atMs });
  }

  private async write({ orderId, outcome, atMs }: OrderAnswer, order?: OrderRecord): Promise<boolean> {
    const isNew = order !== undefined && !this.journal.entries.has(orderId);
    try {
      await this.journal.commit(...(isNew ? [order] : []), { t: 'outcome', id: orderId, at: atMs, outcome });
      this.unwritten.delete(orderId);
      return true;
    } catch {
      return false;
    }
  }
}

function isOld({ state, atMs, isAcknowledged }: Entry, nowMs: number): boolean {
  return nowMs - atMs > KEPT_MS && (isAcknowledged || state === 'received');
}

function notJournaled({ detail }: OrderOutcome): OrderOutcome {
  return { kind: 'Unknown', reason: 'NotJournaled', detail: `The disk did not take the outcome: ${detail}` };
}
