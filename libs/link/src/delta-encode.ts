/*
 * The difference of two states of a node, as a message.
 *   applyDelta(base, encodeDelta(base, next)) deep-equals next, for every base and next, null (nothing) included.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { DeviceLedger, Holder, NodePressure } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { deviceKinds, healthStates, qualities } from './wire-enums.js';
import { numbersToWire, rowToWire, sameButNumbers, sameNumbers } from './wire-row.js';

/** A state under its number. */
export interface Sequenced {
  readonly sequence: number;
  readonly report: NodeReport;
}

export function encodeDelta(base: Sequenced | null, next: Sequenced): wire.Report {
  const { ledger, agent, health } = next.report;
  const sameHealth = base !== null && healthEquals(base.report.health, health);
  return {
    sequence: next.sequence,
    baseSequence: base?.sequence ?? 0,
    takenAtMs: ledger.takenAtMs,
    pressure: pressureToWire(ledger.pressure),
    agent: { ...agent },
    health: sameHealth ? undefined : { items: health.map(healthToWire) },
    devices: devicesToWire(base?.report.ledger.devices ?? [], ledger.devices),
  };
}

function pressureToWire(pressure: NodePressure | null): wire.Pressure | undefined {
  if (pressure === null) return undefined;
  return { ...pressure, oomKills: pressure.oomKills ?? undefined };
}

function healthToWire(health: ComponentHealth): wire.ComponentHealth {
  return { component: health.component, state: healthStates.toWire(health.state), reason: health.reason };
}

function healthEquals(a: readonly ComponentHealth[], b: readonly ComponentHealth[]): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => x.component === b[i]?.component && x.state === b[i].state && x.reason === b[i].reason)
  );
}

function devicesToWire(base: readonly DeviceLedger[], next: readonly DeviceLedger[]): wire.DeviceDelta[] {
  const free = new Map(base.map((device, index) => [device.id, index]));
  return next.map((device) => {
    const index = free.get(device.id);
    free.delete(device.id);
    const rows = rowChanges((index === undefined ? undefined : base[index]?.holders) ?? [], device.holders);
    return { ...totalsToWire(device), baseIndex: index, ...rows };
  });
}

type Totals = Omit<wire.DeviceDelta, keyof RowChanges | 'baseIndex'>;

function totalsToWire(device: DeviceLedger): Totals {
  return {
    id: device.id,
    kind: deviceKinds.toWire(device.kind),
    parent: device.parent,
    name: device.name,
    totalBytes: device.totalBytes ?? undefined,
    usedBytes: device.usedBytes ?? undefined,
    reservedBytes: device.reservedBytes ?? undefined,
    unattributedBytes: device.unattributedBytes ?? undefined,
    errorBoundBytes: device.errorBoundBytes ?? undefined,
    unattributedKnown: device.unattributedKnown.map((known) => ({ ...known })),
    unknownHolders: device.unknownHolders,
    quality: qualities.toWire(device.quality),
  };
}

type RowChanges = Pick<wire.DeviceDelta, 'removed' | 'changed' | 'replaced' | 'added' | 'order'>;

function rowChanges(base: readonly Holder[], next: readonly Holder[]): RowChanges {
  const from = matchRows(base, next);
  const changes: RowChanges = { removed: [], changed: [], replaced: [], added: [], order: [] };
  next.forEach((row, place) => {
    const index = from[place] ?? ADDED;
    const before = index === ADDED ? undefined : base[index];
    if (before === undefined) changes.added.push(rowToWire(row));
    else if (before !== row) addChange(changes, { before, row, index });
  });
  changes.removed = missingOf(base.length, from);
  if (!isInOrder(from)) changes.order = orderOf(base.length, from);
  return changes;
}

function addChange(
  changes: RowChanges,
  { before, row, index }: { readonly before: Holder; readonly row: Holder; readonly index: number },
): void {
  if (!sameButNumbers(before, row)) changes.replaced.push({ baseIndex: index, row: rowToWire(row) });
  else if (!sameNumbers(before, row)) changes.changed.push(numbersToWire(row, index));
}

const ADDED = -1;

/** For each row of next its position in base, or ADDED. No position twice. Most rows stand where they stood: no map then. */
function matchRows(base: readonly Holder[], next: readonly Holder[]): Int32Array {
  const from = new Int32Array(next.length).fill(ADDED);
  let cursor = 0;
  while (cursor < next.length && base[cursor]?.id === next[cursor]?.id) {
    from[cursor] = cursor;
    cursor += 1;
  }
  if (cursor === next.length) return from;
  const free = new Map<string, number>();
  for (let i = cursor; i < base.length; i += 1) {
    const row = base[i];
    if (row !== undefined) free.set(row.id, i);
  }
  for (let place = cursor; place < next.length; place += 1) {
    const id = next[place]?.id ?? '';
    from[place] = free.get(id) ?? ADDED;
    free.delete(id);
  }
  return from;
}

function missingOf(count: number, from: Int32Array): number[] {
  const stays = new Uint8Array(count);
  for (const index of from) if (index !== ADDED) stays[index] = 1;
  const missing: number[] = [];
  for (let i = 0; i < count; i += 1) if (stays[i] === 0) missing.push(i);
  return missing;
}

/** Rows that stay come in the base's order, and before the added ones. */
function isInOrder(from: Int32Array): boolean {
  let last = -1;
  for (const index of from) {
    const rank = index === ADDED ? Infinity : index;
    if (rank < last) return false;
    last = rank;
  }
  return true;
}

function orderOf(count: number, from: Int32Array): number[] {
  const kept = new Uint8Array(count);
  for (const index of from) if (index !== ADDED) kept[index] = 1;
  const rank = new Uint32Array(count);
  let stays = 0;
  for (let i = 0; i < count; i += 1) {
    rank[i] = stays;
    stays += kept[i] ?? 0;
  }
  let added = stays;
  return Array.from(from, (index) => (index === ADDED ? added++ : (rank[index] ?? 0)));
}
