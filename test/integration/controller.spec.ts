/*
 * The whole controller as its users meet it: agents over gRPC on a unix socket, a real Redis, HTTP.
 */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { HistorySource } from '#contracts/report';
import type { SeriesHistory } from '#contracts/series';
import type { AgentEvent } from '#link';
import * as schemas from '../../apps/controller/src/api/schemas.js';
import { someReport } from '#testing';
import { LINK_TOKEN, TestController, TOKEN } from './support/controller.js';
import { EventStream } from './support/event-stream.js';
import { FreezablePath } from './support/freezable-path.js';
import { RedisServer } from './support/redis.js';
import { until } from './support/until.js';

jest.setTimeout(30_000);

const HOSTILE = '\u0000\u001b[31m\r\ndata: x\n\n"}</script>' + '💾'.repeat(1000);
const HISTORY: SeriesHistory = {
  series: {
    id: 'h.1',
    node: 'node-a',
    device: 'host',
    holder: 'cgroup:0:/pod-0',
    quantity: 'growth',
    name: HOSTILE,
    firstAtMs: 1_790_000_000_000,
    lastAtMs: 1_790_000_010_000,
    lastBytes: 5,
    limitBytes: null,
  },
  blocks: [{ startMs: 1_790_000_000_000, endMs: 1_790_000_005_000, min: 1, mean: 2.5, max: 4 }],
};
const history: HistorySource = {
  list: ({ holder }) => (holder === undefined || holder === HISTORY.series.holder ? [HISTORY.series] : []),
  read: (id) => (id === HISTORY.series.id ? HISTORY : null),
};

let redis: RedisServer;
const things: AsyncDisposable[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
});

async function controller(more: Partial<ConstructorParameters<typeof TestController>[0]> = {}) {
  const started = await new TestController({ redisUrl: redis.url, ...more }).start();
  things.push(started);
  return started;
}

function agent(of: TestController, more: Parameters<TestController['agent']>[0] = {}) {
  const link = of.agent({ history, ...more });
  things.push(link);
  return link;
}

interface LedgerAnswer {
  takenAt: string;
  devices: { holders: { name: string; explain?: unknown }[] }[];
}

async function hasLedger(of: TestController, takenAtMs: number, node = 'node-a'): Promise<boolean> {
  const { status, body } = await of.get(`/api/v1/nodes/${node}/ledger`);
  return status === 200 && (JSON.parse(body) as LedgerAnswer).takenAt === new Date(takenAtMs).toISOString();
}

