/*
 * The agent's end of orders: what comes is checked and handed to the taker, what it answers waits here for a session.
 * Every answer that was never acknowledged goes first in each session, before samples; the taker's journal bounds them.
 */
import { InvalidValue } from '#contracts/errors';
import type { AgentVeto, OrderAnswer, OrderTaker } from '#contracts/order';
import { AgentMessage } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { answerToWire, orderFromWire, orderId, termsFromWire, vetoToWire } from './wire-order.js';

export class AgentOrders {
  readonly #answers = new Map<string, OrderAnswer>();
  /** What waits to be told. */
  #veto: AgentVeto | null = null;
  #told: AgentVeto | null = null;
  #isOpen = false;

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
    if (this.#isOpen) this.#answers.set(answer.orderId, answer);
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

  /** Terms that make no sense allow nothing. */
  terms(message: wire.ActingTerms): void {
    try {
      this.taker.termsChanged(termsFromWire(message));
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      const epoch = Number.isSafeInteger(message.epoch) && message.epoch >= 0 ? message.epoch : 0;
      this.taker.termsChanged({ epoch, paused: true, policies: [] });
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
