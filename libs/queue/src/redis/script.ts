/*
 * A Lua script that Redis runs in one piece. Sent whole only to a server that does not know it yet.
 */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

export class RedisScript {
  readonly #hash: string;

  constructor(private readonly lua: string) {
    // Redis names scripts by their SHA-1.
    this.#hash = createHash('sha1').update(lua).digest('hex');
  }

  async run(redis: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#hash, keys.length, ...keys, ...values);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Not known to this server; any other refusal comes again.
      return await redis.eval(this.lua, keys.length, ...keys, ...values);
    }
  }
}

/** Redis answered, and its answer is no. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
