/*
 * A node's report as REST shows it. Rows and sums are those of the ledger, number by number: nothing is rounded or left out.
 */
import type { DeviceLedger, Holder } from '#contracts/ledger';
import type { KnownNode } from '../sessions/node-registry.js';
import { explainDevice, explainHolder } from './explain.js';
import type { DeviceView, HolderView, LedgerView, NodeView } from './schemas.js';
import { rfc3339 } from './time.js';

export function nodeView({ info }: KnownNode): NodeView {
  const { version, rssBytes, cpuPercent, sampleMs } = info.agent;
  return {
    node: info.node,
    bootId: info.bootId,
    connected: info.connected,
    lastSeen: rfc3339(info.lastSeenMs),
    agent: { version, rssBytes, cpuPercent, sampleMs },
    devices: [...info.devices],
    health: info.health.map((part) => ({ ...part })),
  };
}

/** @param ageSeconds null: numbers without their explanations */
export function ledgerView({ report }: KnownNode, ageSeconds: number | null): LedgerView {
  const { node, bootId, takenAtMs, pressure, devices } = report.ledger;
  return {
    node,
    bootId,
    takenAt: rfc3339(takenAtMs),
    pressure: pressure === null ? null : { ...pressure },
    devices: devices.map((device) => deviceView(device, ageSeconds)),
  };
}

function deviceView(device: DeviceLedger, ageSeconds: number | null): DeviceView {
  return {
    id: device.id,
    kind: device.kind,
    ...(device.parent === undefined ? {} : { parent: device.parent }),
    name: device.name,
    totalBytes: device.totalBytes,
    usedBytes: device.usedBytes,
    reservedBytes: device.reservedBytes,
    unattributedBytes: device.unattributedBytes,
    errorBoundBytes: device.errorBoundBytes,
    unattributedKnown: device.unattributedKnown.map((known) => ({ ...known })),
    unknownHolders: device.unknownHolders,
    quality: device.quality,
    holders: device.holders.map((row) => holderView(device, row, ageSeconds)),
    ...(ageSeconds === null ? {} : { explain: explainDevice(device, ageSeconds) }),
  };
}

function holderView(device: DeviceLedger, row: Holder, ageSeconds: number | null): HolderView {
  const { id, kind, within, name, ...rest } = row;
  return {
    id,
    kind,
    ...(within === undefined ? {} : { within }),
    name,
    ...rest,
    flags: [...row.flags],
    ...(ageSeconds === null ? {} : { explain: explainHolder(device, row, ageSeconds) }),
  };
}
