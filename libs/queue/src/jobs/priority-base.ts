/*
 * BullMQ's priorities are whole numbers up to 2,097,152: here seconds of the virtual start since a base that all
 * controllers share. The base stands in Redis, and goes with the jobs when they go.
 */
import type { Redis } from 'ioredis';

const HIGHEST = 2 ** 21;
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
