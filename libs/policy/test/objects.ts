/*
 * Policies, ledgers, findings and cleanups for tests: complete objects, of which a test says only what it is about.
 */
import {
  findingName,
  rfc3339,
  type Condition,
  type Detector,
  type LadderStep,
  type MemoryCleanup,
  type MemoryFinding,
  type MemoryPolicy,
  type MemoryPolicySpec,
  type Target,
} from '#api';
import type { Holder, NodeLedger } from '#contracts/ledger';
import type { AgentVeto } from '#contracts/order';
import { bytes, GIB, signedBytes } from '#contracts/units';
import type { CleanupFacts } from '../src/move.js';

export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const HOUR = 3_600_000;

export const STEP: LadderStep = {
  type: 'Notify',
  notify: { transport: 'Signal', signal: 'SIGUSR2' },
  verifyAfterSeconds: 60,
  minFreed: '1Gi',
};

export function pressureDetector(
  change: Partial<NonNullable<Detector['pressure']>> = {},
  name = 'press',
): Detector {
  const pressure = {
    signal: 'NonReclaimable',
    percentOfLimit: 90,
    clearPercent: 80,
    forSeconds: 60,
  } as const;
  return { name, type: 'Pressure', pressure: { ...pressure, ...change } };
}

export function policyOf(
  change: Partial<MemoryPolicySpec> = {},
  metadata: Partial<MemoryPolicy['metadata']> = {},
): MemoryPolicy {
  const name = metadata.name ?? 'caches';
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryPolicy',
    metadata: { name, uid: `uid-${name}`, generation: 1, ...metadata },
    spec: {
      matchingPrecedence: 1000,
      mode: 'Enforce',
      paused: false,
      match: { processes: { names: ['cache'] } },
      detectors: [pressureDetector()],
      actions: [
        {
          detectors: ['press'],
          ladder: [STEP],
          cooldownSeconds: 1800,
          maxIneffective: 2,
          queuePriority: 'Normal',
          acknowledgeDisruption: false,
        },
      ],
      windows: [],
      limits: { perNode: 1, perNamespacePerHour: 5, perHour: 20, maxNodes: 10, maxNodesPercent: 20 },
      protection: { honorPodLabels: 'Always', maxKeepSeconds: 86_400 },
      ...change,
    },
  };
}

/** anon bytes only: all of it cannot be reclaimed. */
export function processRow(pid: number, held: number, change: Partial<Holder> = {}): Holder {
  return {
    id: `process:${pid}:${pid * 10}`,
    kind: 'process',
    name: 'cache',
    class: 'Running',
    flags: [],
    bytes: bytes(held),
    parts: { anon: bytes(held), shmem: bytes(0), file: bytes(0), kernel: bytes(0) },
    quality: 'measured',
    pid,
    startTimeTicks: pid * 10,
    ...change,
  };
}

export function cgroupRow(inode: number, path: string, held: number, change: Partial<Holder> = {}): Holder {
  return {
    id: `cgroup:${inode}:${path}`,
    kind: 'cgroup',
    name: path,
    class: 'Running',
    flags: [],
    bytes: bytes(held),
    parts: { anon: bytes(held), shmem: bytes(0), file: bytes(0), kernel: bytes(0) },
    quality: 'measured',
    ...change,
  };
}

export interface LedgerShape {
  readonly node?: string;
  readonly bootId?: string;
  readonly takenAtMs?: number;
  readonly totalBytes?: number | null;
  readonly unknownHolders?: number;
  readonly someAvg10?: number | null;
}

