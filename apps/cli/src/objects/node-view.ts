/*
 * NodeMemory as text: how full each device is, who holds most of it, and what is known of each node's agent. Pure; the
 * clock comes in.
 */
import { conditionOf, type NodeMemory, type NodeMemoryDevice, type NodeMemoryHolder } from '#api';
import { printable } from '../text/escape.js';
import { cutStart } from '../text/path.js';
import { percent, size } from '../text/size.js';
import { table, type Column } from '../text/table.js';
import { age } from '../text/time.js';
import type { ViewOptions } from './view-options.js';

interface DeviceRow {
  readonly node: string;
  readonly observedAt: string | undefined;
  readonly device: NodeMemoryDevice;
}

export interface HolderRow {
  readonly node: string;
  readonly device: NodeMemoryDevice;
  readonly holder: NodeMemoryHolder;
}

export function byName(nodes: readonly NodeMemory[]): NodeMemory[] {
  return [...nodes].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** One line a device, by node. */
export function deviceTable(nodes: readonly NodeMemory[], options: ViewOptions): string[] {
  const rows = byName(nodes).flatMap(({ metadata, status }) =>
    (status?.devices ?? []).map((device): DeviceRow => ({
      node: metadata.name,
      observedAt: status?.observedAt,
      device,
    })),
  );
  const columns: Column<DeviceRow>[] = [
    { title: 'NODE', text: ({ node }) => printable(node), least: 8 },
    { title: 'DEVICE', text: ({ device }) => deviceName(device), least: 8 },
    { title: 'USED', text: ({ device }) => size(device.usedBytes), align: 'right' },
    { title: 'OF', text: ({ device }) => size(device.totalBytes), align: 'right' },
    { title: 'USED %', text: ({ device }) => share(device.usedBytes, device.totalBytes), align: 'right' },
    { title: 'HELD', text: ({ device }) => size(device.heldBytes), align: 'right' },
    { title: 'RESERVED', text: ({ device }) => size(device.reservedBytes), align: 'right' },
    { title: 'UNATTRIBUTED', text: ({ device }) => size(device.unattributedBytes), align: 'right' },
    ...(options.isWide === true ? WIDE_DEVICE : []),
    { title: 'SEEN', text: ({ observedAt }) => age(observedAt, options.nowMs), align: 'right' },
  ];
  return table(rows, columns, options.columns);
}

const WIDE_DEVICE: readonly Column<DeviceRow>[] = [
  { title: 'MODEL', text: ({ device }) => printable(device.model ?? '–') },
  { title: 'SHARING', text: ({ device }) => device.sharing ?? '–' },
  { title: 'QUALITY', text: ({ device }) => device.quality.toLowerCase() },
  { title: 'UNKNOWN HOLDERS', text: ({ device }) => String(device.unknownHolders), align: 'right' },
];

function deviceName({ id, model }: NodeMemoryDevice): string {
  return printable(model === undefined || id === 'host' ? id : `${id} (${model})`);
}

function share(part: number | null, whole: number | null): string {
  return part === null || whole === null ? 'unknown' : percent(part, whole);
}

/** The largest holders of all nodes, the largest first. `namespace`: only of its pods. */
export function topHolders(nodes: readonly NodeMemory[], namespace: string | undefined): HolderRow[] {
  return nodes
    .flatMap(({ metadata, status }) =>
      (status?.devices ?? []).flatMap((device) =>
        device.topHolders.map((holder): HolderRow => ({ node: metadata.name, device, holder })),
      ),
    )
    .filter(({ holder }) => namespace === undefined || holder.namespace === namespace)
    .sort((a, b) => b.holder.bytes - a.holder.bytes || (a.holder.id < b.holder.id ? -1 : 1));
}

export function holderTable(rows: readonly HolderRow[], options: ViewOptions): string[] {
  const columns: Column<HolderRow>[] = [
    { title: 'HOLDER', text: ({ holder }) => holderName(holder), least: 16, cut: cutStart },
    { title: 'CONTAINER', text: ({ holder }) => printable(holder.container ?? '–'), least: 9 },
    { title: 'WORKLOAD', text: ({ holder }) => printable(holder.workload ?? '–'), least: 12 },
    { title: 'NODE', text: ({ node }) => printable(node), least: 8 },
    { title: 'DEVICE', text: ({ device }) => printable(device.id), least: 6 },
    { title: 'HOLDS', text: ({ holder }) => size(holder.bytes), align: 'right' },
    { title: 'OF USED', text: ({ holder, device }) => share(holder.bytes, device.usedBytes), align: 'right' },
    ...(options.isWide === true ? WIDE_HOLDER : []),
  ];
  return table(rows, columns, options.columns);
}

const WIDE_HOLDER: readonly Column<HolderRow>[] = [
  { title: 'QUALITY', text: ({ holder }) => holder.quality.toLowerCase() },
  { title: 'ID', text: ({ holder }) => printable(holder.id) },
];

/** "team-a/web-0" for a pod, else as the kernel has it. */
function holderName({ namespace, pod, name }: NodeMemoryHolder): string {
  return printable(pod === undefined ? name : `${namespace ?? ''}/${pod}`);
}

/** One line a node: whether its agent reports, and what may be done there. */
export function nodeTable(nodes: readonly NodeMemory[], options: ViewOptions): string[] {
  const columns: Column<NodeMemory>[] = [
    { title: 'NODE', text: ({ metadata }) => printable(metadata.name), least: 8 },
    { title: 'AGENT', text: agentState, least: 12 },
    { title: 'MODE', text: ({ status }) => status?.effectiveMode ?? '–' },
    { title: 'VERSION', text: ({ status }) => printable(status?.agent?.version ?? '–') },
    { title: 'RSS', text: ({ status }) => bytesOr(status?.agent?.rssBytes), align: 'right' },
    { title: 'DEVICES', text: ({ status }) => String(status?.devices.length ?? 0), align: 'right' },
    ...(options.isWide === true ? WIDE_NODE : []),
    { title: 'SEEN', text: ({ status }) => age(status?.observedAt, options.nowMs), align: 'right' },
    { title: 'TROUBLE', text: trouble, least: 16, wraps: true },
  ];
  return table(nodes, columns, options.columns);
}

const WIDE_NODE: readonly Column<NodeMemory>[] = [
  { title: 'PROTOCOL', text: ({ status }) => String(status?.agent?.protocol ?? '–'), align: 'right' },
  {
    title: 'CAPABILITIES',
    text: ({ status }) => (status?.agent?.capabilities ?? []).map(printable).join(',') || '–',
  },
  { title: 'BOOT', text: ({ status }) => printable(status?.bootID ?? '–') },
];

function bytesOr(bytes: number | null | undefined): string {
  return bytes === undefined ? '–' : size(bytes);
}

function agentState({ status }: NodeMemory): string {
  const ready = conditionOf(status?.conditions, 'AgentReady');
  if (ready === undefined) return 'not seen yet';
  return ready.status === 'True' ? 'ready' : printable(ready.reason).toLowerCase();
}

/** What is not as it should be, in the words of the conditions. */
function trouble({ status }: NodeMemory): string {
  const bad: readonly (readonly [string, 'True' | 'False'])[] = [
    ['AgentReady', 'False'],
    ['AgentOutdated', 'True'],
    ['SensorStalled', 'True'],
    ['LedgerConsistent', 'False'],
  ];
  const found = bad.flatMap(([type, wrong]) => {
    const condition = conditionOf(status?.conditions, type);
    return condition?.status === wrong
      ? [`${type}: ${printable(condition.message || condition.reason)}`]
      : [];
  });
  return found.length === 0 ? '–' : found.join('; ');
}
