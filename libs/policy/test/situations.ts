/*
 * Situations in which each rule of a decision applies, to be combined: a change adds to what is there.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicy, Target } from '#api';
import type { DecisionInput, DecisionReason } from '../src/decision.js';
import {
  cleanupOf,
  findingFor,
  HOUR,
  isTrue,
  NOW,
  policyOf,
  targetFor,
  type CleanupShape,
} from './objects.js';

const DAYS = 24 * HOUR;

/** A confirmed finding that no rule is against. */
export function allowedInput(change: Partial<DecisionInput> = {}): DecisionInput {
  const policy = change.policy ?? policyOf();
  return {
    policy,
    finding: findingFor(policy),
    installation: null,
    owner: { kind: 'None' },
    levels: [],
    breaker: null,
    cleanups: [],
    nodes: 100,
    queueIsFull: false,
    nowMs: NOW,
    ...change,
  };
}

export interface RuleCase {
  readonly rule: string;
  readonly kind: 'Observe' | 'Refuse' | 'Wait';
  readonly reason: DecisionReason;
  readonly apply: (input: DecisionInput) => DecisionInput;
}

const withCleanups =
  (...shapes: readonly CleanupShape[]) =>
  (input: DecisionInput): DecisionInput => {
    const { target } = input.finding.spec;
    const made = shapes.map((shape) => cleanupOf({ ...shape, spec: { target, ...shape.spec } }));
    return { ...input, cleanups: [...input.cleanups, ...made] };
  };
const withPolicy =
  (change: Partial<MemoryPolicy['spec']>) =>
  (input: DecisionInput): DecisionInput => ({
    ...input,
    policy: { ...input.policy, spec: { ...input.policy.spec, ...change } },
  });
const withFinding =
  (change: (finding: MemoryFinding) => MemoryFinding) =>
  (input: DecisionInput): DecisionInput => ({
    ...input,
    finding: change(input.finding),
  });

export const elsewhere = (pid: number, change: Partial<Target> = {}): Target => targetFor(pid, change);

/** Closed ones of other targets, half an hour ago. */
export function closedElsewhere(
  count: number,
  target: Partial<Target> = {},
  spec: Partial<MemoryCleanup['spec']> = {},
): CleanupShape[] {
  return Array.from({ length: count }, (_, i) => ({
    completed: 'Freed',
    createdAtMs: NOW - HOUR / 2,
    spec: { target: elsewhere(1000 + i, target), ...spec },
  }));
}

const inPod = { pod: { namespace: 'shop', name: 'web-1', uid: 'u' } };

/** In the order that is promised. */
export const RULE_CASES: readonly RuleCase[] = [
  {
    rule: 'mode',
    kind: 'Observe',
    reason: 'ModeObserve',
    apply: (input: DecisionInput): DecisionInput => ({
      ...input,
      levels: [
        ...input.levels,
        { level: 'installation', mode: 'Observe', reason: 'the installation says Observe' },
      ],
    }),
  },
  {
    rule: 'protection',
    kind: 'Refuse',
    reason: 'Protected',
    apply: (input: DecisionInput): DecisionInput => ({
      ...input,
      owner: { kind: 'Known', voices: [{ labels: { 'memwarden.dev/protected': 'true' }, annotations: {} }] },
    }),
  },
  {
    rule: 'confirmed',
    kind: 'Wait',
    reason: 'NotConfirmed',
    apply: withFinding((finding) => ({
      ...finding,
      status: { ...finding.status, conditions: [isTrue('Suspected')] },
    })),
  },
  {
    rule: 'action',
    kind: 'Refuse',
    reason: 'NoAction',
    apply: withFinding((finding) => ({ ...finding, spec: { ...finding.spec, detector: 'nobody-lists-it' } })),
  },
  {
    rule: 'supported',
    kind: 'Refuse',
    reason: 'Unsupported',
    apply: (input: DecisionInput): DecisionInput => {
      const evict = { type: 'Evict', evict: {}, verifyAfterSeconds: 60, minFreed: 1 } as const;
      const actions = input.policy.spec.actions.map((action) => ({
        ...action,
        ladder: [...action.ladder, evict],
      }));
      return withPolicy({ actions })(input);
    },
  },
  {
    rule: 'unknown',
    kind: 'Refuse',
    reason: 'UnknownBefore',
    apply: withCleanups({ completed: 'Unknown', createdAtMs: NOW - 2 * DAYS }),
  },
  {
    rule: 'ineffective',
    kind: 'Refuse',
    reason: 'TooOftenIneffective',
    apply: withCleanups(
      { completed: 'Ineffective', createdAtMs: NOW - 4 * DAYS },
      { completed: 'Ineffective', createdAtMs: NOW - 3 * DAYS },
    ),
  },
  {
    rule: 'breaker',
    kind: 'Refuse',
    reason: 'BreakerOpen',
    apply: (input: DecisionInput): DecisionInput => ({
      ...input,
      breaker: { openedAtMs: NOW, reason: 'three outcomes are unknown' },
    }),
  },
  {
    rule: 'acts',
    kind: 'Wait',
    reason: 'ActsOff',
    apply: (input: DecisionInput): DecisionInput => ({
      ...input,
      levels: [...input.levels, { level: 'pause', mode: 'Observe', reason: 'paused by anna' }],
    }),
  },
  {
    rule: 'underway',
    kind: 'Wait',
    reason: 'UnderWay',
    apply: withCleanups({ createdAtMs: NOW - 3 * HOUR }),
  },
  {
    rule: 'cooldown',
    kind: 'Wait',
    reason: 'Cooldown',
    apply: withCleanups({ completed: 'Refused', createdAtMs: NOW - 60_000 }),
  },
  {
    rule: 'window',
    kind: 'Wait',
    reason: 'OutsideWindow',
    apply: withPolicy({ windows: [{ schedule: '0 22 * * *', durationSeconds: 3600, timeZone: 'UTC' }] }),
  },
  {
    rule: 'node',
    kind: 'Wait',
    reason: 'NodeBusy',
    apply: withCleanups({ createdAtMs: NOW - 3 * HOUR, spec: { target: elsewhere(99) } }),
  },
  {
    rule: 'namespace',
    kind: 'Wait',
    reason: 'NamespaceBudget',
    apply: (input: DecisionInput): DecisionInput => {
      const target = { ...input.finding.spec.target, ...inPod };
      const spent = withCleanups(...closedElsewhere(5, inPod))(input);
      return withFinding((finding) => ({ ...finding, spec: { ...finding.spec, target } }))(spent);
    },
  },
  { rule: 'hour', kind: 'Wait', reason: 'HourBudget', apply: withCleanups(...closedElsewhere(20)) },
  {
    rule: 'nodes',
    kind: 'Wait',
    reason: 'NodesBudget',
    apply: (input) => withCleanups(...closedElsewhere(1, { node: 'node-b' }))({ ...input, nodes: 1 }),
  },
  {
    rule: 'queue',
    kind: 'Wait',
    reason: 'QueueFull',
    apply: (input: DecisionInput): DecisionInput => ({ ...input, queueIsFull: true }),
  },
];
