/*
 * Long computations that give the event loop back every few milliseconds.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '#contracts/clock';

const SLICE_MS = 4;

export async function inSlices<T>(steps: Generator<void, T, void>, clock: Clock): Promise<T> {
  let sliceStart = clock.monotonicMs();
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() - sliceStart < SLICE_MS) continue;
    await nextTurn();
    sliceStart = clock.monotonicMs();
  }
}