describe('reading', () => {
  it('serves what an agent reported, in the shapes of the OpenAPI document', async () => {
    const server = await controller();
    const link = agent(server);
    link.offer(someReport({ rows: 300, name: (i) => (i === 7 ? HOSTILE : `/pod-${i}`) }));
    await until('the ledger', () => hasLedger(server, 1_790_000_000_000));
    const nodes = schemas.node.array().parse(await server.json('/api/v1/nodes'));
    expect(nodes).toMatchObject([
      { node: 'node-a', connected: true, devices: ['host'], agent: { version: '0.1.0' } },
    ]);
    const ledger = schemas.ledger.parse(await server.json('/api/v1/nodes/node-a/ledger'));
    expect(ledger.devices[0]?.holders).toHaveLength(300);
    expect(ledger.devices[0]?.holders[7]?.name).toBe(HOSTILE);
    const [host] = ledger.devices;
    const held = host!.holders.reduce((sum, row) => sum + (row.within === undefined ? row.bytes : 0), 0);
    expect(host!.usedBytes).toBe(held + host!.reservedBytes! + host!.unattributedBytes!);
    const explained = schemas.ledger.parse(await server.json('/api/v1/nodes/node-a/ledger?explain=1'));
    expect(explained.devices[0]?.explain?.usedBytes.source).toContain('/proc/meminfo');
    expect(explained.devices[0]?.holders[0]?.explain?.ageSeconds).toBeGreaterThan(0);
    const cluster = schemas.cluster.parse(await server.json('/api/v1/cluster'));
    expect(cluster.nodes).toMatchObject([{ node: 'node-a', silent: false, orphanedBytes: null }]);
    expect(cluster.devices['host']?.usedBytes).toBe(host!.usedBytes);
  });

  it('asks the node for history', async () => {
    const server = await controller();
    agent(server).offer(someReport());
    await until('the ledger', () => hasLedger(server, 1_790_000_000_000));
    const list = schemas.seriesList.parse(
      await server.json('/api/v1/series?node=node-a&device=host&holder=cgroup%3A0%3A%2Fpod-0'),
    );
    expect(list.items).toMatchObject([
      { id: 'node-a~h.1', quantity: 'growth', name: HOSTILE, limitBytes: null },
    ]);
    const read = schemas.seriesHistory.parse(
      await server.json('/api/v1/series/node-a~h.1?from=2026-09-21T00:00:00Z&to=1790000010'),
    );
    expect(read.blocks).toEqual([
      { start: '2026-09-21T14:13:20.000Z', end: '2026-09-21T14:13:25.000Z', min: 1, mean: 2.5, max: 4 },
    ]);
    const problems = await Promise.all(
      [
        '/api/v1/series',
        '/api/v1/series?node=no-such',
        '/api/v1/series/node-a~nope',
        '/api/v1/series/node-a~h.1?from=yesterday',
        '/api/v1/series?node=a&node=b',
      ].map((path) => server.get(path)),
    );
    expect(problems.map((answer) => answer.status)).toEqual([400, 404, 404, 400, 400]);
    for (const { headers, body } of problems) {
      expect(headers['content-type']).toContain('application/problem+json');
      expect(schemas.problem.parse(JSON.parse(body)).detail.length).toBeGreaterThan(20);
    }
  });

  it('says of itself what it is and how it is', async () => {
    const server = await controller();
    const openapi = await server.json<{ openapi: string; paths: object }>('/api/openapi.json');
    expect(Object.keys(openapi.paths)).toContain('/api/v1/nodes/{node}/ledger');
    const open = async (path: string) =>
      await server.send('GET', path, { headers: { host: '10.1.2.3:8460' } });
    expect((await open('/livez')).status).toBe(200);
    await until('every part', async () => (await open('/readyz')).body.startsWith('{"status":"ok"'));
    const metrics = await open('/metrics');
    expect(metrics.body).toMatch(/^memwarden_link_sessions 0$/m);
    expect(metrics.body).toMatch(/^process_memory_usage_bytes \d+$/m);
    for (const absent of ['/api/v1/pools', '/api/v1/breaker', '/api/v2/nodes', '/api'])
      expect(await server.get(absent)).toMatchObject({ status: 404 });
    expect(
      (await server.send('POST', '/api/v1/nodes', { headers: { authorization: `Bearer ${TOKEN}` } })).status,
    ).toBe(404);
  });
});

describe('agents', () => {
  it('of another protocol range are told what to upgrade', async () => {
    const server = await controller();
    const events: AgentEvent[] = [];
    const link = agent(server, { protocol: { min: 5, max: 6 }, onEvent: (event) => events.push(event) });
    await until('refused', () => events.length > 0);
    expect(events[0]).toMatchObject({
      kind: 'Refused',
      code: 'ProtocolRange',
      text: expect.stringContaining('upgrade the controller'),
    });
    expect(link.health().reason).toContain('protocol 5 to 6');
    const stranger = agent(server, { token: `${LINK_TOKEN}x`, onEvent: (event) => events.push(event) });
    await until('refused', () => events.some((event) => event.kind === 'Refused' && event.code === 'Token'));
    expect(stranger.health().reason).toContain('MEMWARDEN_LINK_TOKEN_FILE');
    expect(await server.json('/api/v1/nodes')).toEqual([]);
  });
});

