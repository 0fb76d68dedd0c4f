import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  conditionOf,
  type MemoryCleanup,
  type MemoryFinding,
  type MemoryPolicy,
  type NodeMemory,
} from '#api';
import { until } from '../../../test/integration/support/until.js';
import { Cluster, NAMESPACE, type Replica } from './replicas.js';

jest.setTimeout(60_000);

const POLICY = {
  apiVersion: 'memwarden.dev/v1alpha1',
  kind: 'MemoryPolicy',
  metadata: { name: 'caches' },
  spec: {
    mode: 'Enforce',
    match: { processes: { names: ['cache'] } },
    detectors: [
      {
        name: 'press',
        type: 'Pressure',
        pressure: { signal: 'NonReclaimable', percentOfLimit: 50, clearPercent: 40, forSeconds: 1 },
      },
    ],
    actions: [
      {
        detectors: ['press'],
        ladder: [
          {
            type: 'Notify',
            notify: { transport: 'Signal', signal: 'SIGUSR2' },
            verifyAfterSeconds: 1,
            minFreed: '1Mi',
          },
        ],
        cooldownSeconds: 1,
      },
    ],
    limits: { perNode: 10, maxNodesPercent: 100 },
  },
};

let cluster: Cluster;
let first: Replica;
let second: Replica;

beforeAll(async () => {
  cluster = await Cluster.start();
  first = await cluster.replica('replica-a');
  await until('the first leads', async () => (await leaderOf(first)) === 'replica-a', 30_000);
  second = await cluster.replica('replica-b');
}, 180_000);
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
}, 60_000);

/** The status is written after the object. */
function isOver({ status }: Partial<MemoryCleanup>): boolean {
  return conditionOf(status?.conditions ?? [], 'Completed')?.status === 'True';
}

/** As its own health says: this one, or nobody that it could ask. */
async function leaderOf(replica: Replica): Promise<string | null> {
  const { status, body } = await replica.get('/api/v1/mode', cluster.token('viewer'));
  if (status !== 200) return null;
  const { levels } = body as { levels: { level: string; mode: string }[] };
  const said = levels.find(({ level }) => level === 'leader');
  return said?.mode === 'Enforce' ? replica.name : null;
}

describe('a controller in a cluster', () => {
  it('finds, acts and measures; what it did stands in objects', async () => {
    const agent = cluster.agent('node-a').sampleEvery(500);
    await cluster.api.apply([POLICY]);
    const closed = (): MemoryCleanup | undefined =>
      (cluster.list('memorycleanups') as MemoryCleanup[]).find((each) => isOver(each));
    await until('it is cleaned up', () => closed() !== undefined, 30_000);
    const [finding] = cluster.list('memoryfindings') as MemoryFinding[];
    expect(finding?.metadata.namespace).toBe(NAMESPACE);
    expect(closed()).toMatchObject({
      metadata: { namespace: NAMESPACE },
      spec: { findingRef: { name: finding?.metadata.name }, mode: 'Enforce' },
      status: { steps: [{ state: 'Verified', outcome: 'Freed' }], requestedBy: 'policy/caches' },
    });
    expect(agent.executed).toHaveLength(1);
  });

  it('tells the cluster: status of the policy, the node’s memory, events', async () => {
    const policy = (): MemoryPolicy | undefined => (cluster.list('memorypolicies') as MemoryPolicy[])[0];
    await until('the policy has a status', () => policy()?.status !== undefined, 15_000);
    const conditions = policy()?.status?.conditions ?? [];
    expect(conditions.map(({ type, status }) => [type, status])).toEqual(
      expect.arrayContaining([
        ['Accepted', 'True'],
        ['InForce', 'True'],
      ]),
    );
    const node = (): NodeMemory | undefined => (cluster.list('nodememories') as NodeMemory[])[0];
    await until('the node has its memory', () => node()?.status !== undefined, 40_000);
    expect(node()).toMatchObject({ metadata: { name: 'node-a' }, status: { bootID: 'boot-1' } });
    const reasons = (): string =>
      cluster.api.kubectl(['get', 'events', '-A', '-o', 'jsonpath={.items[*].reason}']);
    await until('it was said', () => reasons().includes('Freed'), 15_000);
  });

  it('is paused by whoever may write the ConfigMap, with kubectl', async () => {
    const mode = async (): Promise<string> =>
      ((await first.get('/api/v1/mode', cluster.token('viewer'))).body as { acts: string }).acts;
    const configMap = ['configmap', 'memwarden-pause', '-n', NAMESPACE];
    cluster.api.kubectl([
      'create',
      ...configMap,
      '--from-literal=by=ann',
      '--from-literal=reason=release night',
    ]);
    await until('acts are off', async () => (await mode()) === 'Off', 5000);
    cluster.api.kubectl(['delete', ...configMap]);
    await until('acts are on', async () => (await mode()) === 'On', 5000);
    expect(await mode()).toBe('On');
  });

  it('answers through every replica as the leader would, with the caller’s own rights', async () => {
    const viewer = cluster.token('viewer');
    for (const replica of [first, second]) {
      const { status, body } = await replica.get('/api/v1/nodes', viewer);
      expect([status, (body as { node: string }[]).map(({ node }) => node)]).toEqual([200, ['node-a']]);
      expect((await replica.get('/api/v1/nodes', 'x'.repeat(40))).status).toBe(401);
      expect(await replica.get('/api/v1/nodes', cluster.token('nobody'))).toMatchObject({
        status: 403,
        body: { code: 'Forbidden' },
      });
      expect(await replica.post('/api/v1/pause', viewer)).toMatchObject({ status: 403 });
    }
  });

  it('lets no agent speak for another node', async () => {
    const liar = cluster.agent('node-b', 'node-a').sampleEvery(200);
    const honest = cluster.agent('node-b').sampleEvery(200);
    const nodes = async (): Promise<readonly string[]> =>
      ((await first.get('/api/v1/nodes', cluster.token('viewer'))).body as { node: string }[]).map(
        ({ node }) => node,
      );
    await until('the honest one is heard', async () => (await nodes()).includes('node-b'));
    expect(liar.terms).toBeNull();
    expect(honest.terms).not.toBeNull();
    await liar[Symbol.asyncDispose]();
    await honest[Symbol.asyncDispose]();
  });

  it('hands over: another replica takes up agents, acts and pages; nothing is done twice', async () => {
    const agent = cluster.agent('node-b').sampleEvery(300);
    await until('it is asked', () => agent.executed.length === 1, 20_000);
    const started = performance.now();
    await first[Symbol.asyncDispose]();
    await until('the second leads', async () => (await leaderOf(second)) === 'replica-b', 20_000);
    const tookMs = performance.now() - started;
    agent.mib = 900;
    await until('it is asked again', () => agent.executed.length === 2, 30_000);
    expect(new Set(agent.executed).size).toBe(2);
    expect(tookMs).toBeLessThan(5000);
  });
});
