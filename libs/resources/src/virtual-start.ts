/*
 * The order of everything that waits for its turn: by a virtual start time, which is when it began to wait plus what its
 * priority costs. First in, first out within one priority; a low one overtakes any critical that comes two hours later,
 * so nothing starves and nothing has to be swept.
 */
import type { QueuePriority } from '#contracts/cleanup';

/** Seconds behind a critical one of the same moment. */
const BEHIND: Readonly<Record<QueuePriority, number>> = { Critical: 0, High: 300, Normal: 1800, Low: 7200 };

export const PRIORITIES: readonly QueuePriority[] = ['Critical', 'High', 'Normal', 'Low'];

/** Of something that waits since, or not before, `sinceMs`; in the same clock's milliseconds. Lowest first. */
export function virtualStartMs(sinceMs: number, priority: QueuePriority): number {
  return sinceMs + BEHIND[priority] * 1000;
}
