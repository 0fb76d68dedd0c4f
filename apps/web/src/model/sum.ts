/*
 * The printed sum: groups + deleted cgroups + reserved + unattributed = used.
 * Always holds: the terms add up to the used bytes exactly; the last two stay signed and are never left out.
 */
import type { DeviceLedger } from '#contracts/ledger';
import { DELETED, type Group, type Tone } from './groups.js';

export interface Term {
  readonly name: string;
  readonly bytes: number;
  readonly look: Tone | 'deleted' | 'reserved' | 'unattributed';
}

/** Null where the device's use is unknown: then nothing adds up to it. */
export function sumTerms(device: DeviceLedger, groups: readonly Group[]): readonly Term[] | null {
  if (device.usedBytes === null || device.reservedBytes === null || device.unattributedBytes === null)
    return null;
  const hued = groups.filter((group) => group.tone !== 'system');
  const deleted = groups.filter((group) => group.name === DELETED);
  const rest = groups.filter((group) => group.tone === 'system' && group.name !== DELETED);
  return [
    ...hued.map((group) => ({ name: group.name, bytes: group.bytes, look: group.tone })),
    ...together(rest),
    ...deleted.map((group) => ({ name: group.name, bytes: group.bytes, look: 'deleted' as const })),
    { name: 'reserved', bytes: device.reservedBytes, look: 'reserved' },
    { name: 'unattributed', bytes: device.unattributedBytes, look: 'unattributed' },
  ];
}

function together(groups: readonly Group[]): Term[] {
  const [first] = groups;
  if (first === undefined) return [];
  const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
  const name = groups.length === 1 ? first.name : `${groups.length} others`;
  return [{ name, bytes, look: 'system' }];
}
