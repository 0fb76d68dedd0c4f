/*
 * The connection to Redis. Bounded: no command waits for a connection, every one has a deadline, reconnecting never ends.
 */
import { Redis } from 'ioredis';
import { InvalidValue } from '#contracts/errors';

const COMMAND_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 2000;

/** @throws {InvalidValue} for a URL that is none */
export function redisClient(url: string, chance: () => number): Redis {
  const options = {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt: number) => 50 + chance() * Math.min(5000, 100 * 2 ** Math.min(attempt, 10)),
  };
  if (url.startsWith('unix:///')) return new Redis({ ...options, path: url.slice('unix://'.length) });
  if (/^rediss?:\/\/./.test(url)) return new Redis(url, options);
  throw new InvalidValue('The Redis URL must be unix:///path, redis://… or rediss://….');
}
