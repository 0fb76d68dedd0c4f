/*
 * Waiting for a condition of another process, which cannot be subscribed to: asked again until it holds or time is up.
 */
import { setTimeout as wait } from 'node:timers/promises';

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 8000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not within ${deadlineMs} ms: ${what}`);
    await wait(10);
  }
}
