/*
 * Answers of agents that are not committed yet. They may be lost: an agent says everything again until it is acknowledged.
 * One for each cleanup whose order is awaited, so it is as bounded as the open cleanups are.
 */
import type { OrderAnswer } from '#contracts/order';

export class AnswerBox {
  readonly #byCleanup = new Map<string, OrderAnswer>();

  put(uid: string, answer: OrderAnswer): void {
    this.#byCleanup.set(uid, answer);
  }

  get(uid: string): OrderAnswer | null {
    return this.#byCleanup.get(uid) ?? null;
  }

  take(uid: string, orderId: string): void {
    if (this.#byCleanup.get(uid)?.orderId === orderId) this.#byCleanup.delete(uid);
  }
}
