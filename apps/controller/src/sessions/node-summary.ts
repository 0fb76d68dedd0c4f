/*
 * One small row per node, made when its report comes, so that looking at thousands of nodes walks no ledger.
 */
import type { DeviceKind, DeviceLedger } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';

/** Sums over the devices of one kind whose use is known. */
export interface KindTotals {
  readonly devices: number;
  /** Devices whose use is unknown; the sums leave them out. */
  readonly unknownDevices: number;
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly reservedBytes: number;
  readonly unattributedBytes: number;
}

export interface NodeSummary {
  readonly kinds: ReadonlyMap<DeviceKind, KindTotals>;
  /** Bytes of rows that name a namespace, by kind of device. */
  readonly namespaces: ReadonlyMap<string, ReadonlyMap<DeviceKind, number>>;
}

export const NO_TOTALS: KindTotals = {
  devices: 0,
  unknownDevices: 0,
  totalBytes: 0,
  usedBytes: 0,
  reservedBytes: 0,
  unattributedBytes: 0,
};

export function addTotals(a: KindTotals, b: KindTotals): KindTotals {
  return {
    devices: a.devices + b.devices,
    unknownDevices: a.unknownDevices + b.unknownDevices,
    totalBytes: a.totalBytes + b.totalBytes,
    usedBytes: a.usedBytes + b.usedBytes,
    reservedBytes: a.reservedBytes + b.reservedBytes,
    unattributedBytes: a.unattributedBytes + b.unattributedBytes,
  };
}

export function summarize({ ledger }: NodeReport): NodeSummary {
  const kinds = new Map<DeviceKind, KindTotals>();
  const namespaces = new Map<string, Map<DeviceKind, number>>();
  for (const device of ledger.devices) {
    // A MIG instance is inside its parent's sums already.
    if (device.parent !== undefined) continue;
    kinds.set(device.kind, addTotals(kinds.get(device.kind) ?? NO_TOTALS, totalsOf(device)));
    addNamespaces(namespaces, device);
  }
  return { kinds, namespaces };
}

function totalsOf({ totalBytes, usedBytes, reservedBytes, unattributedBytes }: DeviceLedger): KindTotals {
  if (totalBytes === null || usedBytes === null || reservedBytes === null || unattributedBytes === null)
    return { ...NO_TOTALS, devices: 1, unknownDevices: 1 };
  return { devices: 1, unknownDevices: 0, totalBytes, usedBytes, reservedBytes, unattributedBytes };
}

function addNamespaces(namespaces: Map<string, Map<DeviceKind, number>>, device: DeviceLedger): void {
  for (const row of device.holders) {
    if (row.namespace === undefined || row.within !== undefined) continue;
    const kinds = namespaces.get(row.namespace) ?? new Map<DeviceKind, number>();
    kinds.set(device.kind, (kinds.get(device.kind) ?? 0) + row.bytes);
    namespaces.set(row.namespace, kinds);
  }
}
