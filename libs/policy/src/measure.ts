/*
 * What a target holds, before and after an act: the same bytes that the finding is about.
 */
import { parseQuantity, rfc3339, type LadderStep, type Measurement, type Target } from '#api';
import type { NodeLedger } from '#contracts/ledger';
import { hostDevice, HostMemory } from './host-memory.js';

/**
 * Null: nobody can say now. TargetGone: the ledger is of another boot, or complete and without the target.
 * Host memory that cannot be reclaimed.
 */
export function measure(ledger: NodeLedger, target: Target): Measurement | 'TargetGone' | null {
  if (ledger.bootId !== target.bootID) return 'TargetGone';
  const host = target.device === 'host' ? hostDevice(ledger.devices) : null;
  if (host === null) return null;
  const row = host.holders.find(({ id }) => id === target.holder);
  if (row === undefined) return host.unknownHolders === 0 ? 'TargetGone' : null;
  const held = new HostMemory(host).held(row);
  return held === null ? null : { ...held, takenAt: rfc3339(ledger.takenAtMs) };
}

export function verdictOf(
  before: Measurement,
  after: Measurement,
  minFreed: LadderStep['minFreed'],
): 'Freed' | 'Ineffective' | 'Unknown' {
  if (before.bytes === null || after.bytes === null) return 'Unknown';
  return before.bytes - after.bytes >= parseQuantity(minFreed) ? 'Freed' : 'Ineffective';
}
