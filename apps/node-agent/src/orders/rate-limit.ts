/*
 * At most so many acts in any minute. What the journal says was begun before a restart counts too.
 */
const MINUTE_MS = 60_000;

export class RateLimit {
  /** Monotonic times of acts of the last minute. */
  private begun: number[] = [];

  /** Acts by wall clock; one in the future (the clock was set back) counts as just begun. */
  seed(startedAtMs: Iterable<number>, nowMs: number, monotonicMs: number): void {
    for (const at of startedAtMs) {
      const age = Math.max(0, nowMs - at);
      if (age < MINUTE_MS) this.begun.push(monotonicMs - age);
    }
    this.begun.sort((a, b) => a - b);
  }

  /** False: not now. */
  take(perMinute: number, monotonicMs: number): boolean {
    this.begun = this.begun.filter((at) => monotonicMs - at < MINUTE_MS);
    if (this.begun.length >= perMinute) return false;
    this.begun.push(monotonicMs);
    return true;
  }
}
