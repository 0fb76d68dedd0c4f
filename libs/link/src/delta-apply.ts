/*
 * A state of a node from the state before and a message. The message comes from outside: whatever does not fit is refused
 * as InvalidValue and leaves the base as it was; what is returned keeps the ledger's identity (assertDeviceLedger).
 */
import type { AgentInfo, ComponentHealth } from '#contracts/agent';
import { InvalidValue } from '#contracts/errors';
import { assertDeviceLedger, type DeviceLedger, type Holder, type NodePressure } from '#contracts/ledger';
import type { NodeReport } from '#contracts/report';
import { bytes, signedBytes, type Bytes } from '#contracts/units';
import { assertTotalBounds, assertTextBounds, REPORT_BOUNDS } from './bounds.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { deviceKinds, healthStates, qualities } from './wire-enums.js';
import { measure, rowFromWire, wholeNumber, withNumbers } from './wire-row.js';

/** Said once in the hello, true for every report of the session. */
export interface NodeIdentity {
  readonly node: string;
  readonly bootId: string;
}

/**
 * @throws {InvalidValue} for a message that does not fit the base, or a state above the bounds
 * @throws {BrokenInvariant} for a ledger that does not add up
 */
export function applyDelta(base: NodeReport | null, delta: wire.Report, identity: NodeIdentity): NodeReport {
  const devices = devicesFromWire(base?.ledger.devices ?? [], delta.devices);
  const report: NodeReport = {
    ledger: {
      node: identity.node,
      bootId: identity.bootId,
      takenAtMs: wholeNumber(delta.takenAtMs),
      devices,
      pressure: pressureFromWire(delta.pressure),
    },
    agent: agentFromWire(delta.agent),
    health: delta.health === undefined ? (base?.health ?? []) : healthFromWire(delta.health),
  };
  assertTotalBounds(report);
  if (hasNewText(delta)) assertTextBounds(report);
  for (const device of devices) assertDeviceLedger(device);
  return report;
}

function hasNewText(delta: wire.Report): boolean {
  return (
    delta.health !== undefined ||
    delta.devices.some((d) => d.baseIndex === undefined || d.added.length > 0 || d.replaced.length > 0)
  );
}

function pressureFromWire(pressure: wire.Pressure | undefined): NodePressure | null {
  if (pressure === undefined) return null;
  return {
    someAvg10: measure(pressure.someAvg10),
    fullAvg10: measure(pressure.fullAvg10),
    oomKills: pressure.oomKills === undefined ? null : wholeNumber(pressure.oomKills),
  };
}

function agentFromWire(agent: wire.AgentState | undefined): AgentInfo {
  if (agent === undefined) throw new InvalidValue('A report without the agent that made it.');
  return {
    version: agent.version,
    rssBytes: bytes(agent.rssBytes),
    cpuPercent: measure(agent.cpuPercent),
    sampleMs: measure(agent.sampleMs),
  };
}

function healthFromWire(list: wire.HealthList): readonly ComponentHealth[] {
  return list.items.map(({ component, state, reason }) => ({
    component,
    state: healthStates.toWord(state),
    ...(reason === undefined ? {} : { reason }),
  }));
}

function devicesFromWire(base: readonly DeviceLedger[], deltas: wire.DeviceDelta[]): DeviceLedger[] {
  if (deltas.length > REPORT_BOUNDS.devices)
    throw new InvalidValue(
      `A report of ${deltas.length} devices; at most ${REPORT_BOUNDS.devices} are taken.`,
    );
  const devices = deltas.map((delta) => {
    const before = delta.baseIndex === undefined ? undefined : base[delta.baseIndex];
    if (delta.baseIndex !== undefined && before?.id !== delta.id)
      throw new InvalidValue(`Device ${delta.id} does not stand at ${delta.baseIndex} in the base.`);
    return deviceFromWire(before?.holders ?? [], delta);
  });
  if (new Set(devices.map((device) => device.id)).size !== devices.length)
    throw new InvalidValue('Two devices of one report have one id.');
  return devices;
}

function deviceFromWire(before: readonly Holder[], delta: wire.DeviceDelta): DeviceLedger {
  return {
    id: delta.id,
    kind: deviceKinds.toWord(delta.kind),
    ...(delta.parent === undefined ? {} : { parent: delta.parent }),
    name: delta.name,
    totalBytes: orNull(delta.totalBytes),
    usedBytes: orNull(delta.usedBytes),
    reservedBytes: orNull(delta.reservedBytes),
    unattributedBytes: delta.unattributedBytes === undefined ? null : signedBytes(delta.unattributedBytes),
    errorBoundBytes: orNull(delta.errorBoundBytes),
    unattributedKnown: delta.unattributedKnown.map((known) => ({
      source: known.source,
      bytes: bytes(known.bytes),
    })),
    unknownHolders: delta.unknownHolders,
    quality: qualities.toWord(delta.quality),
    holders: rowsFromWire(before, delta),
  };
}

function orNull(value: number | undefined): Bytes | null {
  return value === undefined ? null : bytes(value);
}

function rowsFromWire(before: readonly Holder[], delta: wire.DeviceDelta): readonly Holder[] {
  let rows = [...before];
  for (const change of delta.changed)
    rows[change.baseIndex] = withNumbers(rowAt(before, change.baseIndex), change);
  for (const { baseIndex, row } of delta.replaced) {
    rowAt(before, baseIndex);
    if (row === undefined) throw new InvalidValue('A replacement without a row.');
    rows[baseIndex] = rowFromWire(row);
  }
  if (delta.removed.length > 0) rows = withoutRows(rows, delta.removed);
  for (const row of delta.added) rows.push(rowFromWire(row));
  return delta.order.length > 0 ? inOrder(rows, delta.order) : rows;
}

function rowAt(rows: readonly Holder[], index: number): Holder {
  const row = rows[index];
  if (row === undefined)
    throw new InvalidValue(`The base has ${rows.length} rows; there is no row ${index}.`);
  return row;
}

function withoutRows(rows: readonly Holder[], removed: readonly number[]): Holder[] {
  const gone = new Uint8Array(rows.length);
  for (const index of removed) {
    rowAt(rows, index);
    gone[index] = 1;
  }
  return rows.filter((_, index) => gone[index] === 0);
}

function inOrder(rows: readonly Holder[], order: readonly number[]): Holder[] {
  if (order.length !== rows.length || new Set(order).size !== order.length)
    throw new InvalidValue('An order that does not name every row once.');
  return order.map((place) => rowAt(rows, place));
}
