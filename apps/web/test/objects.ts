/* Findings, cleanups and policies for the page's specs: by hand, and any ones by fast-check. */
import fc from 'fast-check';
import type { Cleanup, Finding, Measured, ModeNow, Policy, Step, Target } from '../src/model/objects.js';

export const NOON_MS = Date.UTC(2026, 10, 21, 12);

export function target(more: Partial<Target> = {}): Target {
  return {
    node: 'a',
    device: 'host',
    holder: 'process:7:1',
    process: { pid: 7, name: 'cache' },
    cgroup: null,
    pod: null,
    ...more,
  };
}

export function measured(bytes: number | null): Measured {
  return { bytes, atMs: NOON_MS, quality: 'Measured' };
}

export function step(more: Partial<Step> = {}): Step {
  return {
    state: 'Pending',
    outcome: null,
    reason: null,
    message: null,
    orderId: null,
    attempt: 1,
    issuedAtMs: NaN,
    executedAtMs: NaN,
    before: null,
    after: null,
    ...more,
  };
}

export function cleanup(more: Partial<Cleanup> = {}): Cleanup {
  return {
    name: 'c',
    target: target(),
    finding: null,
    policy: { name: 'caches', generation: 1 },
    dryRun: false,
    ladder: [{ act: 'Notify SIGUSR2', verifyAfterSeconds: 60, minFreedBytes: 1024 }],
    priority: 'Normal',
    notBeforeMs: NaN,
    deadlineMs: NOON_MS + 60_000,
    words: null,
    cancelled: false,
    steps: [step()],
    freedBytes: 0,
    requestedBy: 'policy/caches',
    createdAtMs: NOON_MS,
    completed: null,
    ...more,
  };
}

export function closed(reason: string, more: Partial<Cleanup> = {}, atMs = NOON_MS): Cleanup {
  return cleanup({ completed: { reason, message: '', atMs }, ...more });
}

/** Measured before and after. */
export function verified(reason: string, before: number, after: number): Cleanup {
  const outcome = reason;
  const steps = [step({ state: 'Verified', outcome, before: measured(before), after: measured(after) })];
  return closed(reason, { steps, freedBytes: Math.max(0, before - after) });
}

export function finding(more: Partial<Finding> = {}): Finding {
  return {
    name: 'f',
    type: 'Pressure',
    detector: 'press',
    policy: { name: 'caches', generation: 1 },
    target: target(),
    stage: 'Confirmed',
    stageSaid: { reason: 'Above', message: '', atMs: NOON_MS },
    firstSeenMs: NOON_MS,
    lastSeenMs: NOON_MS,
    bytes: 95,
    quality: 'Measured',
    limitBytes: 100,
    percent: 95,
    growthPerHour: null,
    evidence: [],
    decision: null,
    cleanup: null,
    cleanups: 0,
    ...more,
  };
}

export function policy(more: Partial<Policy> = {}): Policy {
  return {
    key: more.name ?? 'caches',
    name: 'caches',
    generation: 1,
    observedGeneration: 1,
    mode: 'Enforce',
    paused: false,
    precedence: 1000,
    match: '',
    detectors: [
      {
        name: 'press',
        type: 'Pressure',
        signal: 'NonReclaimable',
        percentOfLimit: 90,
        clearPercent: 80,
        forSeconds: 60,
      },
    ],
    actions: [],
    windows: [],
    limits: '',
    accepted: { reason: 'Valid', message: '', atMs: NOON_MS, holds: true },
    inForce: { reason: 'LastGoodGeneration', message: '', atMs: NOON_MS, holds: true },
    rules: { targets: 3, shadowed: 0, shadowedBy: [] },
    lastDay: null,
    source: null,
    ...more,
  };
}

export const MODE_ON: ModeNow = {
  effective: 'Enforce',
  actsOn: true,
  levels: [{ level: 'installation', mode: 'Enforce', reason: '' }],
  pause: null,
  breaker: null,
  nodes: [{ node: 'a', mode: 'Enforce', reason: '' }],
};

const REASONS = [
  'Freed',
  'Ineffective',
  'Refused',
  'Unknown',
  'DryRun',
  'Cancelled',
  'Expired',
  'TargetGone',
  'NewWord',
];

const anyBytes = fc.option(fc.nat({ max: 2 ** 40 }));
const anyStep: fc.Arbitrary<Step> = fc.record({
  state: fc.constantFrom('Pending', 'Issued', 'Executed', 'Verified', 'Refused', 'Unknown'),
  outcome: fc.constantFrom(null, 'Freed', 'Ineffective', 'Refused', 'Unknown'),
  reason: fc.constantFrom(null, 'NoHandler', 'AgentRestarted', 'SomethingNew'),
  message: fc.option(fc.string({ unit: 'binary' })),
  orderId: fc.option(fc.string()),
  attempt: fc.nat({ max: 3 }),
  issuedAtMs: fc.constant(NaN),
  executedAtMs: fc.constantFrom(NaN, NOON_MS),
  before: fc.option(anyBytes.map(measured)),
  after: fc.option(anyBytes.map(measured)),
});

const DAY_MS = 86_400_000;

/** Any cleanup: also what no controller would make. */
export const anyCleanup: fc.Arbitrary<Cleanup> = fc
  .record({
    steps: fc.array(anyStep, { maxLength: 3 }),
    reason: fc.option(fc.constantFrom(...REASONS)),
    agoMs: fc.oneof(fc.nat({ max: 4 * DAY_MS }), fc.constant(NaN)),
    freedBytes: fc.nat({ max: 2 ** 40 }),
    policyName: fc.constantFrom(null, 'a', 'b'),
  })
  .map(({ steps, reason, agoMs, freedBytes, policyName }) => {
    const atMs = NOON_MS - agoMs;
    return cleanup({
      steps,
      freedBytes,
      createdAtMs: atMs,
      policy: policyName === null ? null : { name: policyName, generation: 1 },
      completed: reason === null ? null : { reason, message: '', atMs },
    });
  });

/** With names of their own; some of them over and over, as a policy that is refused again and again makes them. */
export const anyCleanups: fc.Arbitrary<readonly Cleanup[]> = fc
  .array(fc.tuple(anyCleanup, fc.integer({ min: 1, max: 7 })), { maxLength: 12 })
  .map((runs) =>
    runs
      .flatMap(([one, times]) => Array.from({ length: times }, () => one))
      .map((one, at) => ({ ...one, name: `c${at}` })),
  );
