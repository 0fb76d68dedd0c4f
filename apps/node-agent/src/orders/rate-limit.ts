/*
 * At most so many acts in any minute. What the journal says was begun before a restart counts too.
 */
import type { Clock } from '#contracts/clock';

const MINUTE_MS = 60_000;

export class RateLimit {
  /** Monotonic times of acts of the last minute. */
  private begun: number[] = [];

  constructor(private readonly clock: Clock) {}

  /** `startedAtMs`: wall clock; a time in the future (the clock was set back) counts as now. */
  static since(startedAtMs: Iterable<number>, clock: Clock): RateLimit {
    const limit = new RateLimit(clock);
    for (const at of startedAtMs) {
      const ageMs = Math.max(0, clock.nowMs() - at);
      if (ageMs < MINUTE_MS) limit.begun.push(clock.monotonicMs() - ageMs);
    }
    return limit;
  }

  /** False: not now. */
  take(perMinute: number): boolean {
    const now = this.clock.monotonicMs();
    this.begun = this.begun.filter((at) => now - at < MINUTE_MS);
    if (this.begun.length >= perMinute) return false;
    this.begun.push(now);
    return true;
  }
}
