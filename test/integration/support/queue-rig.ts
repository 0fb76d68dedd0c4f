/*
 * A queue under test: what it says of itself, what is looked at, and what those looks say. Everything that is started
 * here ends with endAll().
 */
import { Redis } from 'ioredis';
import type { ComponentHealth } from '#contracts/agent';
import type { CleanupJob, JobResult, QueuePriority } from '#contracts/cleanup';
import type { Clock } from '#contracts/clock';
import { BullCleanupQueue } from '#queue';
import { RedisServer } from './redis.js';
import { until } from './until.js';

const things: AsyncDisposable[] = [];

export async function endAll(): Promise<void> {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
}

export async function redisServer(): Promise<RedisServer> {
  const server = await RedisServer.start();
  things.push(server);
  return server;
}

/** A second pair of eyes. */
export function client(server: Pick<RedisServer, 'url'>): Redis {
  const redis = new Redis(server.url.slice('unix://'.length));
  things.push({ [Symbol.asyncDispose]: async () => redis.disconnect() });
  return redis;
}

export interface Rig {
  readonly queue: BullCleanupQueue;
  readonly healths: ComponentHealth[];
  readonly looked: string[];
  /** What each look says; Done unless set. */
  answer: (name: string, signal: AbortSignal) => Promise<JobResult>;
  readonly start: () => void;
  emptied: number;
}

export const DONE: JobResult = { kind: 'Done' };

export function rig(
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

export const job = (
  name: string,
  priority: QueuePriority = 'Normal',
  more: Partial<CleanupJob> = {},
): CleanupJob => ({
  name,
  targetKey: `target of ${name}`,
  priority,
  notBeforeMs: 0,
  ...more,
});

export async function ready(made: Rig): Promise<Rig> {
  await until('ready', () => made.queue.health().state === 'ok');
  return made;
}
