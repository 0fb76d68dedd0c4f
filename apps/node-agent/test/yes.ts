/*
 * A performer to which nothing speaks against anything, and a desk with it.
 */
import type { OrderOutcome } from '#contracts/order';
import type { Performer } from '../src/orders/performer.js';
import { deskIn, type DeskOptions, type TestDesk } from './orders.js';

export const EXECUTED: OrderOutcome = { kind: 'Executed', detail: 'done' };

/** Says yes to everything, and counts. */
export class Yes implements Pick<Performer, 'prepare'> {
  prepared = 0;
  performed: string[] = [];
  underWay = 0;
  mostUnderWay = 0;
  beforePrepared: () => Promise<void> | void = () => undefined;
  beforePerformed: (orderId: string) => Promise<void> | void = () => undefined;
  outcome: OrderOutcome = EXECUTED;

  async prepare(...[order]: Parameters<Performer['prepare']>): ReturnType<Performer['prepare']> {
    this.prepared += 1;
    await this.beforePrepared();
    return {
      refusal: null,
      perform: async () => {
        this.performed.push(order.id);
        this.underWay += 1;
        this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
        await this.beforePerformed(order.id);
        this.underWay -= 1;
        return this.outcome;
      },
      [Symbol.dispose]: () => undefined,
    };
  }
}

export function deskWith(folder: string, performer: Yes, more: DeskOptions = {}): Promise<TestDesk> {
  return deskIn(folder, { ...more, parts: { performer, ...more.parts } });
}
