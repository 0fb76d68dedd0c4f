/*
 * Answers of agents that are not committed yet. They may be lost: an agent says everything again until it is acknowledged.
 * At most one an order, and bounded: an agent that answers what nobody asked is acknowledged and forgotten.
 */
import { orderParts } from '#api';
import type { OrderAnswer } from '#contracts/order';

const MOST = 10_000;

export class AnswerBox {
  readonly #byCleanup = new Map<string, Map<string, OrderAnswer>>();
  #size = 0;

  /** @returns the uid of the cleanup it belongs to; null: it cannot be an answer to us, or too many wait */
  put(answer: OrderAnswer): string | null {
    const uid = orderParts(answer.orderId)?.cleanupUid;
    if (uid === undefined || this.#size >= MOST) return null;
    const answers = this.#byCleanup.get(uid) ?? new Map<string, OrderAnswer>();
    if (!answers.has(answer.orderId)) this.#size += 1;
    answers.set(answer.orderId, answer);
    this.#byCleanup.set(uid, answers);
    return uid;
  }

  oldest(uid: string): OrderAnswer | null {
    return this.#byCleanup.get(uid)?.values().next().value ?? null;
  }

  take(uid: string, orderId: string): void {
    const answers = this.#byCleanup.get(uid);
    if (answers?.delete(orderId) !== true) return;
    this.#size -= 1;
    if (answers.size === 0) this.#byCleanup.delete(uid);
  }
}
