import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import { ApiUnavailable, evictPod, kubeconfigCredentials, NodeTaint, type Eviction } from '#kube';
import { ApiServer } from './api-server.js';

jest.setTimeout(30_000);
let server: ApiServer;

const inTeam = (name: string): { name: string; namespace: string } => ({ name, namespace: 'team-a' });

async function pod(name: string, labels: Record<string, string> = {}): Promise<string> {
  const spec = {
    nodeName: 'node-a',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'main', image: 'none' }],
  };
  await server.apply([{ apiVersion: 'v1', kind: 'Pod', metadata: { ...inTeam(name), labels }, spec }]);
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  server.kubectl([
    'patch',
    'pod',
    name,
    '-n',
    'team-a',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status: ready }),
  ]);
  return server.kubectl(['get', 'pod', name, '-n', 'team-a', '-o', 'jsonpath={.metadata.uid}']);
}

function budget(name: string, app: string, allowed: number): void {
  const object = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: inTeam(name),
    spec: { minAvailable: 1, selector: { matchLabels: { app } } },
  };
  server.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  // What the disruption controller would say.
  const status = {
    disruptionsAllowed: allowed,
    currentHealthy: 1,
    desiredHealthy: 1,
    expectedPods: 1,
    observedGeneration: 1,
  };
  server.kubectl([
    'patch',
    'pdb',
    name,
    '-n',
    'team-a',
    '--subresource=status',
    '--type=merge',
    '-p',
    JSON.stringify({ status }),
  ]);
}

const evict = (name: string, uid: string, more: Partial<Eviction> = {}): ReturnType<typeof evictPod> =>
  evictPod(server.client(), { ...inTeam(name), uid, ...more });

const ending = (name: string): string =>
  server.kubectl([
    'get',
    'pod',
    name,
    '-n',
    'team-a',
    '-o',
    'jsonpath={.metadata.deletionGracePeriodSeconds}',
  ]);

beforeAll(async () => {
  server = await ApiServer.start();
  await server.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } },
  ]);
  await server.apply([{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: inTeam('default') }]);
}, 180_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('evictPod at a real API server', () => {
  it('lets a pod end in its grace period, or in the one that is asked for', async () => {
    expect(await evict('own', await pod('own'))).toMatchObject({ kind: 'Executed' });
    expect(await evict('short', await pod('short'), { gracePeriodSeconds: 7 })).toMatchObject({
      kind: 'Executed',
    });
    expect([ending('own'), ending('short')]).toEqual(['30', '7']);
  });

  it('does nothing in a dry run', async () => {
    expect(await evict('dry', await pod('dry'), { dryRun: true })).toEqual({
      kind: 'Executed',
      detail: 'it would be evicted',
    });
    expect(ending('dry')).toBe('');
  });

  it('obeys a PodDisruptionBudget at once, with its words, in a dry run too', async () => {
    const uid = await pod('needed', { app: 'needed' });
    budget('needed', 'needed', 0);
    const startedMs = performance.now();
    for (const dryRun of [true, false]) {
      const outcome = await evict('needed', uid, { dryRun });
      expect(outcome).toMatchObject({ kind: 'Refused', reason: 'DisruptionBudget' });
      expect(outcome.detail).toMatch(/disruption budget/);
    }
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(ending('needed')).toBe('');
  });

  it('does not know what two budgets for one pod mean, and says so', async () => {
    const uid = await pod('twice', { app: 'twice' });
    budget('one', 'twice', 1);
    budget('two', 'twice', 1);
    const outcome = await evict('twice', uid);
    expect(outcome).toMatchObject({ kind: 'Unknown', reason: 'NoAnswer' });
    expect(outcome.detail).toMatch(/more than one PodDisruptionBudget/);
    expect(ending('twice')).toBe('');
  });

  it('never touches another pod of its name', async () => {
    const before = await pod('again');
    server.kubectl(['delete', 'pod', 'again', '-n', 'team-a', '--force', '--grace-period=0']);
    expect(await evict('again', before)).toMatchObject({ kind: 'Refused', reason: 'TargetGone' });
    await pod('again');
    expect(await evict('again', before)).toMatchObject({ kind: 'Refused', reason: 'TargetGone' });
    expect(ending('again')).toBe('');
    await expect(evict('again', '')).rejects.toThrow(InvalidValue);
  });

  it('is not permitted without the right, and says which is missing', async () => {
    const uid = await pod('foreign');
    const token = server.kubectl(['create', 'token', 'default', '-n', 'team-a']).trim();
    const credentials = kubeconfigCredentials(await server.writeKubeconfig('default-account', { token }));
    const outcome = await evictPod(server.client({ credentials }), { ...inTeam('foreign'), uid });
    expect(outcome).toMatchObject({ kind: 'Refused', reason: 'NotPermitted' });
    expect(outcome.detail).toMatch(/pods\/eviction/);
  });

  it('is not done while the API server is away', async () => {
    const uid = await pod('later');
    await server.killServer();
    await expect(evict('later', uid)).rejects.toThrow(ApiUnavailable);
    await server.startServer();
    expect(await evict('later', uid)).toMatchObject({ kind: 'Executed' });
  }, 120_000);
});

