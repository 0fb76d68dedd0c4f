import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { StoredObject } from '#contracts/store';
import type { KubeClient, ResourceType } from '#kube';
import { bundleSource } from '../../testing/bundle-source.mjs';
import { ApiServer } from './api-server.js';

/** KUBE_PODS=20000 is the size of the goal: 1,000 nodes. */
const PODS = Number(process.env['KUBE_PODS'] ?? 2000);
const PER_NODE = 20;
const POD: ResourceType = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true };
const NODE: ResourceType = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', isNamespaced: false };
let server: ApiServer;
let podBytes = 0;

/** As a Deployment's pod looks that somebody really runs. */
function pod(i: number): StoredObject {
  const app = `service-${Math.floor(i / 10)}`;
  const env = Array.from({ length: 30 }, (_, n) => ({
    name: `SETTING_${n}`,
    value: `value-${i}-${n}-`.repeat(4),
  }));
  const body = {
    metadata: {
      name: `${app}-7d9c8f6b5-${i.toString(36).padStart(5, '0')}`,
      namespace: 'default',
      labels: {
        'app.kubernetes.io/name': app,
        'app.kubernetes.io/part-of': 'shop',
        'app.kubernetes.io/managed-by': 'Helm',
        'pod-template-hash': '7d9c8f6b5',
        team: `team-${i % 7}`,
      },
      annotations: {
        'checksum/config': 'f'.repeat(64),
        'prometheus.io/scrape': 'true',
        ...(i % 10 === 0 && { 'memwarden.dev/notify-signal': 'SIGHUP' }),
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app}-7d9c8f6b5`,
          uid: `u${i}`,
          controller: true,
        },
      ],
    },
    spec: {
      nodeName: `node-${Math.floor(i / PER_NODE)}`,
      containers: [
        { name: 'main', image: `registry.example/${app}:1.2.3`, env },
        { name: 'proxy', image: 'registry.example/proxy:4.5.6', env: env.slice(0, 5) },
      ],
    },
  };
  podBytes = JSON.stringify(body).length;
  return body;
}

async function each(count: number, make: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const workers = Array.from({ length: 12 }, async () => {
    for (let i = next++; i < count; i = next++) await make(i);
  });
  await Promise.all(workers);
}

async function made(client: KubeClient, i: number): Promise<void> {
  const object = pod(i);
  await client.create(POD, object, { timeoutMs: 60_000 });
  const containerStatuses = ['main', 'proxy'].map((name) => ({
    ...{
      name,
      image: 'x',
      imageID: `sha256:${'e'.repeat(64)}`,
      ready: true,
      restartCount: 0,
      state: { running: {} },
    },
    containerID: `containerd://${i.toString(16).padStart(64, name === 'main' ? 'a' : 'b')}`,
  }));
  const ip = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], containerStatuses };
  await client.patch(
    POD,
    object.metadata,
    { status },
    { kind: 'merge', subresource: 'status', timeoutMs: 60_000 },
  );
}

beforeAll(async () => {
  server = await ApiServer.start();
  await server.apply([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } },
  ]);
  const client = server.client();
  await each(Math.ceil(PODS / PER_NODE), (i) => client.create(NODE, { metadata: { name: `node-${i}` } }));
  await each(PODS, (i) => made(client, i));
}, 1_800_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('the cluster in memory', () => {
  it('takes at most 2.5 KiB a pod, with all that is there for any number of them', async () => {
    const program = await bundleSource('libs/kube/test/view-footprint.ts', 'build/test/view-footprint.mjs');
    const flags = ['--expose-gc', '--optimize-for-size', '--max-semi-space-size=1'];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, server.kubeconfig]);
    const read = JSON.parse(stdout) as { pods: number; nodes: number; heldBytes: number };
    console.log(
      `${stdout} ${Math.round(read.heldBytes / read.pods)} bytes a pod, whose spec has ${podBytes}`,
    );
    expect([read.pods, read.nodes]).toEqual([PODS, Math.ceil(PODS / PER_NODE)]);
    expect(read.heldBytes / read.pods).toBeLessThan(2560);
  }, 180_000);
});
