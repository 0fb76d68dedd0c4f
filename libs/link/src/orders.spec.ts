import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '#contracts/errors';
import type {
  ActingTerms,
  AgentVeto,
  EpochSource,
  Order,
  OrderAnswer,
  OrderListener,
  OrderTaker,
} from '#contracts/order';
import { AgentLink, LinkServer, SharedToken, type AgentLinkOptions, type OrdersOptions } from './index.js';

const scratch = mkdtempSync(join(tmpdir(), 'mw-orders-'));
const things: AsyncDisposable[] = [];
let sockets = 0;

afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** What was heard, in order, and a way to wait for it: the deadline is jest's own. */
class Heard {
  readonly all: string[] = [];
  #wake: (() => void)[] = [];

  add(text: string): void {
    this.all.push(text);
    for (const wake of this.#wake.splice(0)) wake();
  }
  async until(text: string, times = 1): Promise<void> {
    while (this.all.filter((each) => each === text).length < times)
      await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
}

class Taker extends Heard implements OrderTaker {
  orders: Order[] = [];
  terms: ActingTerms[] = [];
  waiting: OrderAnswer[] = [];
  says: AgentVeto = { journalId: 'j1', epoch: 7, mode: 'Enforce', reason: 'as allowed' };

  receive(order: Order): void {
    this.orders.push(order);
    this.add(`order ${order.id} ${order.epoch}`);
  }
  termsChanged(terms: ActingTerms): void {
    this.terms.push(terms);
    this.add(`terms ${terms.epoch} ${terms.paused}`);
  }
  acknowledged(orderId: string): void {
    this.waiting = this.waiting.filter((answer) => answer.orderId !== orderId);
    this.add(`ack ${orderId}`);
  }
  veto(): AgentVeto {
    return this.says;
  }
  unacknowledged(): readonly OrderAnswer[] {
    return this.waiting;
  }
}

class Listener extends Heard implements OrderListener {
  answers: OrderAnswer[] = [];

  answered(_node: string, answer: OrderAnswer): void {
    this.answers.push(answer);
    this.add(`answer ${answer.orderId} ${answer.outcome.kind}`);
  }
  vetoChanged(_node: string, { mode, reason }: AgentVeto): void {
    this.add(`veto ${mode} ${reason}`);
  }
}

class Epochs extends Heard implements EpochSource {
  failures = 0;
  #last = 0;

  next(_node: string, atLeast: number): Promise<number> {
    this.add(`asked ${atLeast}`);
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Unavailable('no Redis'));
    }
    this.#last = Math.max(this.#last, atLeast) + 1;
    return Promise.resolve(this.#last);
  }
}

const QUIET = { connected: () => undefined, reported: () => undefined, disconnected: () => undefined };
const HISTORY = { list: () => [], read: () => null };
const POLICY = { name: 'caches', uid: 'u1', generation: 3 };
const TERMS = { paused: false, policies: [{ ...POLICY, mode: 'Enforce' as const }] };

function orderOf(id: string): Omit<Order, 'epoch'> {
  return {
    id,
    policy: POLICY,
    target: { bootId: 'b', process: { pid: 7, startTimeTicks: 99 }, cgroup: { path: '/a\nb', inode: 4 } },
    act: { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: ['a "b"'] },
    journalId: 'j1',
    isFirstDelivery: true,
    validForMs: 5000,
  };
}

const EXECUTED = { kind: 'Executed', detail: 'sent' } as const;

async function serve(more: Partial<OrdersOptions> = {}) {
  const listener = new Listener();
  const epochs = new Epochs();
  sockets += 1;
  const server = new LinkServer({
    listen: `unix:${scratch}/${sockets}`,
    authenticate: new SharedToken('t'),
    listener: QUIET,
    orders: { listener, epochs, retryMs: 20, ...more },
  });
  things.push(server);
  return { server, listener, epochs, address: (await server.start()).address };
}

function connect(controller: string, taker?: OrderTaker, more: Partial<AgentLinkOptions> = {}): AgentLink {
  const link = new AgentLink({
    controller,
    token: 't',
    node: 'n',
    bootId: 'b',
    agentVersion: '1',
    history: HISTORY,
    chance: () => 0.01,
    ...(taker !== undefined && { orders: taker }),
    ...more,
  });
  things.push(link);
  link.start();
  return link;
}

describe('orders over the link', () => {
  it('go out whole, after the terms, in an epoch above all that were obeyed; answers come back and are acknowledged', async () => {
    const { server, listener, address } = await serve();
    server.announce(TERMS);
    const taker = new Taker();
    const link = connect(address, taker);
    await taker.until('terms 8 false');
    expect(server.veto('n')).toEqual(taker.says);
    expect(server.send('n', orderOf('o1'))).toBe(true);
    await taker.until('order o1 8');
    expect(taker.orders).toEqual([{ ...orderOf('o1'), epoch: 8 }]);
    expect(taker.terms).toEqual([{ ...TERMS, epoch: 8 }]);
    link.answer({ orderId: 'o1', outcome: EXECUTED, atMs: 12 });
    await listener.until('answer o1 Executed');
    expect(listener.answers).toEqual([{ orderId: 'o1', outcome: EXECUTED, atMs: 12 }]);
    server.acknowledge('n', 'o1');
    await taker.until('ack o1');
  });

  it('are none before the terms were announced', async () => {
    const { server, address, epochs, listener } = await serve();
    const taker = new Taker();
    connect(address, taker);
    await epochs.until('asked 7');
    await listener.until('veto Enforce as allowed');
    expect(server.send('n', orderOf('o1'))).toBe(false);
    server.announce(TERMS);
    await taker.until('terms 8 false');
    expect(server.send('n', orderOf('o1'))).toBe(true);
  });

  it('are none without an epoch, which is asked for until it is there', async () => {
    const { server, address, epochs } = await serve();
    epochs.failures = 2;
    server.announce(TERMS);
    const taker = new Taker();
    connect(address, taker);
    await epochs.until('asked 7');
    expect(server.send('n', orderOf('o1'))).toBe(false);
    await epochs.until('asked 7', 3);
    await taker.until('terms 8 false');
    expect(server.send('n', orderOf('o1'))).toBe(true);
  });

  it('are none to an agent without the capability, which still reports', async () => {
    const { server, address, listener } = await serve();
    server.announce(TERMS);
    connect(address);
    await listener.until('veto Observe This node’s agent is of a version that takes no orders. Upgrade it.');
    expect(server.send('n', orderOf('o1'))).toBe(false);
    expect(server.veto('n')).toMatchObject({ journalId: null, mode: 'Observe' });
    expect(server.connectedNodes).toBe(1);
  });

  it('are none to a node that is not there', async () => {
    const { server } = await serve();
    expect(server.send('n', orderOf('o1'))).toBe(false);
    expect(server.veto('n')).toBeNull();
    server.acknowledge('n', 'o1');
  });

  it('find terms and veto as they are now', async () => {
    const { server, address, listener } = await serve();
    server.announce(TERMS);
    const taker = new Taker();
    const link = connect(address, taker);
    await taker.until('terms 8 false');
    server.announce({ ...TERMS, paused: true });
    await taker.until('terms 8 true');
    taker.says = { ...taker.says, mode: 'Observe', reason: 'stop file' };
    link.vetoChanged(taker.says);
    await listener.until('veto Observe stop file');
    expect(server.veto('n')).toEqual(taker.says);
  });

  it('are answered again in each session until they are acknowledged', async () => {
    const { address, listener } = await serve();
    const taker = new Taker();
    taker.waiting = [{ orderId: 'old', outcome: EXECUTED, atMs: 1 }];
    const first = connect(address, taker);
    await listener.until('answer old Executed');
    await first[Symbol.asyncDispose]();
    connect(address, taker);
    await listener.until('answer old Executed', 2);
    expect(listener.answers).toHaveLength(2);
  });

  it('are handed on once in a session, and again when the order was sent again', async () => {
    const { server, address, listener } = await serve();
    server.announce(TERMS);
    const taker = new Taker();
    const link = connect(address, taker);
    await taker.until('terms 8 false');
    const answer = { orderId: 'o1', outcome: EXECUTED, atMs: 1 } as const;
    server.send('n', orderOf('o1'));
    link.answer(answer);
    await listener.until('answer o1 Executed');
    link.answer(answer);
    link.answer({ ...answer, orderId: 'fence' });
    await listener.until('answer fence Executed');
    expect(listener.answers).toHaveLength(2);
    server.send('n', { ...orderOf('o1'), isFirstDelivery: false });
    await taker.until('order o1 8', 2);
    link.answer(answer);
    await listener.until('answer o1 Executed', 2);
  });

  it('are bounded: an agent that answers nothing gets no more than 256', async () => {
    const { server, address } = await serve();
    server.announce(TERMS);
    const taker = new Taker();
    connect(address, taker);
    await taker.until('terms 8 false');
    let sent = 0;
    for (let turn = 0; turn < 600; turn += 1) {
      if (server.send('n', orderOf(`o${sent}`))) sent += 1;
      else await new Promise(setImmediate);
    }
    expect(sent).toBe(256);
  });
});