describe('NodeTaint at a real API server', () => {
  interface Node {
    readonly metadata: { readonly uid: string };
    readonly spec: { readonly taints?: readonly object[]; readonly unschedulable?: boolean };
  }
  const read = (name: string): Node =>
    JSON.parse(server.kubectl(['get', 'node', name, '-o', 'json'])) as Node;
  const other = { key: 'nvidia.com/gpu', effect: 'NoSchedule', value: 'present' };
  const ours = { key: 'memwarden.dev/dirty-device', effect: 'NoSchedule' };
  // The API server taints a new node itself, until its kubelet is ready.
  const made = async (
    name: string,
    taints: readonly object[] = [],
  ): Promise<{ name: string; uid: string }> => {
    await server.apply([{ apiVersion: 'v1', kind: 'Node', metadata: { name } }]);
    const spec = { taints: taints.length === 0 ? null : taints };
    server.kubectl(['patch', 'node', name, '--type=merge', '-p', JSON.stringify({ spec })]);
    return { name, uid: read(name).metadata.uid };
  };
  const taint = (): NodeTaint => new NodeTaint(server.client());

  it('is set beside those of others under our name, and taken away again', async () => {
    const node = await made('gpu-1', [other]);
    expect(await taint().set(node, 'NoSchedule')).toEqual({ kind: 'Changed' });
    expect(await taint().set(node, 'NoSchedule')).toEqual({ kind: 'Unchanged' });
    expect(read('gpu-1').spec).toMatchObject({ taints: [other, ours] });
    expect(await taint().remove(node)).toEqual({ kind: 'Changed' });
    expect(read('gpu-1').spec.taints).toEqual([other]);
  });

  it('is the only one where there was none, and leaves none', async () => {
    const node = await made('gpu-2');
    await taint().set(node, 'PreferNoSchedule');
    expect(read('gpu-2').spec.taints).toEqual([{ ...ours, effect: 'PreferNoSchedule' }]);
    await taint().remove(node);
    expect(read('gpu-2').spec.taints).toBeUndefined();
  });

  it('loses nothing that others write at the same time', async () => {
    const node = await made('gpu-3');
    const others = Array.from({ length: 12 }, (_, i) => `other.dev/t${i}`);
    const beside = async (key: string): Promise<void> => {
      server.kubectl(['taint', 'node', 'gpu-3', `${key}=:NoSchedule`]);
    };
    for (const [i, key] of others.entries()) {
      const own = i % 2 === 0 ? taint().set(node, 'NoSchedule') : taint().remove(node);
      await Promise.all([own, beside(key)]);
    }
    expect(read('gpu-3').spec.taints).toHaveLength(others.length);
  }, 60_000);

  it('leaves nodes alone that are drained, deleted or others by now; but takes away what is ours', async () => {
    const node = await made('gpu-4');
    await taint().set(node, 'NoSchedule');
    server.kubectl(['cordon', 'gpu-4']);
    expect(await taint().set(node, 'PreferNoSchedule')).toEqual({
      kind: 'LeftAlone',
      reason: 'Unschedulable',
    });
    expect(await taint().remove(node)).toEqual({ kind: 'Changed' });
    expect(read('gpu-4').spec.unschedulable).toBe(true);
    server.kubectl(['uncordon', 'gpu-4']);
    const another = { ...node, uid: 'another' };
    expect(await taint().set(another, 'NoSchedule')).toEqual({ kind: 'LeftAlone', reason: 'Gone' });
    server.kubectl(['patch', 'node', 'gpu-4', '-p', '{"metadata":{"finalizers":["test.dev/hold"]}}']);
    server.kubectl(['delete', 'node', 'gpu-4', '--wait=false']);
    expect(await taint().set(node, 'NoSchedule')).toEqual({ kind: 'LeftAlone', reason: 'Ending' });
    server.kubectl(['patch', 'node', 'gpu-4', '-p', '{"metadata":{"finalizers":null}}']);
    expect(await taint().set(node, 'NoSchedule')).toEqual({ kind: 'LeftAlone', reason: 'Gone' });
  });
});
