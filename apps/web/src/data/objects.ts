/*
 * The API's objects into what the page shows. Nothing throws: what is missing or of another type is said to be missing,
 * and what this page's version does not know (a step, a reason, a condition) keeps the word it came with.
 */
import type {
  Cleanup,
  Finding,
  Measured,
  NodeMode,
  ModeNow,
  Rung,
  Said,
  Stage,
  Step,
  StepState,
  Target,
} from '../model/objects.js';
import type { Mode } from '#contracts/mode';
import { isObject, number, objects, oneOf, text, timeMs, type Json } from './wire.js';

const MODES: readonly Mode[] = ['Observe', 'DryRun', 'Enforce'];
const STATES: readonly StepState[] = ['Pending', 'Issued', 'Executed', 'Verified', 'Refused', 'Unknown'];
const MOST_EVIDENCE = 10;
const MOST_STEPS = 16;

export function part(value: unknown, name: string): Json {
  const found = isObject(value) ? value[name] : undefined;
  return isObject(found) ? found : {};
}

export function modeOf(value: unknown): Mode {
  return oneOf(value, MODES, 'Observe');
}

/** Items that have no name cannot be told apart: left out. */
export function itemsFrom<T>(value: unknown, read: (item: Json) => T | null): readonly T[] {
  const list = isObject(value) ? value['items'] : value;
  return objects(list).flatMap((item) => read(item) ?? []);
}

export function continueFrom(value: unknown): string | null {
  const token = isObject(value) ? value['continue'] : null;
  return typeof token === 'string' && token !== '' ? token : null;
}

export function nameOf(item: Json): string | null {
  return text(part(item, 'metadata')['name']) ?? null;
}

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
};

/** A Kubernetes quantity in bytes; null where it is none. */
export function quantityBytes(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const found = typeof value === 'string' ? /^(\d+(?:\.\d+)?)([KMGTP]i|[kMGTP])?$/.exec(value) : null;
  const factor = SUFFIXES[found?.[2] ?? ''];
  return found === null || factor === undefined ? null : Number(found[1]) * factor;
}

export interface Conditions {
  /** The condition while it is True. */
  readonly held: (type: string) => Said | null;
  readonly any: (type: string) => (Said & { readonly holds: boolean }) | null;
}

export function conditionsOf(item: Json): Conditions {
  const all = objects(part(item, 'status')['conditions']);
  const any = (type: string): (Said & { readonly holds: boolean }) | null => {
    const found = all.find((one) => one['type'] === type);
    return found === undefined ? null : { ...saidFrom(found), holds: found['status'] === 'True' };
  };
  return {
    any,
    held: (type) => {
      const found = any(type);
      return found?.holds === true ? found : null;
    },
  };
}

function saidFrom(condition: Json): Said {
  return {
    reason: text(condition['reason']) ?? '',
    message: text(condition['message']) ?? '',
    atMs: timeMs(condition['lastTransitionTime'] ?? condition['at']),
  };
}

function targetFrom(value: Json): Target {
  const process = value['process'];
  const pod = value['pod'];
  return {
    node: text(value['node']) ?? '',
    device: text(value['device']) ?? 'host',
    holder: text(value['holder']) ?? '',
    process: isObject(process)
      ? { pid: number(process['pid']) ?? NaN, name: text(process['name']) ?? '' }
      : null,
    cgroup: text(part(value, 'cgroup')['path']) ?? null,
    pod: isObject(pod) ? { namespace: text(pod['namespace']) ?? '', name: text(pod['name']) ?? '' } : null,
  };
}

export function findingFrom(item: Json): Finding | null {
  const name = nameOf(item);
  if (name === null) return null;
  const spec = part(item, 'spec');
  const status = part(item, 'status');
  const policy = part(spec, 'policyRef');
  const decision = status['decision'];
  return {
    name,
    type: text(spec['type']) ?? 'Finding',
    detector: text(spec['detector']) ?? '',
    policy: { name: text(policy['name']) ?? '', generation: number(policy['generation']) ?? null },
    target: targetFrom(part(spec, 'target')),
    ...stageOf(item),
    firstSeenMs: timeMs(status['firstSeen']),
    lastSeenMs: timeMs(status['lastSeen']),
    bytes: number(status['bytes']) ?? null,
    quality: text(status['quality']) ?? 'Unknown',
    limitBytes: number(status['limitBytes']) ?? null,
    percent: number(status['percent']) ?? null,
    growthPerHour: number(part(status, 'growth')['bytesPerHour']) ?? null,
    evidence: objects(status['evidence']).slice(-MOST_EVIDENCE).map(evidenceFrom),
    decision: isObject(decision) ? { ...saidFrom(decision), kind: text(decision['kind']) ?? '' } : null,
    cleanup: text(part(status, 'cleanupRef')['name']) ?? null,
    cleanups: number(status['cleanups']) ?? 0,
  };
}

