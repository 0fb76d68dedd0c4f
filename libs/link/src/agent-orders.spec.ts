import { describe, expect, it } from '@jest/globals';
import type { ActingTerms, AgentVeto, OrderAnswer, OrderTaker } from '#contracts/order';
import { AgentOrders } from './agent-orders.js';
import { Mode } from './gen/memwarden/link/v1/link.js';
import { ORDER_BOUNDS } from './wire-order.js';

const VETO: AgentVeto = { journalId: 'j1', epoch: 7, mode: 'Enforce', reason: 'as allowed' };

function takerOf(): { readonly terms: ActingTerms[]; readonly taker: OrderTaker } {
  const terms: ActingTerms[] = [];
  return {
    terms,
    taker: {
      receive: () => undefined,
      termsChanged: (each) => terms.push(each),
      acknowledged: () => undefined,
      veto: () => VETO,
      unacknowledged: () => [],
    },
  };
}

const IN_FORCE = {
  epoch: 8,
  paused: false,
  policies: [{ policy: { name: 'p', uid: 'u', generation: 1 }, mode: Mode.MODE_ENFORCE }],
};

describe('terms that no controller should send', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, ORDER_BOUNDS.epoch + 1])(
    'of epoch %d end those in force, and use up no epochs',
    (epoch) => {
      const { terms, taker } = takerOf();
      const orders = new AgentOrders(taker, () => 0);
      orders.terms(IN_FORCE);
      orders.terms({ ...IN_FORCE, epoch: 3 });
      orders.terms({ ...IN_FORCE, epoch });
      expect(terms.at(-1)).toEqual({ epoch: 8, paused: true, policies: [] });
    },
  );

  it('are those of the session before as long as this one has none', () => {
    const { terms, taker } = takerOf();
    new AgentOrders(taker, () => 0).terms({ ...IN_FORCE, epoch: -1 });
    expect(terms).toEqual([{ epoch: VETO.epoch, paused: true, policies: [] }]);
  });

  it('with a policy that is none end those in force', () => {
    const { terms, taker } = takerOf();
    const orders = new AgentOrders(taker, () => 0);
    orders.terms({ ...IN_FORCE, epoch: 9, policies: [{ policy: undefined, mode: Mode.MODE_ENFORCE }] });
    expect(terms).toEqual([{ epoch: 9, paused: true, policies: [] }]);
  });
});

describe('answers that nobody reads', () => {
  it('are bounded, whatever is ordered', () => {
    const { taker } = takerOf();
    const orders = new AgentOrders(taker, () => 0);
    orders.helloVeto();
    orders.begin();
    const refused: OrderAnswer['outcome'] = { kind: 'Refused', reason: 'RateLimited', detail: 'no' };
    for (let i = 0; i < 100_000; i += 1) orders.answer({ orderId: `o${i}`, outcome: refused, atMs: 0 });
    let held = 0;
    while (orders.next() !== null) held += 1;
    expect(held).toBeLessThanOrEqual(16_384);
    orders.answer({ orderId: 'later', outcome: refused, atMs: 0 });
    expect(orders.next()).not.toBeNull();
  });
});
