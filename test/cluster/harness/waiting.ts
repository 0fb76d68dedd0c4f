/*
 * Waiting for the world to become so, with a deadline and the last reason why it was not.
 */
import { setTimeout as passed } from 'node:timers/promises';
import { MemwardenError, Stalled } from '#contracts/errors';

/** Nobody waits any more. */
export class GivenUp extends MemwardenError {
  override readonly code = 'GivenUp';
}

export interface Patience {
  readonly seconds: number;
  /** Between two looks. */
  readonly everyMs?: number;
}

/**
 * @param look undefined: not yet. What it throws counts as "not yet", too, and is the cause when time is up; GivenUp ends it.
 * @throws {Stalled}
 */
export async function eventually<Value>(
  what: string,
  { seconds, everyMs = 100 }: Patience,
  look: () => Promise<Value | undefined> | Value | undefined,
): Promise<Value> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await lookOnce(look);
    if (seen.value !== undefined) return seen.value;
    if (performance.now() > deadline) {
      const why = seen.error instanceof Error ? ` ${seen.error.message}` : '';
      throw new Stalled(`Not within ${seconds} s: ${what}.${why}`, { cause: seen.error });
    }
    await passed(everyMs);
  }
}

interface Seen<Value> {
  readonly value?: Value | undefined;
  readonly error?: unknown;
}

async function lookOnce<Value>(
  look: () => Promise<Value | undefined> | Value | undefined,
): Promise<Seen<Value>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (error instanceof GivenUp) throw error;
    return { error };
  }
}
