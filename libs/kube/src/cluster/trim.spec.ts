import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RawMetadata, RawPod } from './raw.js';
import { SharedValues } from './shared-values.js';
import { trimNamespace, trimNode, trimPod } from './trim.js';
import { workloadOf } from './workload.js';

const CREATED = '2026-11-21T12:00:05Z';
const MINUTES = Date.UTC(2026, 10, 21, 12) / 60_000;

function pod(
  change: { metadata?: RawMetadata; spec?: RawPod['spec']; status?: RawPod['status'] } = {},
): RawPod {
  const { metadata, spec, status } = change;
  return {
    metadata: { name: 'web-1', namespace: 'team-a', uid: 'u1', creationTimestamp: CREATED, ...metadata },
    spec: { nodeName: 'node-a', containers: [{ name: 'main' }], ...spec },
    status: { phase: 'Running', podIP: '10.0.0.7', ...status },
  };
}

function owned(
  kind: string,
  name: string,
  labels: Record<string, string> = {},
  apiVersion = 'apps/v1',
): RawMetadata {
  return {
    labels,
    creationTimestamp: CREATED,
    ownerReferences: [{ apiVersion, kind, name, controller: true }],
  };
}

describe('workloadOf', () => {
  it.each([
    ['Deployment/web', owned('ReplicaSet', 'web-7d9c', { 'pod-template-hash': '7d9c' })],
    ['ReplicaSet/web-7d9c', owned('ReplicaSet', 'web-7d9c')],
    ['ReplicaSet/web-7d9c', owned('ReplicaSet', 'web-7d9c', { 'pod-template-hash': '9c' })],
    ['ReplicaSet/-7d9c', owned('ReplicaSet', '-7d9c', { 'pod-template-hash': '7d9c' })],
    ['Rollout/web', owned('ReplicaSet', 'web-5f', { 'rollouts-pod-template-hash': '5f' })],
    ['CronJob/nightly', owned('Job', `nightly-${MINUTES}`, {}, 'batch/v1')],
    ['Job/nightly-20261121', owned('Job', 'nightly-20261121', {}, 'batch/v1')],
    ['Job/build-12345678', owned('Job', 'build-12345678', {}, 'batch/v1')],
    ['StatefulSet/db', owned('StatefulSet', 'db')],
    ['RayCluster/x', owned('RayCluster', 'x', {}, 'ray.io/v1')],
  ])('is %s', (expected, metadata) => {
    const workload = workloadOf(metadata);
    expect(`${workload?.kind ?? ''}/${workload?.name ?? ''}`).toBe(expected);
  });

  it('is nobody’s without a controller, and for a mirror of the node', () => {
    expect(workloadOf({})).toBeNull();
    expect(workloadOf({ ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x' }] })).toBeNull();
    expect(workloadOf(owned('Node', 'node-a', {}, 'v1'))).toBeNull();
  });
});

describe('trimPod', () => {
  const shared = new SharedValues();

  it('keeps what names rows and what selectors ask, and nothing else', () => {
    const labels = { app: 'web', 'memwarden.dev/protected': 'true' };
    const annotations = {
      'memwarden.dev/notify-signal': 'SIGHUP',
      'kubectl.kubernetes.io/last-applied': 'long',
    };
    const status = { containerStatuses: [{ name: 'main', containerID: 'containerd://abc' }] };
    expect(trimPod(pod({ metadata: { labels, annotations }, status }), shared)).toEqual({
      namespace: 'team-a',
      name: 'web-1',
      uid: 'u1',
      node: 'node-a',
      isStatic: false,
      containers: [{ name: 'main', id: 'abc' }],
      workload: null,
      labels: { 'memwarden.dev/protected': 'true' },
      annotations: { 'memwarden.dev/notify-signal': 'SIGHUP' },
      allLabels: labels,
      podIP: '10.0.0.7',
      isEnding: false,
    });
  });

  it('leaves out what is bound nowhere or has ended', () => {
    expect(trimPod(pod({ spec: { nodeName: '' } }), shared)).toBeNull();
    for (const phase of ['Succeeded', 'Failed'])
      expect(trimPod(pod({ status: { phase } }), shared)).toBeNull();
    expect(trimPod({}, shared)).toBeNull();
  });

  it('knows mirrors of files, and pods that are ending', () => {
    const annotations = { 'kubernetes.io/config.mirror': 'hash' };
    const trimmed = trimPod(pod({ metadata: { annotations, deletionTimestamp: CREATED } }), shared);
    expect(trimmed).toMatchObject({ isStatic: true, isEnding: true, annotations: {} });
  });

  it('lists containers that run or will: sidecars and debuggers too, init containers until they are done', () => {
    const spec = {
      initContainers: [{ name: 'done' }, { name: 'waits' }, { name: 'sidecar', restartPolicy: 'Always' }],
      ephemeralContainers: [{ name: 'debug' }],
    };
    const terminated = { terminated: {} };
    const status = {
      initContainerStatuses: [
        { name: 'done', containerID: 'cri-o://1', state: terminated },
        { name: 'sidecar', containerID: 'cri-o://2', state: terminated },
      ],
      ephemeralContainerStatuses: [{ name: 'debug', containerID: 'plain' }],
    };
    expect(trimPod(pod({ spec, status }), shared)?.containers).toEqual([
      { name: 'main', id: null },
      { name: 'waits', id: null },
      { name: 'sidecar', id: '2' },
      { name: 'debug', id: 'plain' },
    ]);
  });

  it('keeps once what pods have in common', () => {
    const [a, b] = ['web-1', 'web-2'].map((name) =>
      trimPod(pod({ metadata: { ...owned('StatefulSet', 'web', { app: 'web' }), name } }), shared),
    );
    expect(a?.allLabels).toBe(b?.allLabels);
    expect(a?.workload).toBe(b?.workload);
  });
});

describe('SharedValues', () => {
  it('never changes what it is given, however much that is', () => {
    const shared = new SharedValues();
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (labels) => {
        expect(shared.labels({ ...labels })).toEqual(labels);
      }),
    );
    for (let i = 0; i < 40_000; i += 1) if (shared.text(`t${i}`) !== `t${i}`) throw new Error('changed');
    expect(shared.labels({})).toBe(shared.labels({}));
  });
});

describe('trimNode, trimNamespace', () => {
  it('keep labels, and annotations of ours', () => {
    const shared = new SharedValues();
    const annotations = { 'memwarden.dev/max-mode': 'DryRun', other: 'x' };
    const metadata = {
      name: 'node-a',
      uid: 'n',
      labels: { a: 'b' },
      annotations,
      deletionTimestamp: CREATED,
    };
    expect(trimNode({ metadata, spec: { unschedulable: true } }, shared)).toEqual({
      name: 'node-a',
      uid: 'n',
      labels: { a: 'b' },
      annotations: { 'memwarden.dev/max-mode': 'DryRun' },
      isUnschedulable: true,
      isEnding: true,
    });
    expect(trimNamespace({ metadata }, shared)).toEqual({
      labels: { a: 'b' },
      annotations: { 'memwarden.dev/max-mode': 'DryRun' },
    });
    expect(trimNode({}, shared)).toMatchObject({ name: '', isUnschedulable: false, isEnding: false });
  });
});
