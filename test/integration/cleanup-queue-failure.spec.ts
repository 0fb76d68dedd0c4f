/*
 * Cleanups' jobs when Redis dies, hangs, is emptied or changes, and when those who work on them are killed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '#contracts/clock';
import { bundleSource } from '../../libs/testing/bundle-source.mjs';
import { client, DONE, endAll, job, ready, redisServer, rig, type Rig } from './support/queue-rig.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);
afterEach(endAll);

describe('a Redis that', () => {
  const known = [job('a'), job('b', 'Low', { notBeforeMs: systemClock.nowMs() + 3_600_000 })];
  /** Connected, filled and in use. */
  async function used(more: { concurrency?: number } = {}) {
    const server = await redisServer();
    const made = await ready(rig(server.url, { known, ...more }));
    return { server, made };
  }
  const state = (made: Rig) => () => made.queue.health().state;
  const isOk = (made: Rig) => () => state(made)() === 'ok';
  const isNotOk = (made: Rig) => () => state(made)() !== 'ok';

  it('was never there holds nothing up, and is filled when it comes', async () => {
    const server = await redisServer();
    await server.kill();
    const made = rig(server.url, { known });
    made.start();
    await expect(made.queue.enqueue(job('x'))).rejects.toThrow('not reached yet');
    await expect(made.queue.epochs.next('node-a', 0)).rejects.toThrow();
    expect(made.queue.health()).toMatchObject({ component: 'queue', state: 'degraded' });
    await server.run();
    await until('ok', isOk(made));
    await until('looked at', () => made.looked.includes('a'));
    expect(made.emptied).toBe(1);
  });

  it('is killed and comes back with its files keeps its jobs, and acts go on', async () => {
    const { server, made } = await used();
    await server.kill();
    await until('lost', isNotOk(made));
    expect(made.queue.health().reason).toContain('no cleanup is done');
    const before = performance.now();
    await expect(made.queue.enqueue(job('x'))).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(100);
    await server.run();
    await until('ok', isOk(made), 12_000);
    // Asked for everything again, which changes nothing.
    await until('asked', () => made.emptied === 2);
    expect(await made.queue.figures()).toEqual({ waiting: 1, delayed: 1, active: 0 });
    made.start();
    await until('looked at', () => made.looked.length === 1);
    expect(made.looked).toEqual(['a']);
  });

  it('comes back without its files is filled again before anything is done', async () => {
    const { server, made } = await used();
    await rm(join(server.folder, 'appendonlydir'), { recursive: true });
    await server.kill();
    await until('lost', isNotOk(made));
    await server.run();
    await until('ok', isOk(made), 12_000);
    expect(made.healths.map((each) => each.reason?.split(';')[0])).toContain(
      'Redis is empty and is being filled again',
    );
    expect(made.emptied).toBe(2);
    expect(await made.queue.figures()).toEqual({ waiting: 1, delayed: 1, active: 0 });
  });

  it('is emptied while it is used is noticed and filled again', async () => {
    const { server, made } = await used();
    made.start();
    await until('looked at', () => made.looked.length === 1);
    await client(server).flushall();
    await until('noticed', () => made.emptied === 2);
    await until('ok', isOk(made));
    await until('there', async () => (await made.queue.figures()).delayed === 1);
    await until('looked at again', () => made.looked.length === 2);
    expect(made.looked).toEqual(['a', 'a']);
  });

  it('is emptied in the middle of a look loses nothing', async () => {
    const { server, made } = await used();
    const gate = Promise.withResolvers<undefined>();
    made.answer = async () => {
      if (made.looked.length > 1) return DONE;
      await gate.promise;
      return { kind: 'LookAgain', atMs: systemClock.nowMs() + 50 };
    };
    made.start();
    await until('begun', () => made.looked.length === 1);
    await client(server).flushall();
    gate.resolve(undefined);
    await until('noticed', () => made.emptied === 2);
    await until('looked at again', () => made.looked.length === 2, 15_000);
    expect(made.looked).toEqual(['a', 'a']);
  });

  it('hangs makes nobody wait long, and is used again', async () => {
    const { server, made } = await used();
    server.freeze();
    const before = performance.now();
    await expect(made.queue.enqueue(job('x'))).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(3000);
    await until('noticed', isNotOk(made));
    await expect(made.queue.enqueue(job('y'))).rejects.toThrow();
    await expect(made.queue.epochs.next('node-a', 1)).rejects.toThrow();
    server.thaw();
    await until('ok', isOk(made), 15_000);
    made.start();
    await until('looked at', () => made.looked.includes('a'));
  });

  it('may evict is not relied on until it may not', async () => {
    const { server, made } = await used();
    const eyes = client(server);
    await eyes.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await until('noticed', isNotOk(made));
    expect(made.queue.health().reason).toContain('set it to noeviction');
    await expect(made.queue.enqueue(job('x'))).rejects.toThrow('noeviction');
    await eyes.config('SET', 'maxmemory-policy', 'noeviction');
    await until('ok', isOk(made));
    expect(await made.queue.enqueue(job('x'))).toBe('Added');
  });

  it('is a replica, or full, is not relied on either', async () => {
    const { server, made } = await used();
    const eyes = client(server);
    await eyes.replicaof('127.0.0.1', '1');
    await until('noticed', isNotOk(made));
    expect(made.queue.health().reason).toContain("name the primary's URL");
    await eyes.replicaof('NO', 'ONE');
    await until('ok', isOk(made));
    await eyes.config('SET', 'maxmemory', '1');
    await until('full', isNotOk(made));
    expect(made.queue.health().reason).toContain('Redis refuses (OOM');
    await eyes.config('SET', 'maxmemory', '0');
    await until('ok', isOk(made));
  });

  it('is away is looked for, and not stormed', async () => {
    const { server, made } = await used();
    await server.kill();
    await until('lost', isNotOk(made));
    let attempts = 0;
    const door = createServer((socket) => {
      attempts += 1;
      socket.on('error', () => undefined);
      socket.destroy();
    });
    await rm(server.url.slice('unix://'.length), { force: true });
    door.listen(server.url.slice('unix://'.length));
    await once(door, 'listening');
    await new Promise((resolve) => setTimeout(resolve, 2000));
    door.close();
    await once(door, 'close');
    expect(attempts).toBeGreaterThan(0);
    expect(attempts).toBeLessThan(100);
    await server.run();
    await until('ok', isOk(made), 15_000);
  });
});

