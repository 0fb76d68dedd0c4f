import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { KubeClusterView } from '#kube';
import { ApiServer } from './api-server.js';

jest.setTimeout(30_000);
let server: ApiServer;
let view: KubeClusterView;
let changes: (string | null)[] = [];

function pod(
  name: string,
  node: string | undefined,
  more: { metadata?: object; spec?: object } = {},
): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'team-a', labels: { app: 'web' }, ...more.metadata },
    spec: { ...(node && { nodeName: node }), containers: [{ name: 'main', image: 'none' }], ...more.spec },
  };
}

function status(name: string, value: object): void {
  server.kubectl([
    'patch',
    'pod',
    name,
    '-n',
    'team-a',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status: value }),
  ]);
}

async function until(look: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!look()) {
    if (performance.now() > deadline)
      throw new Error(`not within 15 s: ${JSON.stringify([changes, view.podsOf('node-a')])}`);
    await pause(10);
  }
}

const namesOf = (node: string): string[] => view.podsOf(node).map(({ name }) => name);

beforeAll(async () => {
  server = await ApiServer.start();
  const node = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { zone: name } },
  });
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team-a', labels: { tenant: 'a' } },
  };
  await server.apply([namespace, node('node-a'), node('node-b')]);
  await server.apply([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'team-a' } },
  ]);
  await server.apply([pod('a', 'node-a'), pod('pending', undefined)]);
  view = new KubeClusterView({ client: server.client(), chance: Math.random });
  await view.synced(AbortSignal.timeout(20_000));
  view.onChange((node) => changes.push(node));
}, 180_000);

afterAll(async () => {
  await view[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('KubeClusterView at a real API server', () => {
  it('has nodes, namespaces and the pods of each node', () => {
    expect(view.nodes().map(({ name }) => name)).toEqual(['node-a', 'node-b']);
    expect(view.node('node-a')).toMatchObject({
      labels: { zone: 'node-a' },
      isUnschedulable: false,
      isEnding: false,
    });
    expect(view.namespace('team-a')?.labels).toMatchObject({ tenant: 'a' });
    expect([view.node('none'), view.namespace('none'), view.podsOf('none')]).toEqual([null, null, []]);
    expect(namesOf('node-a')).toEqual(['a']);
    expect(view.health().every(({ state }) => state === 'ok')).toBe(true);
  });

  it('shows a pod when it is bound, its containers when they run, and nothing once it has ended', async () => {
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'pending', namespace: 'team-a' },
      target: { kind: 'Node', name: 'node-b' },
    };
    await server
      .client()
      .createAt(
        { group: '', version: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true },
        { name: 'pending', namespace: 'team-a' },
        binding,
        { subresource: 'binding' },
      );
    await until(() => namesOf('node-b').length === 1);
    const running = {
      phase: 'Running',
      podIP: '10.1.0.9',
      podIPs: [{ ip: '10.1.0.9' }],
      containerStatuses: [containerStatus()],
    };
    status('pending', running);
    await until(() => view.podsOf('node-b')[0]?.podIP === '10.1.0.9');
    expect(view.podsOf('node-b')[0]?.containers).toEqual([{ name: 'main', id: 'f00d' }]);
    status('pending', { phase: 'Succeeded' });
    await until(() => namesOf('node-b').length === 0);
  });

  it('tells of the node whose pods are others, and of nothing that nobody reads', async () => {
    changes = [];
    status('a', {
      conditions: [{ type: 'Ready', status: 'False', lastProbeTime: null }],
      message: 'a heartbeat',
    });
    server.kubectl(['annotate', 'pod', 'a', '-n', 'team-a', 'unrelated=1']);
    server.kubectl(['annotate', 'node', 'node-b', 'unrelated=1']);
    server.kubectl(['annotate', 'pod', 'a', '-n', 'team-a', 'memwarden.dev/notify-signal=SIGHUP']);
    await until(() => view.podsOf('node-a')[0]?.annotations['memwarden.dev/notify-signal'] === 'SIGHUP');
    server.kubectl(['label', 'node', 'node-b', 'pool=gpu']);
    server.kubectl(['label', 'namespace', 'team-a', 'more=1']);
    await until(() => changes.includes(null));
    await until(() => changes.includes('node-b'));
    expect(changes.toSorted()).toEqual(['node-a', 'node-b', null]);
  });

  it('knows a pod of the same name for another', async () => {
    const before = view.podsOf('node-a')[0]?.uid;
    server.kubectl(['delete', 'pod', 'a', '-n', 'team-a', '--force', '--grace-period=0']);
    await server.apply([pod('a', 'node-b')]);
    await until(() => namesOf('node-b').length === 1 && namesOf('node-a').length === 0);
    expect(view.podsOf('node-b')[0]?.uid).not.toBe(before);
  });

  it('knows what a pod belongs to, and what is a file of the kubelet', async () => {
    const owner = (kind: string, name: string): object => ({
      apiVersion: 'apps/v1',
      kind,
      name,
      uid: 'u',
      controller: true,
    });
    const labels = { 'pod-template-hash': '7d9c' };
    await server.apply([
      pod('web-7d9c-x', 'node-a', {
        metadata: { labels, ownerReferences: [owner('ReplicaSet', 'web-7d9c')] },
      }),
      pod('db-0', 'node-a', { metadata: { ownerReferences: [owner('StatefulSet', 'db')] } }),
    ]);
    await until(() => namesOf('node-a').length === 2);
    expect(view.podsOf('node-a').map(({ workload }) => `${workload?.kind}/${workload?.name}`)).toEqual([
      'StatefulSet/db',
      'Deployment/web',
    ]);
  });

  it('knows a node that is cordoned or deleted', async () => {
    server.kubectl(['cordon', 'node-b']);
    await until(() => view.node('node-b')?.isUnschedulable === true);
    server.kubectl(['delete', 'node', 'node-b']);
    await until(() => view.node('node-b') === null);
    expect(view.nodes().map(({ name }) => name)).toEqual(['node-a']);
  });
});

function containerStatus(): object {
  return {
    name: 'main',
    containerID: 'containerd://f00d',
    image: 'none',
    imageID: '',
    ready: true,
    restartCount: 0,
    state: { running: {} },
  };
}
