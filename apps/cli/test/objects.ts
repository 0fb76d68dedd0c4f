/*
 * Objects as the controller answers them, for the specs of the command. Small, whole, and a minute old.
 */
import type { Condition, MemoryCleanup, MemoryFinding, MemoryPolicy, Target } from '#api';

export const NOW_MS = Date.parse('2026-11-21T14:05:00.000Z');
export const at = (secondsAgo: number): string => new Date(NOW_MS - secondsAgo * 1000).toISOString();
const MIB = 1024 * 1024;

export const TARGET: Target = {
  node: 'node-a',
  bootID: '3f2c9a10-0000-4000-8000-000000000000',
  device: 'host',
  holder: 'process:1234:5678',
  process: { pid: 1234, startTimeTicks: 5678, name: 'mw-cache' },
};

export function condition(type: string, reason: string, more: Partial<Condition> = {}): Condition {
  return { type, status: 'True', reason, message: '', lastTransitionTime: at(60), ...more };
}

export function finding(
  name: string,
  status: Partial<MemoryFinding['status']> = {},
  target: Target = TARGET,
): MemoryFinding {
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryFinding',
    metadata: { name, resourceVersion: '1' },
    spec: {
      type: 'Pressure',
      class: 'NonReclaimable',
      detector: 'full',
      policyRef: { name: 'cache-server', uid: 'u1', generation: 3 },
      target,
    },
    status: {
      firstSeen: at(90),
      lastSeen: at(2),
      bytes: 512 * MIB,
      quality: 'Measured',
      limitBytes: 540 * MIB,
      percent: 94.81,
      evidence: [{ type: 'Pressure', at: at(60), message: '512.0 MiB of 540.0 MiB for 30 s' }],
      cleanups: 0,
      conditions: [condition('Suspected', 'AboveMark'), condition('Confirmed', 'LongEnough')],
      ...status,
    },
  };
}

type Step = MemoryCleanup['status']['steps'][number];

export const VERIFIED: Step = {
  index: 0,
  type: 'Notify',
  state: 'Verified',
  outcome: 'Freed',
  orderID: 'u9.0.1',
  attempt: 1,
  issuedAt: at(40),
  executedAt: at(40),
  before: { bytes: 512 * MIB, quality: 'Measured', takenAt: at(41) },
  after: { bytes: 12 * MIB, quality: 'Measured', takenAt: at(30) },
};

export function cleanup(
  name: string,
  given: {
    steps?: readonly Step[];
    completed?: string;
    freedMiB?: number;
    spec?: Partial<MemoryCleanup['spec']>;
  } = {},
): MemoryCleanup {
  const { steps = [VERIFIED], completed = 'Freed', freedMiB = 500, spec = {} } = given;
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryCleanup',
    metadata: { name, resourceVersion: '1', creationTimestamp: at(50) },
    spec: {
      target: TARGET,
      findingRef: { name: 'pressure-7f3c9a12' },
      policyRef: { name: 'cache-server', uid: 'u1', generation: 3 },
      mode: 'Enforce',
      ladder: [
        {
          type: 'Notify',
          notify: { transport: 'Signal', signal: 'SIGUSR2' },
          verifyAfterSeconds: 10,
          minFreed: '64Mi',
        },
      ],
      queuePriority: 'Normal',
      deadline: at(-600),
      ...spec,
    },
    status: {
      steps,
      freedBytes: freedMiB * MIB,
      requestedBy: 'policy/cache-server',
      conditions: completed === '' ? [] : [condition('Completed', completed)],
    },
  };
}

const SPEC: MemoryPolicy['spec'] = {
  matchingPrecedence: 1000,
  mode: 'Enforce',
  paused: false,
  match: { processes: { names: ['mw-cache'] } },
  detectors: [
    {
      name: 'full',
      type: 'Pressure',
      pressure: { signal: 'NonReclaimable', percentOfLimit: 90, clearPercent: 80, forSeconds: 30 },
    },
  ],
  actions: [
    {
      detectors: ['full'],
      ladder: [
        {
          type: 'Notify',
          notify: { transport: 'Signal', signal: 'SIGUSR2' },
          verifyAfterSeconds: 10,
          minFreed: '64Mi',
        },
      ],
      cooldownSeconds: 600,
      maxIneffective: 2,
      queuePriority: 'Normal',
    },
  ],
  windows: [],
  limits: { perNode: 1, perNamespacePerHour: 5, perHour: 20, maxNodes: 10, maxNodesPercent: 2 },
  protection: { honorPodLabels: 'Always', maxKeepSeconds: 86400 },
};

export function policy(name: string, more: Partial<MemoryPolicy> = {}): MemoryPolicy {
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryPolicy',
    metadata: { name, generation: 3, annotations: { 'memwarden.dev/source': `/p/${name}.yaml` } },
    spec: SPEC,
    status: {
      rules: { pods: 1, shadowed: 0, shadowedBy: [] },
      lastDay: { wouldAct: 0, acted: 2, freedBytes: 900 * MIB, refused: [{ reason: 'NoHandler', count: 1 }] },
      conditions: [condition('Accepted', 'Valid'), condition('InForce', 'Newest')],
    },
    ...more,
  };
}
