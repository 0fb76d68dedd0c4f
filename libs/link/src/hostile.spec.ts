import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { OrderAnswer } from '#contracts/order';
import { someReport } from '#testing';
import { encodeDelta } from './delta-encode.js';
import * as wire from './gen/memwarden/link/v1/link.js';
import type { ServerEvent } from './link-event.js';
import { LinkServer, type LinkServerOptions } from './link-server.js';
import { SharedToken } from './shared-token.js';
import type { OrdersOptions } from './order-line.js';
import { MAX_MESSAGE_BYTES } from './protocol.js';

const TOKEN = 'secret';
const scratch = mkdtempSync(join(tmpdir(), 'mw-hostile-'));
let sockets = 0;
const things: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of things.splice(0).reverse()) await end();
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

async function serve(more: Partial<LinkServerOptions> = {}) {
  const reported: string[] = [];
  const texts: string[] = [];
  const onEvent = (event: ServerEvent) => {
    if (event.kind === 'Refused') texts.push(`${event.node} ${event.text}`);
  };
  const listener = {
    connected: () => undefined,
    reported: ({ ledger }: { ledger: { node: string } }) => void reported.push(ledger.node),
    disconnected: () => undefined,
  };
  sockets += 1;
  const server = new LinkServer({
    listen: `unix:${scratch}/${sockets}`,
    authenticate: new SharedToken(TOKEN),
    listener,
    onEvent,
    ...more,
  });
  things.push(() => server[Symbol.asyncDispose]());
  return { server, reported, texts, address: (await server.start()).address };
}

/** Says whatever bytes it likes, and remembers the answers until the stream ends. */
class Stranger {
  readonly answers: wire.ControllerMessage[] = [];
  readonly ended: Promise<string>;
  readonly #stream;
  #wake: () => void = () => undefined;

  constructor(address: string, token = TOKEN) {
    const client = new Client(address, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
    });
    const { path, responseDeserialize } = wire.AgentLinkService.connect;
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    this.#stream = client.makeBidiStreamRequest(path, (b: Buffer) => b, responseDeserialize, metadata);
    this.#stream.on('data', (message: wire.ControllerMessage) => {
      this.answers.push(message);
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      this.#stream.on('error', (error: ServiceError) => resolve(error.details));
      this.#stream.on('end', () => resolve(''));
    });
    things.push(() => {
      this.#stream.cancel();
      client.close();
    });
  }

  say(body: wire.AgentMessage['body']): this {
    return this.sayBytes(Buffer.from(wire.AgentMessage.encode({ body }).finish()));
  }
  sayBytes(bytes: Buffer): this {
    this.#stream.write(bytes);
    return this;
  }
  async answered(count: number): Promise<wire.ControllerMessage['body'][]> {
    while (this.answers.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.answers.map(({ body }) => body);
  }
}

const hello = (node = 'node-a'): wire.AgentMessage['body'] => ({
  $case: 'hello',
  value: {
    protocolMin: 1,
    protocolMax: 1,
    capabilities: [],
    node,
    bootId: 'b',
    agentVersion: '1',
    instance: 'i',
  },
});
const refusal = (code: wire.RefuseCode) => ({ $case: 'refuse', value: expect.objectContaining({ code }) });
const report = (sequence: number, more: Partial<wire.Report> = {}): wire.AgentMessage['body'] => ({
  $case: 'report',
  value: { ...encodeDelta(null, { sequence, report: someReport() }), ...more },
});

const VETO: wire.AgentVeto = { journalId: 'j', epoch: 3, mode: wire.Mode.MODE_ENFORCE, reason: 'x' };
const helloWith = (veto: Partial<wire.AgentVeto>): wire.AgentMessage['body'] => {
  const body = hello();
  if (body?.$case !== 'hello') return body;
  return { $case: 'hello', value: { ...body.value, capabilities: ['orders'], veto: { ...VETO, ...veto } } };
};
const orderAnswer = (more: Partial<wire.OrderAnswer> = {}): wire.AgentMessage['body'] => ({
  $case: 'orderAnswer',
  value: {
    orderId: 'o',
    kind: wire.OutcomeKind.OUTCOME_KIND_REFUSED,
    reason: 'NoHandler',
    detail: 'd',
    atMs: 1,
    ...more,
  },
});
function ordersHeard() {
  const answers: OrderAnswer[] = [];
  const orders: OrdersOptions = {
    listener: {
      answered: (_, answer) => void answers.push(answer),
      vetoChanged: () => undefined,
    },
    epochs: { next: (_, atLeast) => Promise.resolve(atLeast + 1) },
  };
  return { answers, orders };
}

