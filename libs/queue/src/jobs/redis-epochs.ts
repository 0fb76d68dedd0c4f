/*
 * Epochs of nodes' sessions in Redis: each is higher than every one that was handed out, and than what the agent has
 * obeyed, which survives a Redis that was emptied.
 */
import type { EpochSource } from '#contracts/order';
import { RedisScript } from '../redis/script.js';
import type { QueueConnection } from './queue-connection.js';

const NEXT = new RedisScript(`
local next = math.max(redis.call('INCR', KEYS[1]), tonumber(ARGV[1]) + 1)
redis.call('SET', KEYS[1], string.format('%.0f', next))
return string.format('%.0f', next)
`);

export class RedisEpochs implements EpochSource {
  constructor(
    private readonly connection: QueueConnection,
    private readonly prefix: string,
  ) {}

  /** @throws {Unavailable} */
  async next(node: string, atLeast: number): Promise<number> {
    const key = `${this.prefix}${node}`;
    return await this.connection.ask(async () =>
      Number(await NEXT.run(this.connection.redis, [key], [atLeast])),
    );
  }
}
