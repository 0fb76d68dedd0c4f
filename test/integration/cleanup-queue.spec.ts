/*
 * Cleanups' jobs in a real Redis: their order, and that none is lost or looked at twice at once.
 */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { QueuePriority } from '#contracts/cleanup';
import { systemClock, type Clock } from '#contracts/clock';
import { client, DONE, endAll, job, ready, redisServer, rig } from './support/queue-rig.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);
afterEach(endAll);

describe('the order', () => {
  it('is by priority, then first in, first out', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url, { concurrency: 1 }));
    const priorities: QueuePriority[] = ['Low', 'Normal', 'High', 'Critical'];
    for (const priority of priorities)
      for (let i = 0; i < 3; i += 1)
        expect(await made.queue.enqueue(job(`${priority}-${i}`, priority))).toBe('Added');
    expect(await made.queue.figures()).toEqual({ waiting: 12, delayed: 0, active: 0 });
    made.start();
    await until('all looked at', () => made.looked.length === 12);
    expect(made.looked).toEqual([...priorities].reverse().flatMap((p) => [`${p}-0`, `${p}-1`, `${p}-2`]));
    await until('gone', async () => Object.values(await made.queue.figures()).every((count) => count === 0));
  });
});

describe('the order, in time', () => {
  it('lets a low one overtake what comes two hours later: nothing starves', async () => {
    const { url } = await redisServer();
    const time = { ms: systemClock.nowMs() - 8_000_000 };
    const clock: Clock = { nowMs: () => time.ms, monotonicMs: () => time.ms };
    const made = await ready(rig(url, { clock, concurrency: 1 }));
    await made.queue.enqueue(job('low', 'Low'));
    time.ms += 7_100_000;
    await made.queue.enqueue(job('critical, earlier', 'Critical'));
    time.ms += 200_000;
    await made.queue.enqueue(job('critical, later', 'Critical'));
    made.start();
    await until('all', () => made.looked.length === 3);
    expect(made.looked).toEqual(['critical, earlier', 'low', 'critical, later']);
  });

  it('stays the same when the numbers of priorities come to their end', async () => {
    const { url } = await redisServer();
    const day = 86_400_000;
    const time = { ms: systemClock.nowMs() - 60 * day };
    const clock: Clock = { nowMs: () => time.ms, monotonicMs: () => time.ms };
    const made = await ready(rig(url, { clock, concurrency: 1 }));
    const names: string[] = [];
    for (let age = 0; age < 58; age += 2) {
      time.ms += 2 * day;
      names.push(`low ${age}`, `critical ${age}`);
      await made.queue.enqueue(job(`critical ${age}`, 'Critical', { notBeforeMs: time.ms + 3 * 3_600_000 }));
      await made.queue.enqueue(job(`low ${age}`, 'Low'));
      await made.queue.wake(`critical ${age}`);
    }
    expect(names).toHaveLength(58);
    // Woken, each critical one is before the low one of its day.
    const wanted = names.map((_, i) => names[i % 2 === 0 ? i + 1 : i - 1]);
    const eyes = client({ url });
    const highest = Number(
      (await eyes.zrevrange('memwarden:queue:cleanups:prioritized', 0, 0, 'WITHSCORES'))[1],
    );
    expect(highest / 2 ** 32).toBeLessThan(2 ** 21 - 1);
    made.start();
    await until('all', () => made.looked.length === names.length);
    expect(made.looked).toEqual(wanted);
  });

  it('keeps what is not due, without a worker, and wakes it on demand', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url, { concurrency: 1 }));
    made.start();
    await made.queue.enqueue(job('later', 'Critical', { notBeforeMs: systemClock.nowMs() + 3_600_000 }));
    await made.queue.enqueue(job('now', 'Low'));
    await until('the other', () => made.looked.length === 1);
    expect(made.looked).toEqual(['now']);
    await until('settled', async () => (await made.queue.figures()).active === 0);
    expect(await made.queue.figures()).toEqual({ waiting: 0, delayed: 1, active: 0 });
    await made.queue.wake('later');
    await made.queue.wake('nobody');
    await until('woken', () => made.looked.length === 2);
    expect(made.looked).toEqual(['now', 'later']);
  });

  it('looks again when it is told to, while others go on', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url, { concurrency: 1 }));
    let looks = 0;
    made.answer = async (name) => {
      if (name !== 'twice' || looks > 0) return DONE;
      looks += 1;
      return { kind: 'LookAgain', atMs: systemClock.nowMs() + 300 };
    };
    made.start();
    await made.queue.enqueue(job('twice', 'Critical'));
    await until('first look', () => looks === 1);
    await made.queue.enqueue(job('other', 'Low'));
    await until('all', () => made.looked.length === 3);
    expect(made.looked).toEqual(['twice', 'other', 'twice']);
  });

  it('looks again soon when it is told to', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    made.answer = async () =>
      made.looked.length === 6 ? DONE : { kind: 'LookAgain', atMs: systemClock.nowMs() + 30 };
    made.start();
    const before = performance.now();
    await made.queue.enqueue(job('a'));
    await until('all', () => made.looked.length === 6);
    // Five pauses; waiting in whole seconds would make them five seconds.
    expect(performance.now() - before).toBeLessThan(3000);
  });

  it('does not lose a wake that comes while it is being looked at', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    const begun = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    made.answer = async () => {
      if (made.looked.length > 1) return DONE;
      begun.resolve(undefined);
      await gate.promise;
      return { kind: 'LookAgain', atMs: systemClock.nowMs() + 3_600_000 };
    };
    made.start();
    await made.queue.enqueue(job('a'));
    await begun.promise;
    await made.queue.wake('a');
    gate.resolve(undefined);
    await until('looked at again', () => made.looked.length === 2);
    expect(made.looked).toEqual(['a', 'a']);
  });
});