describe('what no agent of ours would say of orders', () => {
  it.each<[string, Partial<wire.AgentVeto>]>([
    ['an epoch that is none', { epoch: -1 }],
    ['an epoch that uses up all others', { epoch: Number.MAX_SAFE_INTEGER }],
    ['a mode that is none', { mode: wire.Mode.MODE_UNSPECIFIED }],
    ['a journal without a name', { journalId: '' }],
    ['a journal with a control character', { journalId: 'a\nb' }],
    ['a reason without an end', { reason: 'x'.repeat(2049) }],
  ])('is refused in a hello: %s', async (_, veto) => {
    const { orders } = ordersHeard();
    const { address } = await serve({ orders });
    expect(await new Stranger(address).say(helloWith(veto)).answered(1)).toEqual([
      refusal(wire.RefuseCode.REFUSE_CODE_BAD_HELLO),
    ]);
  });

  it.each<[string, Partial<wire.OrderAnswer>]>([
    ['no id', { orderId: '' }],
    ['an id with a newline', { orderId: 'a\nb' }],
    ['an id without an end', { orderId: 'x'.repeat(257) }],
    ['no kind', { kind: wire.OutcomeKind.OUTCOME_KIND_UNSPECIFIED }],
    ['a detail without an end', { detail: 'x'.repeat(2049) }],
    ['no time', { atMs: Number.NaN }],
  ])('is refused as an answer: %s', async (_, more) => {
    const { answers, orders } = ordersHeard();
    const { address } = await serve({ orders });
    const stranger = new Stranger(address).say(helloWith({})).say(orderAnswer(more));
    await stranger.ended;
    expect(answers).toEqual([]);
  });

  it('is taken by its kind where the reason is not known, and never as a reason of ours', async () => {
    const { answers, orders } = ordersHeard();
    const { address } = await serve({ orders });
    const stranger = new Stranger(address).say(helloWith({}));
    for (const reason of ['Later', 'constructor', '__proto__'])
      stranger.say(orderAnswer({ orderId: `o${reason}`, reason }));
    stranger.say(hello()).say(orderAnswer({ orderId: '' }));
    await stranger.ended;
    expect(answers.map(({ outcome }) => (outcome.kind === 'Refused' ? outcome.reason : ''))).toEqual([
      'Unsupported',
      'Unsupported',
      'Unsupported',
    ]);
  });

  it('is not believed: a veto without the capability', async () => {
    const { orders } = ordersHeard();
    const { address, server } = await serve({ orders });
    server.announce({ paused: false, policies: [] });
    const body = helloWith({});
    if (body?.$case === 'hello') body.value.capabilities = [];
    const stranger = new Stranger(address).say(body).say(report(1));
    const heard = await stranger.answered(2);
    expect(heard.map((each) => each?.$case)).toEqual(['welcome', 'ack']);
    expect(server.veto('node-a')).toMatchObject({ journalId: null });
  });

  it('is bounded: a flood of answers is handed on 1,024 times', async () => {
    const { answers, orders } = ordersHeard();
    const { address } = await serve({ orders });
    const stranger = new Stranger(address).say(helloWith({}));
    for (let i = 0; i < 3000; i += 1) stranger.say(orderAnswer({ orderId: `o${i}` }));
    stranger.say(orderAnswer({ orderId: '' }));
    await stranger.ended;
    expect(answers).toHaveLength(1024);
  });
});