function evidenceFrom(one: Json): Finding['evidence'][number] {
  return { type: text(one['type']) ?? '', atMs: timeMs(one['at']), message: text(one['message']) ?? '' };
}

function stageOf(item: Json): { readonly stage: Stage; readonly stageSaid: Said } {
  const { held } = conditionsOf(item);
  for (const stage of ['Closed', 'Confirmed', 'Suspected'] as const) {
    const stageSaid = held(stage);
    if (stageSaid !== null) return { stage, stageSaid };
  }
  return { stage: 'Suspected', stageSaid: { reason: '', message: '', atMs: NaN } };
}

export function cleanupFrom(item: Json): Cleanup | null {
  const name = nameOf(item);
  if (name === null) return null;
  const spec = part(item, 'spec');
  const status = part(item, 'status');
  const policy = spec['policyRef'];
  return {
    name,
    target: targetFrom(part(spec, 'target')),
    finding: text(part(spec, 'findingRef')['name']) ?? null,
    policy: isObject(policy)
      ? { name: text(policy['name']) ?? '', generation: number(policy['generation']) ?? null }
      : null,
    dryRun: spec['mode'] === 'DryRun',
    ladder: ladderFrom(spec['ladder']),
    priority: text(spec['queuePriority']) ?? 'Normal',
    notBeforeMs: timeMs(spec['notBefore']),
    deadlineMs: timeMs(spec['deadline']),
    words: text(spec['reason']) ?? null,
    cancelled: spec['cancelled'] === true,
    steps: objects(status['steps']).slice(0, MOST_STEPS).map(stepFrom),
    freedBytes: number(status['freedBytes']) ?? 0,
    requestedBy: text(status['requestedBy']) ?? '',
    createdAtMs: timeMs(part(item, 'metadata')['creationTimestamp']),
    completed: conditionsOf(item).held('Completed'),
  };
}

export function ladderFrom(value: unknown): readonly Rung[] {
  return objects(value)
    .slice(0, MOST_STEPS)
    .map((rung) => ({
      act: actOf(rung),
      verifyAfterSeconds: number(rung['verifyAfterSeconds']) ?? 0,
      minFreedBytes: quantityBytes(rung['minFreed']),
    }));
}

function actOf(rung: Json): string {
  const type = text(rung['type']) ?? 'Step';
  if (type !== 'Notify') return type;
  const notify = part(rung, 'notify');
  return notify['transport'] === 'PodHTTP'
    ? 'Notify by HTTP'
    : `Notify ${text(notify['signal']) ?? ''}`.trim();
}

function stepFrom(step: Json): Step {
  return {
    state: oneOf(step['state'], STATES, 'Pending'),
    outcome: text(step['outcome']) ?? null,
    reason: text(step['reason']) ?? null,
    message: text(step['message']) ?? null,
    orderId: text(step['orderID']) ?? null,
    attempt: number(step['attempt']) ?? 1,
    issuedAtMs: timeMs(step['issuedAt']),
    executedAtMs: timeMs(step['executedAt']),
    before: measuredFrom(step['before']),
    after: measuredFrom(step['after']),
  };
}

function measuredFrom(value: unknown): Measured | null {
  if (!isObject(value)) return null;
  return {
    bytes: number(value['bytes']) ?? null,
    atMs: timeMs(value['takenAt']),
    quality: text(value['quality']) ?? 'Unknown',
  };
}

/** Null where the answer says nothing about a mode. */
export function modeNowFrom(value: unknown): ModeNow | null {
  if (!isObject(value) || text(value['effective']) === undefined) return null;
  const pause = value['pause'];
  const breaker = part(value, 'breaker');
  return {
    effective: modeOf(value['effective']),
    actsOn: value['acts'] === 'On',
    levels: objects(value['levels']).map((one) => ({
      level: text(one['level']) ?? '',
      mode: modeOf(one['mode']),
      reason: text(one['reason']) ?? '',
    })),
    pause: isObject(pause)
      ? {
          by: text(pause['by']) ?? '',
          atMs: timeMs(pause['at'] ?? pause['atMs']),
          reason: text(pause['reason']) ?? '',
        }
      : null,
    breaker:
      breaker['open'] === true
        ? { reason: text(breaker['reason']) ?? '', sinceMs: timeMs(breaker['since']) }
        : null,
    nodes: objects(value['nodes']).map(nodeModeFrom),
  };
}

function nodeModeFrom(one: Json): NodeMode {
  return {
    node: text(one['node']) ?? '',
    mode: modeOf(one['mode']),
    reason: text(one['reason']) ?? '',
  };
}
