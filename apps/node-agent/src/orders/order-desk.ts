/*
 * The desk: takes orders, sees that each is executed at most once, and answers each until the answer was acknowledged.
 * The state machine is that of docs/reference/state.md; a transition has happened when the journal has it on disk.
 * One order at a time per target; what waits is bounded; nothing here blocks sampling or throws at its callers.
 */
import type { Clock } from '#contracts/clock';
import type {
  ActingTerms,
  Order,
  OrderAnswer,
  OrderAnswers,
  OrderOutcome,
  OrderTaker,
} from '#contracts/order';
import type { AgentVeto } from '#contracts/order';
import { refusalByCircumstances, type Circumstances } from './admission.js';
import type { AllowFile } from './allow-file.js';
import type { Entry } from './journal-format.js';
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
}

const MOST_PENDING = 64;
const MOST_ENTRIES = 10_000;
const KEPT_MS = 24 * 3_600_000;
const LOOK_MS = 1_000;

export class OrderDesk implements OrderTaker {
  readonly counts = { executed: 0, refused: 0, unknown: 0 };
  private readonly pending = new Map<string, Pending>();
  private readonly lanes = new Map<string, Promise<void>>();
  /** Outcomes that the journal did not take yet. */
  private readonly unjournaled = new Map<string, OrderAnswer>();
  private readonly rate = new RateLimit();
  private terms: ActingTerms | null = null;
  private epochWritten: Promise<void> = Promise.resolve();
  private answers: OrderAnswers | null = null;
  private lastVeto: AgentVeto;
  private hasTakenOver = false;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(private readonly parts: OrderDeskParts) {
    this.lastVeto = { journalId: null, epoch: 0, mode: 'Observe', reason: 'The agent is starting.' };
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
    const { clock, journal } = this.parts;
    const waiting = this.pending.get(order.id);
    if (waiting !== undefined) {
      waiting.order = order;
      return;
    }
    const known = this.answerOf(order.id);
    if (known !== null) return this.answers?.answer(known);
    // Who cannot read its journal does not even know whether it did this.
    if (this.isStopped || journal.id === null) return;
    const refusal = this.fullness();
    if (refusal !== null) return this.tell(order.id, { kind: 'Refused', ...refusal });
    this.pending.set(order.id, { order, arrivedMs: clock.monotonicMs() });
    this.enqueue(order);
  }

  termsChanged(terms: ActingTerms): void {
    const { journal } = this.parts;
    if (terms.epoch < Math.max(journal.epoch, this.terms?.epoch ?? 0)) return;
    this.terms = terms;
    this.writeEpoch();
  }

  acknowledged(orderId: string): void {
    const { journal } = this.parts;
    this.unjournaled.delete(orderId);
    if (journal.entries.get(orderId)?.state === 'done')
      void journal.commit({ t: 'acked', id: orderId }).catch(() => undefined); // then it is answered once more
  }

  veto(): AgentVeto {
    return this.lastVeto;
  }

  unacknowledged(): readonly OrderAnswer[] {
    const answers = [...this.unjournaled.values()];
    for (const [orderId, { outcome, isAcknowledged, atMs }] of this.parts.journal.entries)
      if (outcome !== null && !isAcknowledged) answers.push({ orderId, outcome, atMs });
    return answers;
  }