export function ledgerOf(rows: readonly Holder[], shape: LedgerShape = {}): NodeLedger {
  const { totalBytes = 100 * GIB, someAvg10 = 0, unknownHolders = 0 } = shape;
  const held = rows.reduce((sum, row) => sum + (row.within === undefined ? row.bytes : 0), 0);
  return {
    node: shape.node ?? 'node-a',
    bootId: shape.bootId ?? 'boot-1',
    takenAtMs: shape.takenAtMs ?? NOW,
    pressure: someAvg10 === null ? null : { someAvg10, fullAvg10: 0, oomKills: 0 },
    devices: [
      {
        id: 'host',
        kind: 'host',
        name: 'Host memory',
        totalBytes: totalBytes === null ? null : bytes(totalBytes),
        usedBytes: bytes(held),
        reservedBytes: bytes(0),
        unattributedBytes: signedBytes(0),
        errorBoundBytes: bytes(0),
        unattributedKnown: [],
        unknownHolders,
        quality: 'measured',
        holders: rows,
      },
    ],
  };
}

export function targetFor(pid = 7, change: Partial<Target> = {}): Target {
  return {
    node: 'node-a',
    bootID: 'boot-1',
    device: 'host',
    holder: `process:${pid}:${pid * 10}`,
    process: { pid, startTimeTicks: pid * 10, name: 'cache' },
    ...change,
  };
}

export function isTrue(type: string, reason: string = type, atMs = NOW): Condition {
  return { type, status: 'True', reason, message: '', lastTransitionTime: rfc3339(atMs) };
}

export function findingFor(
  policy: MemoryPolicy,
  target: Target = targetFor(),
  change: Partial<MemoryFinding['status']> = {},
): MemoryFinding {
  const { name, uid = name, generation = 1 } = policy.metadata;
  const policyRef = { name, uid, generation };
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryFinding',
    metadata: { name: findingName('Pressure', 'NonReclaimable/press', policyRef, target) },
    spec: { type: 'Pressure', class: 'NonReclaimable', detector: 'press', policyRef, target },
    status: {
      firstSeen: rfc3339(NOW - HOUR),
      lastSeen: rfc3339(NOW),
      bytes: 95 * GIB,
      quality: 'Measured',
      limitBytes: 100 * GIB,
      percent: 95,
      evidence: [],
      cleanups: 0,
      conditions: [isTrue('Suspected'), isTrue('Confirmed')],
      ...change,
    },
  };
}

export interface CleanupShape {
  readonly name?: string;
  readonly spec?: Partial<MemoryCleanup['spec']>;
  readonly status?: Partial<MemoryCleanup['status']>;
  readonly createdAtMs?: number;
  /** Reason of Completed; null: open. */
  readonly completed?: string | null;
}

let made = 0;

export function cleanupOf(shape: CleanupShape = {}): MemoryCleanup {
  const { completed = null, createdAtMs = NOW - 60_000 } = shape;
  const name = shape.name ?? `cleanup-${(made += 1)}`;
  const ladder = shape.spec?.ladder ?? [STEP];
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryCleanup',
    metadata: { name, uid: `uid-${name}`, creationTimestamp: rfc3339(createdAtMs) },
    spec: {
      target: targetFor(),
      policyRef: { name: 'caches', uid: 'uid-caches', generation: 1 },
      mode: 'Enforce',
      ladder,
      queuePriority: 'Normal',
      deadline: rfc3339(createdAtMs + HOUR),
      ...shape.spec,
    },
    status: {
      steps: ladder.map(({ type }, index) => ({ index, type, state: 'Pending' })),
      freedBytes: 0,
      requestedBy: 'policy/caches',
      conditions: completed === null ? [] : [isTrue('Completed', completed, createdAtMs)],
      ...shape.status,
    },
  };
}

export const VETO: AgentVeto = { journalId: 'journal-1', epoch: 1, mode: 'Enforce', reason: '' };

/** All in favour: an order can be issued at once. */
export function factsOf(change: Partial<CleanupFacts> = {}): CleanupFacts {
  return {
    nowMs: NOW,
    off: null,
    forbidden: null,
    isWanted: true,
    opensAtMs: 0,
    veto: VETO,
    isReady: true,
    underWay: null,
    ledger: ledgerOf([processRow(7, 95 * GIB)]),
    answer: null,
    sentOrderId: null,
    ...change,
  };
}
