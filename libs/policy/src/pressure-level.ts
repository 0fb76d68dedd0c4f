/*
 * How hard pressed a node is: from the share of its memory that cannot be reclaimed and from PSI, the worse of both.
 * A level is left five points below where it was reached. README.md has the table of what each level does: it raises
 * the priority of what waits in the queue, and never passes a window, a budget or a protection.
 */
import type { QueuePriority } from '#contracts/cleanup';
import type { DeviceLedger, NodeLedger } from '#contracts/ledger';
import { hostDevice } from './host-memory.js';

export type PressureLevel = 'Normal' | 'Elevated' | 'High' | 'Critical';

interface Mark {
  readonly level: PressureLevel;
  /** Percent of MemTotal that cannot be reclaimed. */
  readonly held: number;
  /** PSI some, avg10. */
  readonly stalled: number;
  readonly atLeast: QueuePriority;
}

/** Worst first. */
const MARKS: readonly Mark[] = [
  { level: 'Critical', held: 95, stalled: 40, atLeast: 'Critical' },
  { level: 'High', held: 90, stalled: 20, atLeast: 'High' },
  { level: 'Elevated', held: 80, stalled: 10, atLeast: 'Normal' },
  { level: 'Normal', held: -Infinity, stalled: -Infinity, atLeast: 'Low' },
];
const HYSTERESIS = 5;
const RANK: readonly QueuePriority[] = ['Critical', 'High', 'Normal', 'Low'];

/** Null: the first ledger. One that cannot say keeps the previous level. */
export function pressureLevel(previous: PressureLevel | null, ledger: NodeLedger): PressureLevel {
  const host = hostDevice(ledger.devices);
  const held = host === null ? null : heldPercent(host);
  const stalled = ledger.pressure?.someAvg10 ?? null;
  if (held === null && stalled === null) return previous ?? 'Normal';
  const isReached = (mark: Mark, slack: number): boolean =>
    (held ?? -Infinity) >= mark.held - slack || (stalled ?? -Infinity) >= mark.stalled - slack;
  const found = MARKS.find((mark, rank) => isReached(mark, rank >= rankOf(previous) ? HYSTERESIS : 0));
  return found?.level ?? 'Normal';
}

/** What a cleanup of this node is queued with: the policy's priority, raised by the node's level. */
export function raisedPriority(priority: QueuePriority, level: PressureLevel): QueuePriority {
  const atLeast = MARKS.find((mark) => mark.level === level)?.atLeast ?? priority;
  return RANK.indexOf(atLeast) < RANK.indexOf(priority) ? atLeast : priority;
}

/** Everything in use but page cache: what is reserved or unattributed cannot be reclaimed either. */
function heldPercent({ totalBytes, usedBytes, holders }: DeviceLedger): number | null {
  if (totalBytes === null || usedBytes === null || totalBytes === 0) return null;
  let file = 0;
  for (const row of holders) if (row.within === undefined) file += row.parts?.file ?? 0;
  return ((usedBytes - file) * 100) / totalBytes;
}

/** Past the end for no level: then no mark is easier to reach. */
function rankOf(level: PressureLevel | null): number {
  return level === null ? MARKS.length : MARKS.findIndex((mark) => mark.level === level);
}
