/*
 * BullMQ's priorities are whole numbers up to 2,097,152: here seconds of the virtual start since a base that all
 * controllers share. The base stands in Redis, and goes with the jobs when they go.
 */
import type { Redis } from 'ioredis';

const HIGHEST = 2 ** 21;
/** 17 days: then there is another base, a week before the numbers end. */
const OLD_SECONDS = 1_500_000;
/** What starts earlier than the base. */
const ROOM_SECONDS = 10_000;

export class PriorityBase {
  #seconds: Promise<number> | null = null;

  constructor(
    private readonly redis: Redis,
    private readonly key: string,
  ) {}

  async priority(startMs: number): Promise<number> {
    const seconds = Math.floor(startMs / 1000);
    this.#seconds ??= this.#read(seconds - ROOM_SECONDS);
    return Math.min(HIGHEST, Math.max(1, seconds - (await this.#seconds)));
  }

  /** Whether its numbers come to their end. */
  async isOld(nowMs: number): Promise<boolean> {
    return this.#seconds !== null && nowMs / 1000 - (await this.#seconds) > OLD_SECONDS;
  }

  /** Another base, for numbers from now on; those that were given out are too high then. */
  async renew(nowMs: number): Promise<void> {
    const seconds = Math.floor(nowMs / 1000) - ROOM_SECONDS;
    await this.redis.set(this.key, seconds);
    this.#seconds = Promise.resolve(seconds);
  }

  /** It may be another Redis now. */
  forget(): void {
    this.#seconds = null;
  }

  async #read(first: number): Promise<number> {
    try {
      await this.redis.set(this.key, first, 'NX');
      return Number(await this.redis.get(this.key));
    } catch (error) {
      this.#seconds = null;
      throw error;
    }
  }
}
