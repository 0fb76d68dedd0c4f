/*
 * The bundled Redis, started with the settings and users that the chart renders: what controllers need works, and what
 * would empty or take over the server does not.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { objectsOf, render, type KubeObject } from './support/helm.js';

const READY_WITHIN_MS = 20_000;
const named = (kind: string): KubeObject & Record<string, Record<string, string>> =>
  objectsOf(render('defaults')).find(
    (object) => object.kind === kind && object.metadata.name === 'memwarden-redis',
  ) as KubeObject & Record<string, Record<string, string>>;

let folder: string;
let server: ChildProcess;
let port: number;
let password: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-redis-'));
  port = await freePort();
  const { stringData } = named('Secret');
  password = stringData?.['password'] ?? '';
  await writeFile(join(folder, 'users.acl'), stringData?.['users.acl'] ?? '');
  const settings = (named('ConfigMap')['data']?.['redis.conf'] ?? '')
    .replace('bind * -::*', 'bind 127.0.0.1')
    .replace('port 6379', `port ${port}`)
    .replace('dir /data', `dir ${folder}`)
    .replace('/etc/redis/acl', folder);
  await writeFile(join(folder, 'redis.conf'), settings);
  server = spawn('redis-server', [join(folder, 'redis.conf')], { stdio: 'ignore' });
  await ready();
}, 60_000);
afterAll(async () => {
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
  const { port } = probe.address() as AddressInfo;
  await new Promise((closed) => probe.close(closed));
  return port;
}

function client(username: string, secret: string): Redis {
  return new Redis({
    port,
    username,
    password: secret,
    lazyConnect: true,
    retryStrategy: () => null,
    enableReadyCheck: false,
    disconnectTimeout: 100,
  });
}

async function ready(): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await asking('memwarden', password, (redis) => redis.ping());
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await pause(50);
    }
  }
}

async function asking<T>(user: string, secret: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = client(user, secret);
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** What it says to who logs in so; the connection is closed then. */
async function refusal(user: string, secret: string): Promise<string> {
  const redis = client(user, secret);
  const heard: string[] = [];
  redis.on('error', (error: Error) => heard.push(error.message));
  await redis.connect().catch((error: unknown) => heard.push(String(error)));
  redis.disconnect();
  return heard.join('; ');
}

const said = async (command: string, ...args: readonly string[]): Promise<string> =>
  asking('memwarden', password, (redis) => redis.call(command, ...args)).then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe('the bundled Redis', () => {
  it.each([
    ['INFO', 'server'],
    ['CONFIG', 'GET', 'maxmemory-policy'],
    ['CLIENT', 'SETNAME', 'queue'],
    ['EVAL', "return redis.call('set', KEYS[1], 'v')", '1', 'k'],
    ['XADD', 'stream', '*', 'a', 'b'],
    ['BZPOPMIN', 'nothing', '0.01'],
    ['SUBSCRIBE', 'channel'],
    ['MULTI'],
    ['SCAN', '0'],
    ['WAIT', '0', '1'],
  ])('does %s %s for controllers', async (...command) => {
    const [name = '', ...args] = command;
    expect(await said(name, ...args)).toBe('done');
  });

  it.each([
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'],
    ['ACL', 'LIST'],
    ['DEBUG', 'SLEEP', '0'],
    ['REPLICAOF', 'example.com', '6379'],
    ['SHUTDOWN'],
    ['MODULE', 'LOAD', '/tmp/x.so'],
  ])('does no %s %s', async (...command) => {
    const [name = '', ...args] = command;
    expect(await said(name, ...args)).toMatch(/^NOPERM|command not allowed/);
  });

  it('never evicts, and lets nobody in without the password', async () => {
    const policy = await asking('memwarden', password, (redis) => redis.config('GET', 'maxmemory-policy'));
    expect(policy).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await refusal('memwarden', 'wrong')).toMatch(/WRONGPASS/);
    expect(await refusal('default', password)).toMatch(/WRONGPASS/);
  });
});