describe('one target', () => {
  it('has one job; the same again is a duplicate, and with more urgency is raised', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url, { concurrency: 1 }));
    expect(await made.queue.enqueue(job('first', 'Normal'))).toBe('Added');
    expect(await made.queue.enqueue(job('raised', 'Low'))).toBe('Added');
    expect(await made.queue.enqueue(job('raised', 'Low'))).toBe('Duplicate');
    expect(await made.queue.enqueue(job('raised', 'Critical'))).toBe('Raised');
    expect(await made.queue.enqueue(job('raised', 'Normal'))).toBe('Duplicate');
    expect((await made.queue.figures()).waiting).toBe(2);
    made.start();
    await until('all', () => made.looked.length === 2);
    expect(made.looked).toEqual(['raised', 'first']);
  });

  it('is looked at for one of its cleanups at a time, and for each', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    let active = 0;
    let most = 0;
    made.answer = async () => {
      active += 1;
      most = Math.max(most, active);
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      return DONE;
    };
    const names = Array.from({ length: 10 }, (_, i) => `c${i}`);
    for (const name of names)
      expect(await made.queue.enqueue(job(name, 'High', { targetKey: 'T' }))).toBe('Added');
    expect((await made.queue.figures()).waiting).toBe(1);
    made.start();
    await until('all', () => made.looked.length === 10);
    expect(most).toBe(1);
    expect(new Set(made.looked)).toEqual(new Set(names));
  });

  it('keeps a cleanup that comes while the last one of it ends', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    const all = 400;
    made.answer = async () => {
      const next = made.looked.length;
      // At any moment of the end of this one: before it is settled, before its job is gone, after.
      const turns = next % 20;
      void (async () => {
        for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve));
        if (next < all) await made.queue.enqueue(job(`c${next}`, 'High', { targetKey: 'T' }));
      })();
      return DONE;
    };
    made.start();
    await made.queue.enqueue(job('c0', 'High', { targetKey: 'T' }));
    await until('each', () => made.looked.length === all, 20_000);
    expect(new Set(made.looked).size).toBe(all);
  });

  it('forgets a cleanup that is removed', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    await made.queue.enqueue(job('a'));
    await made.queue.enqueue(job('b'));
    await made.queue.remove('a');
    await made.queue.remove('a');
    made.start();
    await until('the other', () => made.looked.length === 1);
    await until('gone', async () => (await made.queue.figures()).active === 0);
    expect(made.looked).toEqual(['b']);
  });

  it('takes names as they are', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    const names = ['a b\n\u0000c', ':0:', '0', 'é'.repeat(2048), '{x}', ''];
    for (const name of names) await made.queue.enqueue(job(name, 'Low', { targetKey: name }));
    made.start();
    await until('all', () => made.looked.length === names.length);
    expect(new Set(made.looked)).toEqual(new Set(names));
  });
});

