/*
 * REST answers into the vocabulary. The controller is trusted to add up but not to be of this page's version:
 * what is missing becomes null, absent or empty, what is of another type counts as missing, and nothing throws.
 */
import type { NodeInfo } from '#contracts/agent';
import type { DeviceLedger, Holder, HolderClass, HolderKind, NodeLedger, Parts } from '#contracts/ledger';
import type { Block, Quantity, SeriesRef } from '#contracts/series';
import type { Bytes, Quality, SignedBytes } from '#contracts/units';

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function bytes(value: unknown): Bytes | undefined {
  return number(value) as Bytes | undefined;
}

export function oneOf<T extends string>(value: unknown, known: readonly T[], otherwise: T): T {
  return known.find((one) => one === value) ?? otherwise;
}

/** RFC 3339, or milliseconds since 1970; NaN where it is neither. */
export function timeMs(value: unknown): number {
  if (typeof value === 'string') return Date.parse(value);
  return number(value) ?? NaN;
}

/** Drops what is undefined, so that an absent field stays absent. */
function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

const QUALITIES: readonly Quality[] = ['measured', 'estimated', 'unknown'];
const KINDS: readonly HolderKind[] = ['cgroup', 'process', 'pod', 'bucket'];
const CLASSES: readonly HolderClass[] = ['Running', 'Deleted', 'Kernel'];
const QUANTITIES: readonly Quantity[] = ['growth', 'bytes', 'used', 'unattributed'];

/** What `?explain=1` says of a number: where it was read, how far it may be off, how old it is. */
export interface Explained {
  readonly source?: string;
  readonly errorBoundBytes?: number;
  readonly ageMs?: number;
}

export type PageNode = Omit<NodeInfo, 'agent'> & { readonly agent: PageAgent | null };

export interface PageAgent {
  readonly version: string | null;
  readonly rssBytes: number | null;
  readonly cpuPercent: number | null;
  readonly sampleMs: number | null;
}

export function nodesFrom(value: unknown): readonly PageNode[] {
  const list = isObject(value) ? value['items'] : value;
  return objects(list).flatMap((node) => (text(node['node']) === undefined ? [] : [nodeFrom(node)]));
}

function nodeFrom(node: Json): PageNode {
  return {
    node: text(node['node']) ?? '',
    bootId: text(node['bootId']) ?? '',
    connected: node['connected'] !== false,
    lastSeenMs: timeMs(node['lastSeen'] ?? node['lastSeenMs']),
    agent: isObject(node['agent']) ? agentFrom(node['agent']) : null,
    health: objects(node['health']).map((part) => ({
      component: text(part['component']) ?? 'unnamed',
      state: oneOf(part['state'], ['ok', 'degraded', 'failed'] as const, 'degraded'),
      ...(text(part['reason']) === undefined ? {} : { reason: text(part['reason']) ?? '' }),
    })),
    devices: texts(node['devices']),
  };
}

function agentFrom(agent: Json): PageAgent {
  return {
    version: text(agent['version']) ?? null,
    rssBytes: number(agent['rssBytes']) ?? null,
    cpuPercent: number(agent['cpuPercent']) ?? null,
    sampleMs: number(agent['sampleMs']) ?? null,
  };
}

export type PageLedger = NodeLedger & { readonly explained: ReadonlyMap<string, Explained> };

/** Null where the answer is no ledger at all. */
export function ledgerFrom(value: unknown): PageLedger | null {
  if (!isObject(value) || !Array.isArray(value['devices'])) return null;
  const devices = objects(value['devices']);
  return {
    node: text(value['node']) ?? '',
    bootId: text(value['bootId']) ?? '',
    takenAtMs: timeMs(value['takenAt'] ?? value['takenAtMs']),
    devices: devices.map(deviceFrom),
    pressure: isObject(value['pressure']) ? pressureFrom(value['pressure']) : null,
    explained: explanations(devices),
  };
}

function pressureFrom(pressure: Json): NodeLedger['pressure'] {
  return {
    someAvg10: number(pressure['someAvg10']) ?? NaN,
    fullAvg10: number(pressure['fullAvg10']) ?? NaN,
    oomKills: number(pressure['oomKills']) ?? null,
  };
}

function deviceFrom(device: Json): DeviceLedger {
  const id = text(device['id']) ?? 'host';
  return {
    id,
    kind: oneOf(device['kind'], ['host', 'gpu'] as const, 'host'),
    ...present<Pick<DeviceLedger, 'parent'>>({ parent: text(device['parent']) }),
    name: text(device['name']) ?? id,
    totalBytes: bytes(device['totalBytes']) ?? null,
    usedBytes: bytes(device['usedBytes']) ?? null,
    reservedBytes: bytes(device['reservedBytes']) ?? null,
    unattributedBytes: (number(device['unattributedBytes']) as SignedBytes | undefined) ?? null,
    errorBoundBytes: bytes(device['errorBoundBytes']) ?? null,
    unattributedKnown: objects(device['unattributedKnown']).map((known) => ({
      source: text(known['source']) ?? 'unnamed',
      bytes: bytes(known['bytes']) ?? (0 as Bytes),
    })),
    unknownHolders: number(device['unknownHolders']) ?? 0,
    quality: oneOf(device['quality'], QUALITIES, 'unknown'),
    holders: holdersFrom(device['holders']),
  };
}

