/*
 * Whether what is seen on a node now is worth a write, and when it may be written. Everybody who reads objects of the
 * cluster pays for each write, so numbers wander freely below 5 % of their device, and small holders come and go.
 */
import type { Condition, NodeMemoryDevice, NodeMemoryStatus } from '#api';

/** Health: what somebody may be waiting for. Amounts: more than 5 % of a device, or a new holder of more than 1 % of it. */
export type Change = 'None' | 'Amounts' | 'Health';

const MATERIAL_SHARE = 0.05;
const NEWCOMER_SHARE = 0.01;

/** Null: nothing was written yet. */
export function changeOf(before: NodeMemoryStatus | null, after: NodeMemoryStatus): Change {
  if (before === null || nodeHealth(before) !== nodeHealth(after)) return 'Health';
  const known = new Map(before.devices.map((device) => [device.id, device]));
  const hasMoved = after.devices.some((device) => {
    const last = known.get(device.id);
    return last !== undefined && (isMaterial(last, device) || hasNewcomer(last, device));
  });
  return hasMoved ? 'Amounts' : 'None';
}

/** What is true of the node whatever the numbers are. */
function nodeHealth({ bootID, agent, effectiveMode, devices, conditions }: NodeMemoryStatus): string {
  const who = agent === undefined ? null : [agent.version, agent.protocol, agent.capabilities.toSorted()];
  return JSON.stringify([bootID, who, effectiveMode, statesOf(conditions), devices.map(deviceHealth)]);
}

function deviceHealth(device: NodeMemoryDevice): unknown {
  const { id, type, parent, sharing, model, totalBytes, quality, byClass, conditions } = device;
  const classes = byClass.filter(({ bytes }) => bytes > 0).map((each) => each.class);
  return [id, type, parent, sharing, model, totalBytes, quality, classes.toSorted(), statesOf(conditions)];
}

function statesOf(conditions: readonly Condition[]): readonly string[] {
  return conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).toSorted();
}

function isMaterial(before: NodeMemoryDevice, after: NodeMemoryDevice): boolean {
  const marginBytes = (after.totalBytes ?? 0) * MATERIAL_SHARE;
  const classesBefore = new Map(before.byClass.map((each) => [each.class, each.bytes]));
  const pairs: readonly (readonly [number | null, number | null])[] = [
    [before.usedBytes, after.usedBytes],
    [before.reservedBytes, after.reservedBytes],
    [before.heldBytes, after.heldBytes],
    [before.unattributedBytes, after.unattributedBytes],
    ...after.byClass.map((each) => [classesBefore.get(each.class) ?? 0, each.bytes] as const),
  ];
  return pairs.some(([a, b]) => (a === null || b === null ? a !== b : Math.abs(a - b) > marginBytes));
}

/** Among the largest: who asks what fills a node looks there first. */
function hasNewcomer(before: NodeMemoryDevice, after: NodeMemoryDevice): boolean {
  const leastBytes = (after.totalBytes ?? 0) * NEWCOMER_SHARE;
  const known = new Set(before.topHolders.map(({ id }) => id));
  return after.topHolders.some(({ id, bytes }) => bytes > leastBytes && !known.has(id));
}

/** When one node's status was written, and how much room there is. */
export interface WriteBudget {
  readonly lastMs: number;
  /** Writes of amounts in hand; at most 3. */
  readonly tokens: number;
}

const SHORTEST_MS = 30_000;
const LONGEST_MS = 600_000;
/** One in 240 s beside the one in 600 s that is written anyway: below 0.3 and 0.1 a minute. */
const REFILL_MS = 240_000;
const MOST_TOKENS = 3;

/** @param lastMs of a write by another process: when it may have been */
export function newBudget(lastMs: number): WriteBudget {
  return { lastMs, tokens: MOST_TOKENS };
}

/** When a change may be written. */
export function dueMs({ lastMs, tokens }: WriteBudget, change: Change): number {
  if (change === 'None') return lastMs + LONGEST_MS;
  const fullMs = change === 'Health' ? 0 : Math.max(0, 1 - tokens) * REFILL_MS;
  return lastMs + Math.max(SHORTEST_MS, fullMs);
}

export function afterWrite({ lastMs, tokens }: WriteBudget, change: Change, nowMs: number): WriteBudget {
  const filled = Math.min(MOST_TOKENS, tokens + (nowMs - lastMs) / REFILL_MS);
  return { lastMs: nowMs, tokens: change === 'None' ? filled : Math.max(0, filled - 1) };
}
