/*
 * Cleanups' jobs in a real Redis: their order, and that none is lost or driven twice at once whatever dies.
 */
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { ComponentHealth } from '#contracts/agent';
import type { CleanupJob, JobResult, QueuePriority } from '#contracts/cleanup';
import { systemClock, type Clock } from '#contracts/clock';
import { BullCleanupQueue } from '#queue';
import { RedisServer } from './support/redis.js';
import { until } from './support/until.js';

jest.setTimeout(60_000);

const things: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});

async function redisServer(): Promise<RedisServer> {
  const server = await RedisServer.start();
  things.push(server);
  return server;
}

/** A second pair of eyes. */
function client(server: RedisServer): Redis {
  const redis = new Redis(server.url.slice('unix://'.length));
  things.push({ [Symbol.asyncDispose]: async () => redis.disconnect() });
  return redis;
}

interface Rig {
  readonly queue: BullCleanupQueue;
  readonly healths: ComponentHealth[];
  readonly looked: string[];
  /** What each look says; Done unless set. */
  answer: (name: string, signal: AbortSignal) => Promise<JobResult>;
  readonly start: () => void;
  emptied: number;
}

const DONE: JobResult = { kind: 'Done' };

function rig(
  url: string,
  options: { clock?: Clock; concurrency?: number; known?: readonly CleanupJob[] } = {},
): Rig {
  const healths: ComponentHealth[] = [];
  const looked: string[] = [];
  const { known = [], ...rest } = options;
  const queue = new BullCleanupQueue({
    url,
    chance: () => 0,
    onHealth: (health) => healths.push(health),
    ...rest,
  });
  things.push(queue);
  const made: Rig = {
    queue,
    healths,
    looked,
    emptied: 0,
    answer: async () => DONE,
    start: () =>
      queue.start(async (name, signal) => {
        looked.push(name);
        return await made.answer(name, signal);
      }),
  };
  queue.onEmptied(() => {
    made.emptied += 1;
    void (async () => {
      for (const each of known) await queue.enqueue(each);
      await queue.rebuilt();
    })().catch(() => undefined);
  });
  return made;
}

const job = (name: string, priority: QueuePriority = 'Normal', more: Partial<CleanupJob> = {}): CleanupJob => ({
  name,
  targetKey: `target of ${name}`,
  priority,
  notBeforeMs: 0,
  ...more,
});

async function ready(made: Rig): Promise<Rig> {
  await until('ready', () => made.queue.health().state === 'ok');
  return made;
}

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