describe('when Redis or the controller goes', () => {
  it('reading goes on without Redis; readiness stays and says degraded', async () => {
    const server = await controller();
    const link = agent(server);
    link.offer(someReport());
    await until('the ledger', () => hasLedger(server, 1_790_000_000_000));
    await redis.kill();
    const readiness = async () =>
      (JSON.parse((await server.get('/readyz')).body) as { status: string }).status;
    await until('degraded', async () => (await readiness()) === 'degraded');
    expect((await server.get('/readyz')).status).toBe(200);
    link.offer(someReport({ takenAtMs: 1_790_000_005_000 }));
    await until('the next ledger', () => hasLedger(server, 1_790_000_005_000));
    await redis.run();
    await until('well again', async () => (await readiness()) === 'ok');
  });

  it('a restarted controller knows the ledgers, marked as not connected, and agents refill it', async () => {
    // Of today: what is older than a day is forgotten.
    const laterMs = Date.now();
    const earlierMs = laterMs - 1000;
    const server = await controller();
    const first = agent(server, { node: 'node-r' });
    first.offer(someReport({ node: 'node-r', takenAtMs: earlierMs }));
    await until('the ledger', () => hasLedger(server, earlierMs, 'node-r'));
    const elsewhere = await controller();
    await until('copied', async () => {
      await elsewhere.stop();
      await elsewhere.start();
      return hasLedger(elsewhere, earlierMs, 'node-r');
    });
    const nodes = schemas.node.array().parse(await elsewhere.json('/api/v1/nodes'));
    expect(nodes.find((node) => node.node === 'node-r')).toMatchObject({ connected: false });
    await server.stop();
    await server.start();
    first.offer(someReport({ node: 'node-r', takenAtMs: laterMs }));
    await until('refilled', () => hasLedger(server, laterMs, 'node-r'));
    expect((await server.get('/api/v1/nodes')).body).toContain('"connected":true');
  });

  it('says within 15 s that an agent is gone which never took leave, and takes it back', async () => {
    const server = await controller();
    const socket = server.linkListen.slice('unix:'.length);
    const way = await FreezablePath.listen(`${socket}.way`, socket);
    things.push(way);
    const events: AgentEvent[] = [];
    const link = agent(server, {
      controller: `unix:${way.path}`,
      onEvent: (event) => events.push(event),
    });
    link.offer(someReport({ takenAtMs: 1 }));
    await until('the ledger', () => hasLedger(server, 1));
    way.freeze();
    link.offer(someReport({ takenAtMs: 2 }));
    const isGone = async () => (await server.get('/api/v1/nodes')).body.includes('"connected":false');
    await until('gone', isGone, 17_000);
    await until('the agent knows', () => events.some(({ kind }) => kind === 'Disconnected'), 17_000);
    await until('what it spooled', () => hasLedger(server, 2));
    expect((await server.get('/api/v1/nodes')).body).toContain('"connected":true');
  }, 60_000);

  it('that started before its Redis knows the ledgers once that is there', async () => {
    const late = await RedisServer.start();
    things.push(late);
    const first = await controller({ redisUrl: late.url });
    const seenMs = Date.now();
    const link = agent(first, { node: 'node-l' });
    link.offer(someReport({ node: 'node-l', takenAtMs: seenMs }));
    await until('the ledger', () => hasLedger(first, seenMs, 'node-l'));
    const eyes = new Redis(late.url.slice('unix://'.length));
    things.push({ [Symbol.asyncDispose]: async () => eyes.disconnect() });
    await until('copied', async () => (await eyes.exists('memwarden:report:node-l')) === 1);
    await first.stop();
    await late.kill('SIGTERM');
    const second = await controller({ redisUrl: late.url });
    const news = new EventStream(second.port);
    things.push(news);
    await until('open', () => news.text.includes('retry:'));
    expect(await second.json('/api/v1/nodes')).toEqual([]);
    await late.run();
    await until('restored', () => hasLedger(second, seenMs, 'node-l'), 15_000);
    expect(await second.json('/api/v1/nodes')).toMatchObject([{ node: 'node-l', connected: false }]);
    await until('told', () => news.text.includes('event: ledger'));
  });

  it('ends within a second, open streams and agents or not', async () => {
    const server = await controller();
    const link = agent(server);
    link.offer(someReport());
    const stream = new EventStream(server.port);
    things.push(stream);
    await until('open', () => stream.text.includes('retry:'));
    const before = performance.now();
    await server.stop();
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
