/*
 * Connections to Redis. Reconnecting never ends and spreads its attempts; no two kinds of use share one.
 */
import { Redis } from 'ioredis';
import { InvalidValue } from '#contracts/errors';

const COMMAND_TIMEOUT_MS = 2000;
const CONNECT_TIMEOUT_MS = 2000;

/** Bounded: no command waits for a connection, every one has a deadline. @throws {InvalidValue} for a URL that is none */
export function redisClient(url: string, chance: () => number): Redis {
  return connect(url, {
    ...always(chance),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    autoResendUnfulfilledCommands: false,
  });
}

/**
 * As BullMQ needs it: commands wait for ever and are sent again. Who uses it sets deadlines of its own and sends nothing
 * while the connection is away. @throws {InvalidValue} for a URL that is none
 */
export function patientRedisClient(url: string, chance: () => number): Redis {
  return connect(url, { ...always(chance), maxRetriesPerRequest: null });
}

function always(chance: () => number) {
  return {
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt: number) => 50 + chance() * Math.min(5000, 100 * 2 ** Math.min(attempt, 10)),
  };
}

function connect(url: string, options: object): Redis {
  if (url.startsWith('unix:///')) return new Redis({ ...options, path: url.slice('unix://'.length) });
  if (/^rediss?:\/\/./.test(url)) return new Redis(url, options);
  throw new InvalidValue('The Redis URL must be unix:///path, redis://… or rediss://….');
}
