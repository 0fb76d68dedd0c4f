import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidValue, MemwardenError } from '#contracts/errors';
import { checkRemote, redisUrl } from './remote.js';
import { parse } from './resp.js';

async function fakeRedis(
  answer: (said: string) => string,
): Promise<{ url: URL; said: () => string } & AsyncDisposable> {
  let heard = '';
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      socket.write(answer(heard));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`redis://user:p%40ss@127.0.0.1:${port}`),
    said: () => heard,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

describe('answers of Redis', () => {
  it('are the same however they were cut into packets', () => {
    const stream = `+PONG\r\n${bulk('redis_version:7.0.15\r\n')}-ERR no\r\n:5\r\n`;
    fc.assert(
      fc.property(fc.nat(stream.length), (cut) => {
        const first = parse(stream.slice(0, cut));
        expect(parse(stream).slice(0, first.length)).toEqual(first);
      }),
    );
    expect(parse(stream)).toEqual(['PONG', 'redis_version:7.0.15\r\n', '-ERR no', '5']);
  });
});

describe('a Redis that somebody else runs', () => {
  it('is greeted with the password of its address', async () => {
    await using redis = await fakeRedis(() => `+OK\r\n${bulk('redis_version:6.2.14\r\n')}`);
    expect((await checkRemote(redis.url)).name).toMatch(/\(6\.2\)$/u);
    expect(redis.said()).toContain('AUTH\r\n$4\r\nuser\r\n$4\r\np@ss');
  });

  it.each([
    ['is too old', `+OK\r\n${bulk('redis_version:5.0.7\r\n')}`, /older than 6\.2/u],
    ['refuses', '+OK\r\n-NOAUTH Authentication required.\r\n', /NOAUTH/u],
  ])('is not used when it %s', async (_what, answer, expected) => {
    await using redis = await fakeRedis(() => answer);
    await expect(checkRemote(redis.url)).rejects.toThrow(expected);
  });

  it('is not used when nobody listens', async () => {
    const redis = await fakeRedis(() => '');
    await redis[Symbol.asyncDispose]();
    await expect(checkRemote(redis.url)).rejects.toThrow(MemwardenError);
  });

  it.each(['localhost:6379', 'http://localhost', '', 'redis'])('has no address like %p', (text) => {
    expect(() => redisUrl(text)).toThrow(InvalidValue);
  });
});
