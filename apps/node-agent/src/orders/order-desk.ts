/*
 * The desk: takes orders, sees that each is executed at most once, and answers each until the answer was acknowledged.
 * The state machine is that of docs/reference/state.md; a transition has happened when the journal has it on disk.
 * One order at a time per target; what waits is bounded; nothing here blocks sampling or throws at its callers.
 */
import type { Clock } from '#contracts/clock';
import type {
  ActingTerms,
  AgentVeto,
  Order,
  OrderAnswer,
  OrderAnswers,
  OrderOutcome,
  OrderTaker,
} from '#contracts/order';
import { refusalByCircumstances, type Circumstances } from './admission.js';
import type { AllowFile } from './allow-file.js';
import type { AllowList } from './allow-list.js';
import type { Entry, JournalRecord, OrderRecord } from './journal-format.js';
import { OrderBook } from './order-book.js';
import { digest, inWords } from './order-digest.js';
import type { OrderJournal } from './order-journal.js';
import type { Performer } from './performer.js';
import { RateLimit } from './rate-limit.js';
import type { Refusal } from './signal-rules.js';
import type { StopFile } from './stop-file.js';
import { vetoOf } from './veto.js';

export interface OrderDeskParts {
  readonly journal: OrderJournal;
  readonly allow: Pick<AllowFile, 'read'>;
  readonly stop: Pick<StopFile, 'trouble'>;
  readonly performer: Pick<Performer, 'prepare'>;
  readonly clock: Clock;
  readonly bootId: string;
  /** Why this agent can act on no process at all; null: it can. */
  readonly placeTrouble: string | null;
}

interface Pending {
  /** The last delivery counts: it may be of a newer epoch. */
  order: Order;
  readonly arrivedMs: number;
  /** The journal was told that it begins, and may have it although it said no. */
  isTold?: boolean;
}

const MOST_PENDING = 64;
const LOOK_MS = 1_000;

