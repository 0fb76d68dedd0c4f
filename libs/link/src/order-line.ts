/*
 * The controller's way to give orders to one agent, for one session. An epoch of the session's own comes first, then
 * the terms, then orders; until both are out, and while the stream is full, no order is sent.
 * What an agent may make this process remember is bounded: MAX_OPEN orders sent, MAX_ANSWERS answers handed on.
 */
import type {
  ActingTerms,
  AgentVeto,
  EpochSource,
  Order,
  OrderAnswer,
  OrderChannel,
  OrderListener,
} from '#contracts/order';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { answerFromWire, orderToWire, termsToWire, vetoFromWire } from './wire-order.js';

export interface OrdersOptions {
  readonly listener: OrderListener;
  readonly epochs: EpochSource;
  /** Before an epoch that could not be had is asked for again. */
  readonly retryMs?: number;
}

export interface OrderLineOptions {
  readonly node: string;
  /** Null: an agent that takes no orders. */
  readonly veto: AgentVeto | null;
  readonly orders: OrdersOptions;
  readonly terms: () => AnnouncedTerms | null;
  readonly isBlocked: () => boolean;
  readonly send: (body: NonNullable<wire.ControllerMessage['body']>) => void;
}

export type AnnouncedTerms = Parameters<OrderChannel['announce']>[0];

const OUTDATED: AgentVeto = {
  journalId: null,
  epoch: 0,
  mode: 'Observe',
  reason: 'This node’s agent is of a version that takes no orders. Upgrade it.',
};
const RETRY_MS = 5_000;
/** Orders of one session without an answer. */
const MAX_OPEN = 256;
/** Answers that were handed on and not acknowledged; later ones come again with the next session. */
const MAX_ANSWERS = 1_024;

export class OrderLine {
  #veto: AgentVeto;
  #epoch: number | null = null;
  #areTermsDue = true;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;
  readonly #open = new Set<string>();
  readonly #handedOn = new Set<string>();

  constructor(private readonly options: OrderLineOptions) {
    this.#veto = options.veto ?? OUTDATED;
  }

  /** After the welcome. */
  begin(): void {
    const { node, veto, orders } = this.options;
    orders.listener.vetoChanged(node, this.#veto);
    if (veto !== null) void this.#takeEpoch();
  }

  get veto(): AgentVeto {
    return this.#veto;
  }

  /** The terms changed, or the stream has room again. */
  announce(): void {
    this.#areTermsDue = true;
    this.#sendTerms();
  }

  drained(): void {
    this.#sendTerms();
  }

  /** A new order would be sent now. */
  get isReady(): boolean {
    return this.#epoch !== null && this.#isClear && this.#open.size < MAX_OPEN;
  }

  send(order: Omit<Order, 'epoch'>): boolean {
    if (this.#epoch === null || !this.#isClear) return false;
    if (this.#open.size >= MAX_OPEN && !this.#open.has(order.id)) return false;
    this.#open.add(order.id);
    // Asked again: its answer is wanted again.
    this.#handedOn.delete(order.id);
    this.options.send({ $case: 'order', value: orderToWire({ ...order, epoch: this.#epoch }) });
    return true;
  }

  acknowledge(orderId: string): void {
    this.#handedOn.delete(orderId);
    if (!this.#closed) this.options.send({ $case: 'orderAck', value: { orderId } });
  }

  /** @throws {InvalidValue} for an answer that no agent should send */
  answered(message: wire.OrderAnswer): void {
    const answer: OrderAnswer = answerFromWire(message);
    this.#open.delete(answer.orderId);
    if (this.#handedOn.has(answer.orderId) || this.#handedOn.size >= MAX_ANSWERS) return;
    this.#handedOn.add(answer.orderId);
    this.options.orders.listener.answered(this.options.node, answer);
  }

  /** @throws {InvalidValue} for a veto that no agent should send */
  vetoChanged(message: wire.AgentVeto): void {
    if (this.options.veto === null) return;
    this.#veto = vetoFromWire(message);
    this.options.orders.listener.vetoChanged(this.options.node, this.#veto);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
  }

  get #isClear(): boolean {
    return !this.#areTermsDue && !this.#closed && !this.options.isBlocked();
  }

  async #takeEpoch(): Promise<void> {
    const { orders, node } = this.options;
    try {
      const epoch = await orders.epochs.next(node, this.#veto.epoch);
      if (this.#closed) return;
      this.#epoch = epoch;
      this.#sendTerms();
    } catch {
      // The source tells why in its own health; here it means: no orders yet.
      if (this.#closed) return;
      this.#retry = setTimeout(() => void this.#takeEpoch(), orders.retryMs ?? RETRY_MS);
      this.#retry.unref();
    }
  }

  #sendTerms(): void {
    const announced = this.options.terms();
    if (!this.#areTermsDue || announced === null || this.#epoch === null || this.#closed) return;
    if (this.options.isBlocked()) return;
    this.#areTermsDue = false;
    const terms: ActingTerms = { ...announced, epoch: this.#epoch };
    this.options.send({ $case: 'terms', value: termsToWire(terms) });
  }
}
