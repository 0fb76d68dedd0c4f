/*
 * What RBAC cannot say of the controller itself: it taints and does not cordon, evicts this pod and not its namesake,
 * and makes no object that is not its own.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { installed } from './support/cleanups.js';
import { NAMESPACE, type KubeObject } from './support/helm.js';
import { account, ADMIN, type Answer, type ChartServer } from './support/server.js';

const CONTROLLER = account('memwarden-controller');
const OTHERS = { key: 'example.com/broken', effect: 'NoSchedule' };
const OURS = { key: 'memwarden.dev/dirty-device', effect: 'NoSchedule' };
const NODE: KubeObject = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1' },
  ...{ spec: { taints: [OTHERS] } },
};

let server: ChartServer;
/** With what the API server puts on a new node. */
let others: readonly object[];
beforeAll(async () => {
  server = await installed();
  const { body } = await server.create(NODE, ADMIN);
  others = (body as { spec: { taints: object[] } }).spec.taints;
}, 180_000);
afterAll(async () => server[Symbol.asyncDispose]());

const onNode = (change: object): Promise<Answer> => server.patch(NODE, change, CONTROLLER);

describe('of a node, the controller', () => {
  it('sets its own taint and takes it away', async () => {
    expect((await onNode({ spec: { taints: [...others, OURS] } })).message).toBe('');
    expect((await onNode({ spec: { taints: others } })).message).toBe('');
  });

  it.each<[string, object]>([
    ['the taints of others', { spec: { taints: [OURS] } }],
    ['another taint', { spec: { taints: [OTHERS, { ...OTHERS, key: 'example.com/more' }] } }],
    ['whether pods are scheduled there', { spec: { unschedulable: true } }],
    ['its labels', { metadata: { labels: { 'memwarden.dev/max-mode': 'Enforce' } } }],
    ['its annotations', { metadata: { annotations: { a: 'b' } } }],
  ])('cannot change %s', async (_what, change) => {
    const { status, message } = await onNode(change);
    expect(status).toBe(403);
    expect(message).toContain('nothing of a node but its own taint');
  });

  it('is not in the way of others', async () => {
    expect((await server.patch(NODE, { spec: { unschedulable: true } }, ADMIN)).status).toBe(200);
  });
});

describe('of pods, the controller', () => {
  const evict = (namespace: string, preconditions?: object): Promise<Answer> =>
    server.ask({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/cache-0/eviction`,
      body: {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'cache-0', namespace },
        deleteOptions: { ...(preconditions !== undefined && { preconditions }) },
      },
      as: CONTROLLER,
    });
  const uid = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';

  it('evicts none without its uid', async () => {
    expect(await evict('web')).toMatchObject({
      status: 403,
      message: expect.stringContaining('names the uid'),
    });
    // Allowed: there only is no such pod.
    expect((await evict('web', { uid })).status).toBe(404);
  });

  it.each(['kube-system', NAMESPACE])('evicts none of namespace %s', async (namespace) => {
    const { status, message } = await evict(namespace, { uid });
    expect(status).toBe(403);
    expect(message).toContain('never evicted');
  });
});

describe('of its own namespace, the controller', () => {
  const object = (kind: string, apiVersion: string, name: string): KubeObject => ({
    ...{ apiVersion, kind },
    metadata: { name, namespace: NAMESPACE },
  });

  it.each([
    ['ConfigMap', 'v1', 'memwarden-breaker', 'kube-root-ca.crt'],
    ['Secret', 'v1', 'memwarden-link-tls', 'memwarden-redis-2'],
    ['Lease', 'coordination.k8s.io/v1', 'memwarden-controller', 'somebody-else'],
  ])('makes no other %s than its own', async (kind, apiVersion, own, other) => {
    expect((await server.create(object(kind, apiVersion, own), CONTROLLER)).status).toBe(201);
    const { status, message } = await server.create(object(kind, apiVersion, other), CONTROLLER);
    expect(status).toBe(403);
    expect(message).toContain('makes no other objects than its own');
  });
});
