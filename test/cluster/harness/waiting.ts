/*
 * Waiting for the world to become so, with a deadline and the last reason why it was not.
 */
import { setTimeout as passed } from 'node:timers/promises';
import { Stalled } from '#contracts/errors';

export interface Patience {
  readonly seconds: number;
  /** Between two looks. */
  readonly everyMs?: number;
}

/**
 * @param look undefined: not yet. What it throws counts as "not yet", too, and is the cause when time is up.
 * @throws {Stalled}
 */
export async function eventually<Value>(
  what: string,
  { seconds, everyMs = 100 }: Patience,
  look: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  const deadline = performance.now() + seconds * 1000;
  for (let cause: unknown; ;) {
    try {
      const value = await look();
      if (value !== undefined) return value;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      const why = cause instanceof Error ? ` ${cause.message}` : '';
      throw new Stalled(`Not within ${seconds} s: ${what}.${why}`, { cause });
    }
    await passed(everyMs);
  }
}
