/*
 * The last reports in a real Redis that dies, hangs, is emptied and comes back.
 */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ComponentHealth } from '#contracts/agent';
import { RedisHotState } from '#queue';
import { someReport } from '#testing';
import { RedisServer } from './support/redis.js';
import { until } from './support/until.js';

jest.setTimeout(30_000);

const things: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});

async function redisServer(): Promise<RedisServer> {
  const server = await RedisServer.start();
  things.push(server);
  return server;
}

async function hotState(url: string) {
  const healths: ComponentHealth[] = [];
  const state = new RedisHotState({ url, chance: () => 0, onHealth: (health) => healths.push(health) });
  things.push(state);
  await state.start();
  return { state, healths };
}

function isState(state: RedisHotState, wanted: ComponentHealth['state']): () => boolean {
  return () => state.health().state === wanted;
}

/** A second pair of eyes. */
function client(server: RedisServer): Redis {
  const redis = new Redis(server.url.slice('unix://'.length));
  things.push({
    [Symbol.asyncDispose]: async () => {
      redis.disconnect();
    },
  });
  return redis;
}

describe('RedisHotState', () => {
  it('gives a later controller the last report of each node', async () => {
    const server = await redisServer();
    const first = await hotState(server.url);
    await until('connected', isState(first.state, 'ok'));
    const reports = Array.from({ length: 200 }, (_, i) => someReport({ node: `node-${i}`, rows: 20 }));
    await Promise.all(reports.map((report) => first.state.put(report)));
    await first.state.put(someReport({ node: 'node-7', takenAtMs: 1_790_000_000_001 }));
    const second = await hotState(server.url);
    await until('connected', isState(second.state, 'ok'));
    const restored = [...(await second.state.all())].sort(
      (a, b) => Number(a.ledger.node.slice(5)) - Number(b.ledger.node.slice(5)),
    );
    reports[7] = someReport({ node: 'node-7', takenAtMs: 1_790_000_000_001 });
    expect(restored).toEqual(reports);
  });

  it('writes everything again into a Redis that came back empty', async () => {
    const server = await redisServer();
    const { state, healths } = await hotState(server.url);
    await until('connected', isState(state, 'ok'));
    await state.put(someReport());
    await server.kill();
    await until('lost', isState(state, 'degraded'));
    expect(state.health().reason).toContain('tried again by itself');
    await state.put(someReport({ node: 'node-b' }));
    await server.run();
    const eyes = client(server);
    await eyes.flushall();
    await until('back', isState(state, 'ok'));
    await until(
      'rewritten',
      async () => (await eyes.exists('memwarden:report:node-a', 'memwarden:report:node-b')) === 2,
    );
    expect(healths.map((health) => health.state)).toEqual(['ok', 'degraded', 'ok']);
  });

  it('is emptied without noticing, and every node is there again with its next report', async () => {
    const server = await redisServer();
    const { state } = await hotState(server.url);
    await until('connected', isState(state, 'ok'));
    await state.put(someReport());
    await client(server).flushall();
    expect(await state.all()).toEqual([]);
    await state.put(someReport({ takenAtMs: 2 }));
    expect(await state.all()).toEqual([someReport({ takenAtMs: 2 })]);
  });

  it('neither waits for a Redis that hangs nor grows meanwhile', async () => {
    const server = await redisServer();
    const { state } = await hotState(server.url);
    await until('connected', isState(state, 'ok'));
    server.freeze();
    const before = performance.now();
    await Promise.all(Array.from({ length: 5000 }, (_, i) => state.put(someReport({ takenAtMs: i }))));
    expect(performance.now() - before).toBeLessThan(4000);
    expect(state.health().state).toBe('degraded');
    server.thaw();
    await until('back', isState(state, 'ok'), 15_000);
    await until('newest', async () => (await state.all())[0]?.ledger.takenAtMs === 4999);
  });

  it('starts without Redis, and uses it when it comes', async () => {
    const server = await redisServer();
    await server.kill();
    const { state } = await hotState(server.url);
    expect(state.health().state).toBe('degraded');
    expect(await state.all()).toEqual([]);
    await state.put(someReport());
    await server.run();
    await until('connected', isState(state, 'ok'));
    await until('written', async () => (await state.all()).length === 1);
  });

  it('says why a full Redis is of no use, on one connection, and uses it when there is room', async () => {
    const server = await redisServer();
    const eyes = client(server);
    const { state, healths } = await hotState(server.url);
    await until('connected', isState(state, 'ok'));
    await eyes.config('SET', 'maxmemory', '1mb');
    const before = Number(/total_connections_received:(\d+)/.exec(await eyes.info('stats'))?.[1]);
    await state.put(someReport());
    await until('refused', isState(state, 'degraded'));
    expect(state.health().reason).toContain('OOM command not allowed');
    await state.put(someReport({ takenAtMs: 5 }));
    await eyes.config('SET', 'maxmemory', '0');
    await until('used', isState(state, 'ok'), 12_000);
    await until('written', async () => (await state.all())[0]?.ledger.takenAtMs === 5);
    expect(healths.map((health) => health.state)).toEqual(['ok', 'degraded', 'ok']);
    expect(Number(/total_connections_received:(\d+)/.exec(await eyes.info('stats'))?.[1])).toBe(before);
  });

  it('leaves what others put under its keys alone, and says so', async () => {
    const server = await redisServer();
    const eyes = client(server);
    await eyes.set('memwarden:nodes', 'not a set');
    const { state, healths } = await hotState(server.url);
    expect(state.health()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('WRONGTYPE') });
    expect(await state.all()).toEqual([]);
    expect(await eyes.get('memwarden:nodes')).toBe('not a set');
    await eyes.del('memwarden:nodes');
    await until('used', isState(state, 'ok'), 12_000);
    expect(healths.map((health) => health.state)).toEqual(['degraded', 'ok']);
  });

  it('leaves out what it cannot read, and forgets what expired', async () => {
    const server = await redisServer();
    const { state } = await hotState(server.url);
    await until('connected', isState(state, 'ok'));
    for (const node of ['node-a', 'node-b', 'node-c', 'node-d']) await state.put(someReport({ node }));
    const eyes = client(server);
    await eyes.set('memwarden:report:node-a', 'not a report');
    await eyes.set('memwarden:report:node-b', Buffer.concat([Buffer.of(1), Buffer.from('cut')]));
    await eyes.del('memwarden:report:node-c');
    expect((await state.all()).map((report) => report.ledger.node)).toEqual(['node-d']);
    expect(await eyes.sismember('memwarden:nodes', 'node-c')).toBe(0);
    expect(await eyes.ttl('memwarden:report:node-d')).toBeGreaterThan(86_000);
  });
});
