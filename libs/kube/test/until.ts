/*
 * Waits for what another process does, of which nothing else tells.
 */
import { setTimeout as pause } from 'node:timers/promises';

export async function until(isSo: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline)
      throw new Error(`It is not so after ${withinMs} ms: ${isSo.toString()}`);
    await pause(20);
  }
}
