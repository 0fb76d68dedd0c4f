import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ComponentHealth } from '#contracts/agent';
import { someReport } from '#testing';
import { RedisHotState, RedisTooOld } from '../index.js';

/** Each connection is tried with one write. */
const PROBES = 1;

const things: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of things.splice(0).reverse()) await end();
});

/** As much of Redis as is needed to say which version it is and to count writes. The real one is in test/integration. */
class FakeRedis {
  readonly commands: string[] = [];
  readonly refuses = new Set<string>();
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly url: string;

  constructor(private readonly version: string) {
    const folder = mkdtempSync(join(tmpdir(), 'mw-fake-redis-'));
    this.url = `unix://${folder}/redis.sock`;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      this.connections += 1;
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        // Each command is an array of bulk strings (RESP2); its name comes first.
        for (const [, name = ''] of data.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n([a-zA-Z]+)\r\n/g))
          this.#answer(socket, name.toLowerCase());
      });
    });
    things.push(() => {
      this.cut();
      this.#server.close();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(this.url.slice('unix://'.length));
    await once(this.#server, 'listening');
    return this;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #answer(socket: Socket, name: string): void {
    this.commands.push(name);
    const info = `redis_version:${this.version}\r\nloading:0\r\n`;
    const answers: Record<string, string> = {
      hello: '%1\r\n$5\r\nproto\r\n:3\r\n',
      info: `$${info.length}\r\n${info}\r\n`,
      sadd: ':1\r\n',
      smembers: '*0\r\n',
      scard: ':0\r\n',
    };
    const refused = this.refuses.has(name)
      ? "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
      : null;
    socket.write(refused ?? answers[name] ?? '+OK\r\n');
  }
}

function hotState(url: string, refusedPauseMs = 20) {
  const healths: ComponentHealth[] = [];
  let changed: () => void = () => undefined;
  const state = new RedisHotState({
    url,
    chance: () => 0,
    refusedPauseMs,
    onHealth: (health) => {
      healths.push(health);
      changed();
    },
  });
  things.push(() => state[Symbol.asyncDispose]());
  const untilHealth = async (wanted: string) => {
    while (state.health().state !== wanted) await new Promise<void>((resolve) => (changed = resolve));
  };
  return { state, healths, untilHealth };
}

describe('RedisHotState', () => {
  it('refuses a Redis that is too old, naming both versions', async () => {
    const { url } = await new FakeRedis('6.0.16').listen();
    const { state } = hotState(url);
    await expect(state.start()).rejects.toThrow(RedisTooOld);
    expect(state.health()).toEqual({
      component: 'redis',
      state: 'failed',
      reason: 'Redis 6.0 is too old; Memwarden needs 6.2 or newer.',
    });
  });

  it.each(['6.2.14', '7.0.15', '10.0.0'])('takes %s', async (version) => {
    const { url } = await new FakeRedis(version).listen();
    const { state } = hotState(url);
    await state.start();
    expect(state.health().state).toBe('ok');
    expect(await state.all()).toEqual([]);
  });

  it('starts without Redis, degraded, and loses nothing that it was given', async () => {
    const fake = new FakeRedis('7.0.0');
    const { state, untilHealth } = hotState(fake.url);
    await state.start();
    expect(state.health().state).toBe('degraded');
    await state.put(someReport());
    await fake.listen();
    await untilHealth('ok');
    await state.put(someReport({ node: 'node-b' }));
    expect(fake.commands.filter((name) => name === 'set')).toHaveLength(2 + PROBES);
  });

  it('writes a burst of one node once or twice, not each time', async () => {
    const fake = await new FakeRedis('7.0.0').listen();
    const { state } = hotState(fake.url);
    await state.start();
    await Promise.all(Array.from({ length: 500 }, (_, i) => state.put(someReport({ takenAtMs: i }))));
    expect(fake.commands.filter((name) => name === 'set').length).toBeLessThanOrEqual(2 + PROBES);
  });

  it('writes everything again after a lost connection', async () => {
    const fake = await new FakeRedis('7.0.0').listen();
    const { state, healths, untilHealth } = hotState(fake.url);
    await state.start();
    await state.put(someReport());
    fake.cut();
    await untilHealth('degraded');
    await untilHealth('ok');
    await state.put(someReport({ node: 'node-b' }));
    expect(fake.commands.filter((name) => name === 'set')).toHaveLength(3 + 2 * PROBES);
    expect(healths.map((health) => health.state)).toEqual(['ok', 'degraded', 'ok']);
  });

  it.each(['set', 'scard'])(
    'keeps the connection to a Redis that refuses %s, says why, and once',
    async (name) => {
      const fake = await new FakeRedis('7.0.0').listen();
      const { state, healths, untilHealth } = hotState(fake.url);
      fake.refuses.add(name);
      await state.start();
      await state.put(someReport());
      const asked = fake.commands.length;
      // Asked again and again, and not at once: a few pauses of 20 ms.
      for (let i = 0; i < 200 && fake.commands.length < asked + 9; i += 1) await pause(5);
      expect(fake.commands.length).toBeGreaterThanOrEqual(asked + 9);
      expect(state.health().reason).toContain('Redis refuses (OOM command not allowed');
      expect(fake.connections).toBe(1);
      fake.refuses.delete(name);
      await untilHealth('ok');
      await state.put(someReport({ node: 'node-b' }));
      expect(healths.map((health) => health.state)).toEqual(['degraded', 'ok']);
      expect(fake.commands.filter((command) => command === 'sadd').length).toBeGreaterThan(0);
    },
  );

  it('says that it refuses, not that it is lost, when a write is refused', async () => {
    const fake = await new FakeRedis('7.0.0').listen();
    const { state, untilHealth } = hotState(fake.url, 3_600_000);
    await state.start();
    fake.refuses.add('sadd');
    await state.put(someReport());
    await untilHealth('degraded');
    expect(state.health().reason).toMatch(/^Redis refuses \(OOM/);
    expect(fake.connections).toBe(1);
  });

  it('tells each time that it can be read again', async () => {
    const fake = new FakeRedis('7.0.0');
    const { state, untilHealth } = hotState(fake.url);
    let told = 0;
    state.onReadable(() => (told += 1));
    await state.start();
    expect(told).toBe(0);
    await fake.listen();
    await untilHealth('ok');
    expect(told).toBe(1);
    fake.cut();
    await untilHealth('degraded');
    await untilHealth('ok');
    expect(told).toBe(2);
  });
});