  /** What changed outside: files, the journal's disk. Each second; never rejects. */
  async look(): Promise<void> {
    const { journal, clock } = this.parts;
    await journal.open();
    if (journal.trouble === null) await this.takeOver();
    this.forgetOld(clock.nowMs());
    const now = await this.circumstances(0);
    const veto = vetoOf(now, journal);
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

  /** What an agent before this one left, and what the disk did not take. */
  private async takeOver(): Promise<void> {
    const { journal, clock } = this.parts;
    if (!this.hasTakenOver) {
      this.hasTakenOver = true;
      this.rate.seed(startTimes(journal.entries.values()), clock.nowMs(), clock.monotonicMs());
      for (const [id, { state }] of journal.entries)
        if (state === 'started')
          this.unjournaled.set(id, { orderId: id, outcome: RESTARTED, atMs: clock.nowMs() });
    }
    if (this.terms !== null && this.terms.epoch > journal.epoch) this.writeEpoch();
    for (const answer of [...this.unjournaled.values()]) if (!(await this.journalOutcome(answer))) return;
  }

  private async journalOutcome({ orderId, outcome, atMs }: OrderAnswer): Promise<boolean> {
    try {
      await this.parts.journal.commit({ t: 'outcome', id: orderId, at: atMs, outcome });
      this.unjournaled.delete(orderId);
      return true;
    } catch {
      return false;
    }
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
    if (pending === undefined) return;
    try {
      await this.finish(id, await this.outcomeOf(pending));
    } catch (error) {
      await this.finish(id, defect(error, this.parts.journal.entries.get(id)));
    } finally {
      this.pending.delete(id);
    }
  }

  private async outcomeOf(pending: Pending): Promise<OrderOutcome | null> {
    const { journal, clock } = this.parts;
    const { id } = pending.order;
    if (!pending.order.isFirstDelivery && pending.order.journalId !== journal.id) return LOST;
    const refusal = await this.refusal(pending);
    if (refusal !== null) return { kind: 'Refused', ...refusal };
    if (!(await this.commits({ t: 'order', id, at: clock.nowMs(), says: inWords(pending.order) })))
      return this.notJournaled();
    return this.act(pending);
  }

  private async act(pending: Pending): Promise<OrderOutcome | null> {
    const { performer, clock } = this.parts;
    const { list } = await this.parts.allow.read();
    if (list === null)
      return { kind: 'Refused', reason: 'NotAllowedHere', detail: 'The allow list is gone.' };
    const prepared = await performer.prepare(pending.order, list);
    if (prepared.refusal !== null) return { kind: 'Refused', ...prepared.refusal };
    using act = prepared;
    // It took a while, and the file that allowed it may be another one now.
    const refusal = await this.refusal(pending, list);
    if (refusal !== null) return { kind: 'Refused', ...refusal };
    if (!this.rate.take(list.ratePerMinute, clock.monotonicMs()))
      return {
        kind: 'Refused',
        reason: 'RateLimited',
        detail: `${list.ratePerMinute} acts a minute are allowed here.`,
      };
    if (!(await this.commits({ t: 'started', id: pending.order.id, at: clock.nowMs() })))
      return this.notJournaled();
    return act.perform();
  }

  private async commits(record: Parameters<OrderJournal['commit']>[0]): Promise<boolean> {
    return this.parts.journal.commit(record).then(
      () => true,
      () => false,
    );
  }

  private notJournaled(): OrderOutcome {
    const detail = this.parts.journal.trouble ?? 'The order could not be journaled.';
    return { kind: 'Refused', reason: 'JournalUnavailable', detail };
  }

  private async refusal({ order, arrivedMs }: Pending, list?: object): Promise<Refusal | null> {
    await this.epochWritten;
    const now = await this.circumstances(this.parts.clock.monotonicMs() - arrivedMs);
    const refusal = refusalByCircumstances(order, now);
    if (refusal !== null || list === undefined || list === now.allowed.list) return refusal;
    return { reason: 'NotAllowedHere', detail: 'The allow list was edited while the order was looked at.' };
  }

  private async circumstances(waitedMs: number): Promise<Circumstances> {
    const { journal, stop, allow, bootId, placeTrouble } = this.parts;
    const [allowed, stopTrouble] = await Promise.all([allow.read(), stop.trouble()]);
    const { trouble: journalTrouble, epoch } = journal;
    return { journalTrouble, stopTrouble, placeTrouble, allowed, bootId, terms: this.terms, epoch, waitedMs };
  }

  /** Journaled, then answered. Null: nothing to say. */
  private async finish(orderId: string, outcome: OrderOutcome | null): Promise<void> {
    if (outcome === null) return;
    const answer = { orderId, outcome, atMs: this.parts.clock.nowMs() };
    if (await this.journalOutcome(answer)) return this.tell(orderId, outcome);
    const told = outcome.kind === 'Refused' ? outcome : notJournaledOutcome(outcome);
    if (this.parts.journal.entries.has(orderId)) this.unjournaled.set(orderId, { ...answer, outcome: told });
    this.tell(orderId, told);
  }

  private tell(orderId: string, outcome: OrderOutcome): void {
    this.counts[COUNTED[outcome.kind]] += 1;
    this.answers?.answer({ orderId, outcome, atMs: this.parts.clock.nowMs() });
  }

  /** Null: not done with, or not known. */
  private answerOf(orderId: string): OrderAnswer | null {
    const waiting = this.unjournaled.get(orderId);
    if (waiting !== undefined) return waiting;
    const entry = this.parts.journal.entries.get(orderId);
    if (entry === undefined || entry.state === 'received') return null;
    // Begun, not under way, and its outcome was acknowledged before the disk took it.
    const outcome = entry.outcome ?? RESTARTED;
    return { orderId, outcome, atMs: entry.atMs };
  }

  private writeEpoch(): void {
    const { journal } = this.parts;
    const epoch = this.terms?.epoch ?? 0;
    if (epoch > journal.epoch)
      this.epochWritten = journal.commit({ t: 'epoch', epoch }).catch(() => undefined); // journal.trouble tells
  }

  private fullness(): Refusal | null {
    if (this.pending.size >= MOST_PENDING)
      return { reason: 'RateLimited', detail: `${MOST_PENDING} orders wait already.` };
    if (this.parts.journal.entries.size >= MOST_ENTRIES && !this.makesRoom())
      return { reason: 'RateLimited', detail: `The journal holds ${MOST_ENTRIES} orders of the last day.` };
    return null;
  }

  // What was refused may come again: it is refused again, or done for the first time.
  private makesRoom(): boolean {
    const { journal } = this.parts;
    for (const [id, { outcome, isAcknowledged }] of journal.entries)
      if (isAcknowledged && outcome?.kind === 'Refused') {
        journal.forget([id]);
        return true;
      }
    return false;
  }

  private forgetOld(nowMs: number): void {
    const { journal } = this.parts;
    const isOld = ({ state, atMs, isAcknowledged }: Entry): boolean =>
      nowMs - atMs > KEPT_MS && (isAcknowledged || state === 'received');
    const old = [...journal.entries].filter(([id, entry]) => isOld(entry) && !this.pending.has(id));
    journal.forget(old.map(([id]) => id));
  }
}

const COUNTED = { Executed: 'executed', Refused: 'refused', Unknown: 'unknown' } as const;
const RESTARTED: OrderOutcome = {
  kind: 'Unknown',
  reason: 'AgentRestarted',
  detail: 'The agent ended after it had begun: whether it was sent is not known.',
};
const LOST: OrderOutcome = {
  kind: 'Unknown',
  reason: 'JournalLost',
  detail: 'This agent has another journal than the one that the order was issued to.',
};

function notJournaledOutcome({ detail }: OrderOutcome): OrderOutcome {
  return { kind: 'Unknown', reason: 'NotJournaled', detail: `The disk did not take the outcome: ${detail}` };
}

function defect(error: unknown, entry: Entry | undefined): OrderOutcome {
  const detail = `Please report it: ${String(error)}`;
  if (entry?.state === 'started') return { kind: 'Unknown', reason: 'NoAnswer', detail };
  return { kind: 'Refused', reason: 'Unsupported', detail };
}

function* startTimes(entries: Iterable<Entry>): Generator<number, void, void> {
  for (const { startedAtMs } of entries) if (startedAtMs !== null) yield startedAtMs;
}

function inWords({ policy, act, target }: Order): string {
  return JSON.stringify({ policy: policy.name, generation: policy.generation, act, target });
}
