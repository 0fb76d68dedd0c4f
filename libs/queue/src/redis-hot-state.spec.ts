import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ComponentHealth } from '#contracts/agent';
import { someReport } from '#testing';
import { RedisHotState, RedisTooOld } from './index.js';

const things: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of things.splice(0).reverse()) await end();
});

/** As much of Redis as is needed to say which version it is and to count writes. The real one is in test/integration. */
class FakeRedis {
  readonly commands: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly url: string;

  constructor(private readonly version: string) {
    const folder = mkdtempSync(join(tmpdir(), 'mw-fake-redis-'));
    this.url = `unix://${folder}/redis.sock`;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
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
    };
    socket.write(answers[name] ?? '+OK\r\n');
  }
}

function hotState(url: string) {
  const healths: ComponentHealth[] = [];
  let changed: () => void = () => undefined;
  const state = new RedisHotState({
    url,
    chance: () => 0,
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
    expect(fake.commands.filter((name) => name === 'set')).toHaveLength(2);
  });

  it('writes a burst of one node once or twice, not each time', async () => {
    const fake = await new FakeRedis('7.0.0').listen();
    const { state } = hotState(fake.url);
    await state.start();
    await Promise.all(Array.from({ length: 500 }, (_, i) => state.put(someReport({ takenAtMs: i }))));
    expect(fake.commands.filter((name) => name === 'set').length).toBeLessThanOrEqual(2);
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
    expect(fake.commands.filter((name) => name === 'set')).toHaveLength(3);
    expect(healths.map((health) => health.state)).toEqual(['ok', 'degraded', 'ok']);
  });
});