/** Rows without an id cannot be told apart, and of two rows with one id one would hide the other. */
function holdersFrom(value: unknown): Holder[] {
  const seen = new Set<string>();
  return objects(value).flatMap((row, at) => {
    const given = text(row['id']) ?? `row:${at}`;
    const id = seen.has(given) ? `${given}#${at}` : given;
    seen.add(id);
    return [holderFrom(row, id)];
  });
}

function holderFrom(row: Json, id: string): Holder {
  return {
    id,
    kind: oneOf(row['kind'], KINDS, 'bucket'),
    name: text(row['name']) ?? id,
    class: oneOf(row['class'], CLASSES, 'Running'),
    flags: texts(row['flags']),
    bytes: bytes(row['bytes']) ?? (0 as Bytes),
    quality: number(row['bytes']) === undefined ? 'unknown' : oneOf(row['quality'], QUALITIES, 'unknown'),
    ...present<
      Pick<Holder, 'within' | 'parts' | 'swapBytes' | 'limitBytes' | 'pid' | 'startTimeTicks' | 'uid'>
    >({
      within: text(row['within']),
      parts: partsFrom(row['parts']),
      swapBytes: bytes(row['swapBytes']),
      limitBytes: bytes(row['limitBytes']),
      pid: number(row['pid']),
      startTimeTicks: number(row['startTimeTicks']),
      uid: number(row['uid']),
    }),
    ...present<Pick<Holder, 'container' | 'pod' | 'namespace' | 'workload'>>({
      container: text(row['container']),
      pod: text(row['pod']),
      namespace: text(row['namespace']),
      workload: text(row['workload']),
    }),
  };
}

function partsFrom(value: unknown): Parts | undefined {
  if (!isObject(value)) return undefined;
  const part = (name: keyof Parts): Bytes => bytes(value[name]) ?? (0 as Bytes);
  return { anon: part('anon'), shmem: part('shmem'), file: part('file'), kernel: part('kernel') };
}

/** By "device/field" and "device/row": what the answer explains. */
function explanations(devices: readonly Json[]): ReadonlyMap<string, Explained> {
  const found = new Map<string, Explained>();
  const note = (key: string, value: unknown): void => {
    if (isObject(value)) found.set(key, explainedFrom(value));
  };
  for (const device of devices) {
    const id = text(device['id']) ?? 'host';
    const fields = isObject(device['explain']) ? Object.entries(device['explain']) : [];
    for (const [field, value] of fields) note(`${id}/${field}`, value);
    for (const row of objects(device['holders'])) note(`${id}/${text(row['id']) ?? ''}`, row['explain']);
  }
  return found;
}

function explainedFrom(value: Json): Explained {
  return present<Explained>({
    source: text(value['source']),
    errorBoundBytes: number(value['errorBoundBytes']),
    ageMs: number(value['ageMs']) ?? scaled(number(value['ageSeconds']), 1000),
  });
}

function scaled(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value * by;
}

export function seriesFrom(value: unknown): readonly SeriesRef[] {
  const list = isObject(value) ? (value['items'] ?? value['series']) : value;
  return objects(list).flatMap((one) => (text(one['id']) === undefined ? [] : [seriesRefFrom(one)]));
}

function seriesRefFrom(series: Json): SeriesRef {
  return {
    id: text(series['id']) ?? '',
    node: text(series['node']) ?? '',
    device: text(series['device']) ?? '',
    holder: text(series['holder']) ?? null,
    quantity: oneOf(series['quantity'], QUANTITIES, 'bytes'),
    name: text(series['name']) ?? '',
    firstAtMs: timeMs(series['firstAt'] ?? series['firstAtMs']),
    lastAtMs: timeMs(series['lastAt'] ?? series['lastAtMs']),
    lastBytes: number(series['lastBytes']) ?? NaN,
    limitBytes: bytes(series['limitBytes']) ?? null,
  };
}

/** Blocks that are no blocks are left out: a gap, not a zero. */
export function blocksFrom(value: unknown): readonly Block[] {
  if (!isObject(value)) return [];
  const history = isObject(value['history']) ? value['history'] : value;
  return objects(history['blocks']).flatMap((block) => {
    const read = {
      startMs: timeMs(block['start'] ?? block['startAt'] ?? block['startMs']),
      endMs: timeMs(block['end'] ?? block['endAt'] ?? block['endMs']),
      min: number(block['min']) ?? NaN,
      mean: number(block['mean']) ?? NaN,
      max: number(block['max']) ?? NaN,
    };
    return Object.values(read).every(Number.isFinite) ? [read] : [];
  });
}