describe('what no agent of ours would do', () => {
  it('is refused: anything before a hello', async () => {
    const { address, reported } = await serve();
    const stranger = new Stranger(address).say(report(1));
    expect(await stranger.answered(1)).toEqual([refusal(wire.RefuseCode.REFUSE_CODE_BAD_HELLO)]);
    await stranger.ended;
    expect(reported).toEqual([]);
  });

  it('is refused: silence', async () => {
    const { address } = await serve({ helloDeadlineMs: 20 });
    const stranger = new Stranger(address);
    expect(await stranger.answered(1)).toEqual([refusal(wire.RefuseCode.REFUSE_CODE_BAD_HELLO)]);
  });

  it.each(['', '../etc', 'a/b', 'a\nb', 'x'.repeat(254), '-a'])(
    'is refused: the node name %j',
    async (name) => {
      const { address } = await serve();
      expect(await new Stranger(address).say(hello(name)).answered(1)).toEqual([
        refusal(wire.RefuseCode.REFUSE_CODE_BAD_HELLO),
      ]);
    },
  );

  it('is refused: reports without the token, whatever follows', async () => {
    const { address, reported } = await serve();
    const stranger = new Stranger(address, 'guess').say(hello()).say(report(1));
    expect(await stranger.answered(1)).toEqual([refusal(wire.RefuseCode.REFUSE_CODE_TOKEN)]);
    await stranger.ended;
    expect(reported).toEqual([]);
  });

  it('is refused: a ledger that does not add up, numbers that are none, words that are unknown', async () => {
    const { address, reported } = await serve();
    const { devices } = encodeDelta(null, { sequence: 1, report: someReport() });
    const [device] = devices;
    const bad: Partial<wire.Report>[] = [
      { devices: [{ ...device!, usedBytes: 1 }] },
      { devices: [{ ...device!, totalBytes: NaN }] },
      { devices: [{ ...device!, totalBytes: 0.5 }] },
      { devices: [{ ...device!, quality: wire.Quality.UNRECOGNIZED }] },
      { devices: [device!, device!] },
      { takenAtMs: -1 },
      { sequence: NaN },
      { sequence: 2 ** 60 },
      { sequence: 1.5 },
    ];
    for (const more of bad) {
      const stranger = new Stranger(address).say(hello()).say(report(1, more));
      expect((await stranger.answered(2))[1]).toEqual(refusal(wire.RefuseCode.REFUSE_CODE_BAD_REPORT));
    }
    expect(reported).toEqual([]);
  });

  it('is answered with the protocol that both speak', async () => {
    const { address } = await serve({ protocol: { min: 1, max: 3 } });
    const speaks = (min: number, max: number): wire.AgentMessage['body'] => {
      const body = hello();
      if (body?.$case === 'hello') Object.assign(body.value, { protocolMin: min, protocolMax: max });
      return body;
    };
    for (const [min, max, chosen] of [
      [1, 2, 2],
      [2, 9, 3],
    ] as const)
      expect(await new Stranger(address).say(speaks(min, max)).answered(1)).toMatchObject([
        { $case: 'welcome', value: { protocol: chosen } },
      ]);
  });

  it('puts no more than a line of itself into logs', async () => {
    const { address, texts } = await serve();
    await new Stranger(address).say(hello('\n'.repeat(1_000_000))).answered(1);
    const [device] = encodeDelta(null, { sequence: 1, report: someReport() }).devices;
    const stranger = new Stranger(address).say(hello());
    stranger.say(report(1, { devices: [{ ...device!, id: 'x'.repeat(1_000_000), baseIndex: 9 }] }));
    await stranger.answered(2);
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(text.length).toBeLessThan(1000);
  });

  it('is told once that a base is lost, however much was under way', async () => {
    const { address } = await serve();
    const stranger = new Stranger(address).say(hello());
    for (let sequence = 1; sequence < 20; sequence += 1)
      stranger.say(report(sequence, { baseSequence: 1000 + sequence }));
    stranger.say(report(20)).say(report(21, { baseSequence: 7 }));
    const kinds = (await stranger.answered(4)).map((body) => body?.$case);
    expect(kinds.filter((kind) => kind === 'resync')).toHaveLength(2);
    expect(kinds).toHaveLength(4);
  });

  it('ends that stream alone: bytes that are no message, and messages above the size', async () => {
    const { address, reported } = await serve();
    const good = new Stranger(address).say(hello('good'));
    await good.answered(1);
    const garbage = new Stranger(address).sayBytes(Buffer.alloc(1000, 0xff));
    const huge = new Stranger(address).sayBytes(Buffer.alloc(MAX_MESSAGE_BYTES + 1));
    expect(await garbage.ended).not.toBe('');
    expect(await huge.ended).not.toBe('');
    good.say(report(1));
    expect((await good.answered(2))[1]).toMatchObject({ $case: 'ack', value: { sequence: 1 } });
    expect(reported).toEqual(['good']);
  });

  it('fills no memory: one name after the other', async () => {
    const { address, server } = await serve({ maxNodes: 3 });
    for (let i = 0; i < 3; i += 1) await new Stranger(address).say(hello(`n${i}`)).answered(1);
    const fourth = new Stranger(address).say(hello('n3'));
    expect(await fourth.answered(1)).toEqual([refusal(wire.RefuseCode.REFUSE_CODE_TOO_MANY_NODES)]);
    expect(server.connectedNodes).toBe(3);
  });
});
