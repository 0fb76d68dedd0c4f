/*
 * The one scheduler. A step starts at start + n · period of the monotonic clock, never two at once; one that takes
 * longer than a period costs the ticks it ran over, and nothing is caught up. Wall time plays no part.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#contracts/clock';

/** The first start + n · period after `nowMs`. */
export function nextTick(startMs: number, periodMs: number, nowMs: number): number {
  return startMs + (Math.floor((nowMs - startMs) / periodMs) + 1) * periodMs;
}

export class Scheduler {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  /** @param step never rejects: it has its own place to say what went wrong */
  constructor(
    private readonly periodMs: number,
    private readonly clock: Clock,
    private readonly step: () => Promise<void>,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when the step under way is over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const startMs = this.clock.monotonicMs();
    while (!signal.aborted) {
      await this.step();
      const nowMs = this.clock.monotonicMs();
      const waitMs = nextTick(startMs, this.periodMs, nowMs) - nowMs;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined); // stopped
    }
  }
}
