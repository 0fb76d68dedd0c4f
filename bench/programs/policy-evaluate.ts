/*
 * policy.evaluate in a process of its own: one sample of a node with 10,000 holders under 1,000 policies, in CPU
 * milliseconds. `ms`: policies that name processes, each rules ten, half of them above their mark with open findings.
 * `hostileMs`: a thousand policies that all match every holder by selectors, over 500 pods. Prints one line of JSON.
 * Argument: how many runs.
 */
import type { MemoryPolicy, MemoryPolicySpec } from '#api';
import type { Holder, NodeLedger } from '#contracts/ledger';
import { bytes, GIB, MIB, signedBytes } from '#contracts/units';
import { compilePolicies, evaluateNode, memoryFrom, NO_OWNERS, podKey, type OwnerFacts } from '#policy';

const POLICIES = 1000;
const HOLDERS = 10_000;
const PODS = 500;
const PERIOD_MS = 5000;
const runs = Number(process.argv[2] ?? 20);

function policy(index: number, match: MemoryPolicySpec['match']): MemoryPolicy {
  const pressure = {
    signal: 'NonReclaimable',
    percentOfLimit: 90,
    clearPercent: 80,
    forSeconds: 60,
  } as const;
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryPolicy',
    metadata: { name: `policy-${index}`, uid: `uid-${index}`, generation: 1 },
    spec: {
      matchingPrecedence: 1 + ((index * 7919) % 10_000),
      mode: 'DryRun',
      paused: false,
      match,
      detectors: [{ name: 'press', type: 'Pressure', pressure }],
      actions: [],
      windows: [],
      limits: { perNode: 1, perNamespacePerHour: 5, perHour: 20, maxNodes: 10, maxNodesPercent: 2 },
      protection: { honorPodLabels: 'Always', maxKeepSeconds: 86_400 },
    },
  };
}

/** A process in each of HOLDERS / 2 cgroups with a limit of a gibibyte. */
function holder(index: number): readonly Holder[] {
  const held = bytes((index % 2 === 0 ? 950 : 100) * MIB);
  const parts = { anon: held, shmem: bytes(0), file: bytes(0), kernel: bytes(0) };
  const owner = { namespace: 'shop', pod: `pod-${index % PODS}` };
  const common = { flags: [], bytes: held, parts, class: 'Running', quality: 'measured', ...owner } as const;
  const path = `/kubepods/burstable/pod-${index % PODS}/container-${index}`;
  const id = `cgroup:${index}:${path}`;
  const pid = index + 1;
  return [
    { ...common, id, kind: 'cgroup', name: path, limitBytes: bytes(GIB) },
    {
      ...common,
      id: `process:${pid}:9`,
      kind: 'process',
      name: `app-${index % POLICIES}`,
      within: id,
      pid,
      startTimeTicks: 9,
    },
  ];
}

const holders = Array.from({ length: HOLDERS / 2 }, (_, index) => holder(index)).flat();

function ledger(takenAtMs: number): NodeLedger {
  const known = {
    totalBytes: bytes(1024 * GIB),
    usedBytes: bytes(0),
    reservedBytes: bytes(0),
    errorBoundBytes: bytes(0),
  };
  const host = {
    id: 'host',
    kind: 'host',
    name: 'Host memory',
    quality: 'measured',
    unknownHolders: 0,
  } as const;
  const rest = { unattributedBytes: signedBytes(0), unattributedKnown: [] };
  return {
    node: 'bench',
    bootId: 'boot',
    takenAtMs,
    pressure: { someAvg10: 0, fullAvg10: 0, oomKills: 0 },
    devices: [{ ...host, ...known, ...rest, holders }],
  };
}

const owners: OwnerFacts = {
  ...NO_OWNERS,
  namespaces: new Map([['shop', { labels: { team: 'a' }, annotations: {} }]]),
  pods: new Map(
    Array.from({ length: PODS }, (_, i) => [
      podKey('shop', `pod-${i}`),
      { uid: `pod-${i}`, labels: { app: `app-${i}`, tier: 'web' }, annotations: {} },
    ]),
  ),
};

/** CPU milliseconds of each sample after the first two, which find and create. */
function measured(policies: readonly MemoryPolicy[]): number[] {
  const compiled = compilePolicies(policies);
  let memory = memoryFrom('bench', []);
  return Array.from({ length: runs + 2 }, (_, run) => {
    const before = process.cpuUsage();
    ({ memory } = evaluateNode({
      compiled,
      ledger: ledger(run * PERIOD_MS),
      owners,
      memory,
      samplePeriodMs: PERIOD_MS,
    }));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }).slice(2);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const byName = Array.from({ length: POLICIES }, (_, i) => policy(i, { processes: { names: [`app-${i}`] } }));
const hostile = Array.from({ length: POLICIES }, (_, i) =>
  policy(i, {
    namespaceSelector: { matchLabels: { team: 'a' } },
    podSelector: {
      matchLabels: { tier: 'web' },
      matchExpressions: [
        { key: 'app', operator: 'NotIn', values: [`none-${i}`] },
        { key: 'app', operator: 'Exists' },
      ],
    },
  }),
);
const ms = measured(byName);
const hostileMs = measured(hostile);
const line = {
  ms: median(ms),
  msMax: Math.max(...ms),
  hostileMs: median(hostileMs),
  policies: POLICIES,
  holders: HOLDERS,
};
process.stdout.write(`${JSON.stringify(line)}\n`);
