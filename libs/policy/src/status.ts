/*
 * What policies' status and the page are told. Placeholder of the signatures; see README.md.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicyStatus } from '#api';
import type { QueuePriority } from '#contracts/cleanup';
import { BrokenInvariant } from '#contracts/errors';
import type { NodeLedger } from '#contracts/ledger';
import type { Mode, ModeLevel } from '#contracts/mode';

/** The least of all levels, and the level that says so (the first of the least); null: nobody restricts. */
export function effectiveMode(_levels: readonly ModeLevel[]): {
  readonly mode: Mode;
  readonly by: ModeLevel | null;
} {
  throw new BrokenInvariant('effectiveMode is not written yet.');
}

export type LastDay = NonNullable<MemoryPolicyStatus['lastDay']>;

/** Of the last 24 hours by policy name. A policy that did nothing is not in it. */
export function lastDay(
  _cleanups: readonly MemoryCleanup[],
  _findings: readonly MemoryFinding[],
  _nowMs: number,
): ReadonlyMap<string, LastDay> {
  throw new BrokenInvariant('lastDay is not written yet.');
}

export type PressureLevel = 'Normal' | 'Elevated' | 'High' | 'Critical';

/** Of the node, with hysteresis. Null before the first; a ledger that cannot say keeps the previous one. */
export function pressureLevel(_previous: PressureLevel | null, _ledger: NodeLedger): PressureLevel {
  throw new BrokenInvariant('pressureLevel is not written yet.');
}

/** What a cleanup of this node is queued with: the policy's priority, raised by the node's level. */
export function raisedPriority(_priority: QueuePriority, _level: PressureLevel): QueuePriority {
  throw new BrokenInvariant('raisedPriority is not written yet.');
}