describe('a worker', () => {
  it('that is killed again and again loses no cleanup and drives none twice at once', async () => {
    const server = await redisServer();
    const made = await ready(rig(server.url));
    const names = Array.from({ length: 200 }, (_, i) => `c${i}`);
    await Promise.all(names.map((name) => made.queue.enqueue(job(name))));
    const journal = join(server.folder, 'journal');
    const program = await bundleSource(
      'test/integration/support/queue-worker.ts',
      'build/test/queue-worker.mjs',
    );
    const done = async () =>
      new Set((await readFile(journal, 'utf8').catch(() => '')).match(/^end .*$/gm) ?? []);
    for (let kills = 0; (await done()).size < names.length; kills += 1) {
      expect(kills).toBeLessThan(60);
      const worker = spawn(process.execPath, [program, server.url, journal], { stdio: 'inherit' });
      const before = (await done()).size;
      await until(
        'some more',
        async () => (await done()).size >= Math.min(names.length, before + 30),
        20_000,
      );
      worker.kill('SIGKILL');
      await once(worker, 'exit');
    }
    expect((await done()).size).toBe(names.length);
    const lines = (await readFile(journal, 'utf8')).split('\n');
    const ends = lines.filter((line) => line.startsWith('end '));
    // Twice only what was over when its worker was killed before it could say so: at most as many as it had at once.
    expect(ends.length - new Set(ends).size).toBeLessThanOrEqual(16 * 7);
  });
});
