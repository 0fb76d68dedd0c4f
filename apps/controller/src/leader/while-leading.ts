/*
 * What only the leader may do, asked at the last moment before it is done: between two lines of code somebody else may
 * have begun to lead. docs/reference/state.md, "Leader".
 */
import type { Leadership } from '#contracts/leadership';
import type { OrderChannel } from '#contracts/order';
import { StoreUnavailable } from '#contracts/store';

/** Nothing was written: another replica decides now, or nobody. */
export class NotLeading extends StoreUnavailable {
  constructor() {
    super('This replica does not lead now: nothing is written or ordered by it.');
  }
}

/** @throws {NotLeading} */
export function assertLeading({ isLeader }: Leadership): void {
  if (!isLeader) throw new NotLeading();
}

/** Orders and acknowledgements leave this process only while it leads. */
export function ordersWhileLeading(orders: OrderChannel, leadership: Leadership): OrderChannel {
  return {
    send: (node, order) => leadership.isLeader && orders.send(node, order),
    ready: (node) => leadership.isLeader && orders.ready(node),
    // What was committed is said; who forgets to say it hears the answer again.
    acknowledge: (node, orderId) => {
      if (leadership.isLeader) orders.acknowledge(node, orderId);
    },
    announce: (terms) => {
      orders.announce(terms);
    },
    veto: (node) => orders.veto(node),
  };
}