describe('a handler', () => {
  it('that fails is called again after a pause, and its failure is said', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    made.answer = async () => {
      if (made.looked.length < 2) throw new RangeError('the disk is full');
      return DONE;
    };
    made.start();
    await made.queue.enqueue(job('a'));
    await until('failed', () => made.queue.troubles().state === 'degraded');
    expect(made.queue.troubles().reason).toContain('the disk is full');
    expect(made.queue.health().state).toBe('ok');
    await until('again', () => made.looked.length === 2);
    await until('well', () => made.queue.troubles().state === 'ok');
  });

  it('is told to stop, and not waited for when it does not', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    let told = false;
    made.answer = (_name, signal) =>
      new Promise(() => signal.addEventListener('abort', () => (told = true), { once: true }));
    made.start();
    await made.queue.enqueue(job('a'));
    await until('begun', () => made.looked.length === 1);
    const before = performance.now();
    await made.queue[Symbol.asyncDispose]();
    expect(told).toBe(true);
    expect(performance.now() - before).toBeLessThan(2500);
    // What it was at is looked at by the next one.
    const next = await ready(rig(url));
    next.start();
    await until('looked at again', () => next.looked.length === 1, 15_000);
  });
});

describe('very many', () => {
  it('are taken up to a bound, with priorities kept, in bounded memory', async () => {
    const { url } = await redisServer();
    const made = await ready(rig(url));
    const before = process.memoryUsage().rss;
    const said = new Map<string, number>();
    for (let i = 0; i < 10_500; i += 250) {
      const some = Array.from({ length: 250 }, (_, k) => made.queue.enqueue(job(`c${i + k}`, 'Low')));
      for (const each of await Promise.all(some)) said.set(each, (said.get(each) ?? 0) + 1);
    }
    expect(Object.fromEntries(said)).toEqual({ Added: 10_000, Full: 500 });
    expect(await made.queue.figures()).toMatchObject({ waiting: 10_000 });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
    expect(await made.queue.enqueue(job('c7', 'Critical'))).toBe('Raised');
    made.start();
    await until('all', () => made.looked.length === 10_000, 40_000);
    expect(made.looked.indexOf('c7')).toBe(0);
    await until('gone', async () => Object.values(await made.queue.figures()).every((count) => count === 0));
    expect(await made.queue.enqueue(job('again'))).toBe('Added');
  });
});

describe('epochs', () => {
  it('grow, for each node by itself, beyond what its agent has obeyed, and after everything was lost', async () => {
    const server = await redisServer();
    const { queue } = await ready(rig(server.url));
    const { epochs } = queue;
    expect(await epochs.next('node-a', 0)).toBe(1);
    expect(await epochs.next('node-a', 0)).toBe(2);
    expect(await epochs.next('node-b', 0)).toBe(1);
    expect(await epochs.next('node-a', 41)).toBe(42);
    await client(server).flushall();
    expect(await epochs.next('node-a', 42)).toBe(43);
    const many = await Promise.all(Array.from({ length: 50 }, () => epochs.next('node-a', 0)));
    expect(many).toEqual(Array.from({ length: 50 }, (_, i) => 44 + i));
    expect(await epochs.next('node-a', 2 ** 52)).toBe(2 ** 52 + 1);
  });
});
