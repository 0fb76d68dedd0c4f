/*
 * A node's last report as the status of its NodeMemory. Pure. Sums are the ledger's: used = held + reserved + unattributed.
 */
import { rfc3339, withCondition, type Condition, type NodeMemoryDevice, type NodeMemoryStatus } from '#api';
import type { ComponentHealth } from '#contracts/agent';
import type { DeviceLedger, Holder } from '#contracts/ledger';
import type { Mode } from '#contracts/mode';
import type { NodeReport } from '#contracts/report';

export interface NodeView {
  readonly report: NodeReport;
  readonly connected: boolean;
  /** Of its agent's last session; null: nobody knows. */
  readonly peer: { readonly protocol: number; readonly capabilities: readonly string[] } | null;
  readonly mode: Mode;
  /** As they were said last: times of what did not change stay. */
  readonly before: readonly Condition[];
  readonly nowMs: number;
}

/** What a controller of this version makes use of. */
const EXPECTED = ['history', 'orders', 'pods'];
const MOST_DEVICES = 64;
const MOST_HOLDERS = 5;
const LONGEST = 253;
const QUALITY = { measured: 'Measured', estimated: 'Estimated', unknown: 'Unknown' } as const;

export function nodeMemoryStatus(view: NodeView): NodeMemoryStatus {
  const { report, peer, mode } = view;
  const { ledger, agent } = report;
  return {
    observedAt: rfc3339(ledger.takenAtMs),
    bootID: ledger.bootId.slice(0, 64),
    agent: {
      version: agent.version.slice(0, 63),
      protocol: peer?.protocol ?? 0,
      rssBytes: agent.rssBytes,
      capabilities: peer?.capabilities ?? [],
    },
    effectiveMode: mode,
    devices: ledger.devices.slice(0, MOST_DEVICES).map(deviceOf),
    conditions: conditionsOf(view),
  };
}

function deviceOf(device: DeviceLedger): NodeMemoryDevice {
  const { id, kind, parent, name, totalBytes, usedBytes, reservedBytes, unattributedBytes } = device;
  const rows = device.holders.filter(({ within }) => within === undefined);
  return {
    id: id.slice(0, LONGEST),
    type: kind === 'host' ? 'Host' : 'GPU',
    ...(parent !== undefined && { parent: parent.slice(0, LONGEST) }),
    ...(kind !== 'host' && { model: name.slice(0, LONGEST) }),
    ...{ totalBytes, usedBytes, reservedBytes, unattributedBytes },
    heldBytes: usedBytes === null ? null : rows.reduce((sum, { bytes }) => sum + bytes, 0),
    quality: QUALITY[device.quality],
    unknownHolders: device.unknownHolders,
    byClass: byClass(rows),
    topHolders: rows
      .toSorted((a, b) => b.bytes - a.bytes)
      .slice(0, MOST_HOLDERS)
      .map(holderOf),
    conditions: [],
  };
}

function byClass(rows: readonly Holder[]): NodeMemoryDevice['byClass'] {
  const sums = new Map<string, number>();
  for (const { class: each, bytes } of rows) sums.set(each, (sums.get(each) ?? 0) + bytes);
  return [...sums].map(([each, bytes]) => ({ class: each, bytes }));
}

function holderOf(row: Holder): NodeMemoryDevice['topHolders'][number] {
  const { id, kind, name, bytes, quality, namespace, pod, container, workload } = row;
  return {
    ...{ id: id.slice(0, 4200), kind, name: name.slice(0, LONGEST), bytes },
    ...(namespace !== undefined && { namespace }),
    ...(pod !== undefined && { pod }),
    ...(container !== undefined && { container }),
    ...(workload !== undefined && { workload: workload.slice(0, 317) }),
    quality: QUALITY[quality],
  };
}

type Said = Omit<Condition, 'lastTransitionTime'>;

function conditionsOf({ report, connected, peer, before, nowMs }: NodeView): readonly Condition[] {
  const said = [
    connected
      ? is('AgentReady', true, 'Reporting', 'Its agent reports.')
      : is('AgentReady', false, 'Silent', 'Its agent is not connected.'),
    outdated(peer?.capabilities ?? EXPECTED),
    stalled(report.health),
    consistent(report),
  ];
  return said.reduce<readonly Condition[]>((all, each) => withCondition(all, each, nowMs), before);
}

function outdated(capabilities: readonly string[]): Said {
  const missing = EXPECTED.filter((each) => !capabilities.includes(each));
  return missing.length === 0
    ? is('AgentOutdated', false, 'UpToDate', 'Its agent can do everything that this controller makes use of.')
    : is('AgentOutdated', true, 'MissingCapabilities', `Its agent lacks ${missing.join(', ')}: upgrade it.`);
}

function stalled(health: readonly ComponentHealth[]): Said {
  const failed = health.find(({ state }) => state === 'failed');
  return failed === undefined
    ? is('SensorStalled', false, 'Reading', 'Every reading succeeds.')
    : is('SensorStalled', true, 'Stalled', `${failed.component}: ${failed.reason ?? failed.state}`);
}

/** Two readings of one moment may differ by the bound; more is nobody's. */
function consistent({ ledger }: NodeReport): Said {
  const type = 'LedgerConsistent';
  const read = ledger.devices.filter(({ usedBytes }) => usedBytes !== null);
  if (read.length === 0) return is(type, false, 'NothingRead', 'No device could be read.');
  const wrong = read.find(
    ({ unattributedBytes, errorBoundBytes }) => (unattributedBytes ?? 0) < -(errorBoundBytes ?? Infinity),
  );
  return wrong === undefined
    ? is(type, true, 'AddsUp', 'The rows add up to what is in use.')
    : is(type, false, 'DoesNotAddUp', `The rows of ${wrong.id} are more than what is in use.`);
}

function is(type: string, isTrue: boolean, reason: string, message: string): Said {
  return { type, status: isTrue ? 'True' : 'False', reason, message };
}