export class OrderDesk implements OrderTaker {
  readonly counts = { executed: 0, refused: 0, unknown: 0 };
  private readonly book: OrderBook;
  private readonly pending = new Map<string, Pending>();
  private readonly lanes = new Map<string, Promise<void>>();
  private rate: RateLimit | null = null;
  private terms: ActingTerms | null = null;
  private epochWritten: Promise<void> = Promise.resolve();
  private answers: OrderAnswers | null = null;
  private lastVeto: AgentVeto = {
    journalId: null,
    epoch: 0,
    mode: 'Observe',
    reason: 'The agent is starting.',
  };
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly parts: OrderDeskParts) {
    this.book = new OrderBook(parts.journal, parts.clock);
  }

  /** Before the link: what the journal says is what the hello says. Never rejects. */
  async start(answers: OrderAnswers): Promise<void> {
    this.answers = answers;
    await this.look();
    this.again();
  }

  /** Nothing new is begun; what was begun ends. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await Promise.all(this.lanes.values());
    await this.parts.journal.close();
  }

  receive(order: Order): void {
    const waiting = this.pending.get(order.id);
    const first =
      waiting === undefined ? this.parts.journal.entries.get(order.id)?.of : digest(waiting.order);
    if (first !== undefined && first !== digest(order)) {
      // Nothing is said: an id has one answer for ever, and that is of the first order with it.
      this.counts.refused += 1;
      return;
    }
    if (waiting !== undefined) {
      waiting.order = order;
      return;
    }
    const known = this.book.answerOf(order.id);
    if (known !== null) this.answers?.answer(known);
    // Who cannot read its journal does not even know whether it did this: it says nothing.
    else if (!this.isStopped && this.parts.journal.id !== null) this.take(order);
  }

  termsChanged(terms: ActingTerms): void {
    if (terms.epoch < Math.max(this.parts.journal.epoch, this.terms?.epoch ?? 0)) return;
    this.terms = terms;
    this.writeEpoch();
  }

  acknowledged(orderId: string): void {
    this.book.acknowledged(orderId);
  }

  veto(): AgentVeto {
    return this.lastVeto;
  }

  unacknowledged(): readonly OrderAnswer[] {
    return this.book.unacknowledged();
  }

  /** What changed outside: files, the journal's disk. Each second; never rejects. */
  async look(): Promise<void> {
    const { journal } = this.parts;
    await journal.open();
    if (journal.trouble === null) {
      // A session may have begun before the journal could be read.
      for (const answer of await this.book.catchUp()) this.answers?.answer(answer);
      this.writeEpoch();
    }
    this.book.forgetOld((id) => this.pending.has(id));
    const veto = vetoOf(await this.circumstances(0), journal);
    const isNews = JSON.stringify(veto) !== JSON.stringify(this.lastVeto);
    this.lastVeto = veto;
    if (isNews) this.answers?.vetoChanged(veto);
  }

  private again(): void {
    this.timer = setTimeout(() => {
      void this.look().then(() => {
        if (!this.isStopped) this.again();
      });
    }, LOOK_MS);
    this.timer.unref();
  }

  private take(order: Order): void {
    const detail = this.fullness();
    if (detail !== null) {
      this.tell({
        orderId: order.id,
        outcome: { kind: 'Refused', reason: 'RateLimited', detail },
        atMs: this.parts.clock.nowMs(),
      });
      return;
    }
    this.pending.set(order.id, { order, arrivedMs: this.parts.clock.monotonicMs() });
    this.enqueue(order);
  }

  private fullness(): string | null {
    if (this.pending.size >= MOST_PENDING) return `${MOST_PENDING} orders wait already.`;
    return this.book.hasRoom() ? null : 'The journal is full of orders of the last day.';
  }

  private enqueue({ id, target }: Order): void {
    const key = JSON.stringify(target.process ?? target.cgroup ?? null);
    const lane = (this.lanes.get(key) ?? Promise.resolve()).then(() => this.handle(id));
    this.lanes.set(key, lane);
    void lane.then(() => {
      if (this.lanes.get(key) === lane) this.lanes.delete(key);
    });
  }

  /** Never rejects. */
  private async handle(id: string): Promise<void> {
    const pending = this.pending.get(id);
    if (pending === undefined || this.isStopped) return;
    let outcome: OrderOutcome | null;
    try {
      outcome = await this.outcomeOf(pending);
    } catch (error) {
      outcome = defect(error, this.parts.journal.entries.get(id));
    }
    if (outcome === null) return; // it comes again, to the next agent
    const answer = await this.book.settle(this.recordOf(pending.order), outcome, pending.isTold);
    this.pending.delete(id);
    this.tell(answer);
  }

  /** Null: the agent ends, and this was not begun. */
  private async outcomeOf(pending: Pending): Promise<OrderOutcome | null> {
    const { isFirstDelivery, journalId } = pending.order;
    if (!isFirstDelivery && journalId !== this.parts.journal.id) return LOST;
    const circumstances = await this.circumstancesOf(pending);
    const refusal = refusalByCircumstances(pending.order, circumstances);
    if (refusal !== null) return { kind: 'Refused', ...refusal };
    const { list, trouble } = circumstances.allowed;
    if (list === null) return { kind: 'Refused', reason: 'NotAllowedHere', detail: trouble };
    return this.act(pending, list);
  }

  private async act(pending: Pending, list: AllowList): Promise<OrderOutcome | null> {
    const { performer, clock } = this.parts;
    const prepared = await performer.prepare(pending.order, list);
    if (prepared.refusal !== null) return { kind: 'Refused', ...prepared.refusal };
    using act = prepared;
    const refusal = (await this.refusal(pending, list)) ?? this.refusalByRate(list);
    if (refusal !== null) return { kind: 'Refused', ...refusal };
    if (this.isStopped) return null;
    const started = { t: 'started', id: pending.order.id, at: clock.nowMs() } as const;
    pending.isTold = true;
    // Nothing that could be seen from outside lies between the two: they are one write.
    if (!(await this.commits(this.recordOf(pending.order), started))) return this.unavailable();
    return await act.perform();
  }

  private recordOf(order: Order): OrderRecord {
    const at = this.parts.clock.nowMs();
    return { t: 'order', id: order.id, at, of: digest(order), says: inWords(order) };
  }

  /** `list`: what allowed it a moment ago. It took a while, and the file may be another one now. */
  private async refusal(pending: Pending, list: AllowList): Promise<Refusal | null> {
    const now = await this.circumstancesOf(pending);
    const refusal = refusalByCircumstances(pending.order, now);
    if (refusal !== null || list === now.allowed.list) return refusal;
    return { reason: 'NotAllowedHere', detail: 'The allow list was edited while the process was looked at.' };
  }

  private async circumstancesOf({ arrivedMs }: Pending): Promise<Circumstances> {
    await this.epochWritten;
    return this.circumstances(this.parts.clock.monotonicMs() - arrivedMs);
  }

  private refusalByRate({ ratePerMinute }: AllowList): Refusal | null {
    const { clock, journal } = this.parts;
    this.rate ??= RateLimit.since(startTimes(journal.entries.values()), clock);
    if (this.rate.take(ratePerMinute)) return null;
    return { reason: 'RateLimited', detail: `${ratePerMinute} acts a minute are allowed on this node.` };
  }

  private async circumstances(waitedMs: number): Promise<Circumstances> {
    const { journal, stop, allow, bootId, placeTrouble } = this.parts;
    const [allowed, stopTrouble] = await Promise.all([allow.read(), stop.trouble()]);
    const { trouble: journalTrouble, epoch } = journal;
    return { journalTrouble, stopTrouble, placeTrouble, allowed, bootId, terms: this.terms, epoch, waitedMs };
  }

  private commits(...records: readonly JournalRecord[]): Promise<boolean> {
    return this.parts.journal.commit(...records).then(
      () => true,
      () => false,
    );
  }

  private unavailable(): OrderOutcome {
    const detail = this.parts.journal.trouble ?? 'The journal did not take it.';
    return { kind: 'Refused', reason: 'JournalUnavailable', detail };
  }

  /** An order of an epoch is not looked at before the journal has that epoch. */
  private writeEpoch(): void {
    const epoch = this.terms?.epoch ?? 0;
    if (epoch > this.parts.journal.epoch)
      this.epochWritten = this.commits({ t: 'epoch', epoch }).then(() => undefined);
  }

  private tell(answer: OrderAnswer): void {
    this.counts[COUNTED[answer.outcome.kind]] += 1;
    this.answers?.answer(answer);
  }
}

const COUNTED = { Executed: 'executed', Refused: 'refused', Unknown: 'unknown' } as const;
const LOST: OrderOutcome = {
  kind: 'Unknown',
  reason: 'JournalLost',
  detail: 'This agent has another journal than the one that the order was issued to.',
};

function defect(error: unknown, entry: Entry | undefined): OrderOutcome {
  const detail = `Please report it: ${String(error)}`;
  if (entry?.state === 'started') return { kind: 'Unknown', reason: 'NoAnswer', detail };
  return { kind: 'Refused', reason: 'Unsupported', detail };
}

function* startTimes(entries: Iterable<Entry>): Generator<number, void, void> {
  for (const { startedAtMs } of entries) if (startedAtMs !== null) yield startedAtMs;
}
