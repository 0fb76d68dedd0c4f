/*
 * The agent's end of orders: what comes is checked and handed to the taker, what it answers waits here for a session.
 * Every answer that was never acknowledged goes first in each session, before samples. What waits is bounded: an answer
 * that finds no room comes again with the next session, or when its order does.
 */
import { InvalidValue } from '#contracts/errors';
import type { ActingTerms, AgentVeto, OrderAnswer, OrderTaker } from '#contracts/order';
import { AgentMessage } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { answerToWire, isEpoch, orderFromWire, orderId, termsFromWire, vetoToWire } from './wire-order.js';

/** More than a taker's journal knows. */
const MOST_ANSWERS = 16_384;

export class AgentOrders {
  readonly #answers = new Map<string, OrderAnswer>();
  /** What waits to be told. */
  #veto: AgentVeto | null = null;
  #told: AgentVeto | null = null;
  #isOpen = false;
  /** The highest that was announced. */
  #epoch = 0;

  constructor(
    private readonly taker: OrderTaker,
    private readonly nowMs: () => number,
  ) {}

  helloVeto(): wire.AgentVeto {
    this.#told = this.taker.veto();
    return vetoToWire(this.#told);
  }

  begin(): void {
    this.#isOpen = true;
    this.vetoChanged(this.taker.veto());
    this.#answers.clear();
    for (const answer of this.taker.unacknowledged()) this.#answers.set(answer.orderId, answer);
  }

  end(): void {
    this.#isOpen = false;
    this.#veto = null;
    this.#answers.clear();
  }

  answer(answer: OrderAnswer): void {
    const hasRoom = this.#answers.size < MOST_ANSWERS || this.#answers.has(answer.orderId);
    if (this.#isOpen && hasRoom) this.#answers.set(answer.orderId, answer);
  }

  vetoChanged(veto: AgentVeto): void {
    if (this.#isOpen) this.#veto = isSame(veto, this.#told) ? null : veto;
  }

  /** Null: nothing waits. */
  next(): Uint8Array | null {
    if (this.#veto !== null) {
      const value = vetoToWire(this.#veto);
      this.#told = this.#veto;
      this.#veto = null;
      return AgentMessage.encode({ body: { $case: 'veto', value } }).finish();
    }
    const [answer] = this.#answers.values();
    if (answer === undefined) return null;
    this.#answers.delete(answer.orderId);
    return AgentMessage.encode({ body: { $case: 'orderAnswer', value: answerToWire(answer) } }).finish();
  }

  order(message: wire.Order): void {
    try {
      this.taker.receive(orderFromWire(message));
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      this.#refuse(message.id, error.message);
    }
  }

  /** Terms that make no sense allow nothing, and end those before them. */
  terms(message: wire.ActingTerms): void {
    const terms = this.#termsOf(message);
    this.#epoch = Math.max(this.#epoch, terms.epoch);
    this.taker.termsChanged(terms);
  }

  #termsOf(message: wire.ActingTerms): ActingTerms {
    try {
      return termsFromWire(message);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      const inForce = Math.max(this.#epoch, this.taker.veto().epoch);
      return { epoch: isEpoch(message.epoch) ? message.epoch : inForce, paused: true, policies: [] };
    }
  }

  acknowledged({ orderId: id }: wire.OrderAck): void {
    this.#answers.delete(id);
    this.taker.acknowledged(id);
  }

  // Without an id that can be read there is nothing to answer to.
  #refuse(id: string, detail: string): void {
    try {
      const outcome = { kind: 'Refused', reason: 'Malformed', detail } as const;
      this.answer({ orderId: orderId(id), outcome, atMs: this.nowMs() });
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
    }
  }
}

function isSame(a: AgentVeto, b: AgentVeto | null): boolean {
  return a.journalId === b?.journalId && a.epoch === b.epoch && a.mode === b.mode && a.reason === b.reason;
}
