/*
 * Who may ask for a cleanup, of what and in whose name: the admission policies of an installed chart, asked by people
 * with the cluster's own roles.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cleanup, installed, NOTIFY, TARGET, type Wish } from './support/cleanups.js';
import { NAMESPACE, type KubeObject } from './support/helm.js';
import { ADMIN, person, type Answer, type ChartServer, type Person } from './support/server.js';

const ALICE = person('alice'); // edits namespace web
const BOB = person('bob'); // views namespace web, and may write cleanups there, but may not evict
const OPERATOR = person('operator'); // edits the installation's namespace
const PROCESS = { pid: 4242, startTimeTicks: 99, name: 'cache' };
const EVICT = { type: 'Evict', evict: {} };
const TAINT = { type: 'Taint', taint: {} };

let server: ChartServer;
let count = 0;

beforeAll(async () => {
  server = await installed();
  await server.api.apply([
    ...edits('alice', 'web'),
    ...edits('operator', NAMESPACE),
    ...bound('bob', 'web', { kind: 'ClusterRole', name: 'view' }),
    ...bound('bob', 'web', { kind: 'Role', name: 'asks' }),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'asks', namespace: 'web' },
      rules: [{ apiGroups: ['memwarden.dev'], resources: ['memorycleanups'], verbs: ['create'] }],
    },
  ]);
}, 180_000);
afterAll(async () => server[Symbol.asyncDispose]());
beforeEach(() => {
  count += 1;
});

function bound(user: string, namespace: string, role: { kind: string; name: string }): readonly object[] {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', ...role };
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: `${user}-${role.name}`, namespace },
      roleRef,
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
    },
  ];
}

// The cluster's own role "edit", and what a controller manager would add to it: there is none here.
function edits(user: string, namespace: string): readonly object[] {
  const eviction = { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] };
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'edit-by-hand', namespace },
      rules: [eviction],
    },
    ...bound(user, namespace, { kind: 'Role', name: 'edit-by-hand' }),
    ...bound(user, namespace, { kind: 'ClusterRole', name: 'memwarden-view' }),
    ...bound(user, namespace, { kind: 'ClusterRole', name: 'memwarden-edit' }),
  ];
}

const named = (who: Person, wish: Wish = {}): KubeObject => cleanup(`by-hand-${count}`, who, wish);
const ask = (who: Person, wish: Wish = {}): Promise<Answer> => server.create(named(who, wish), who);

describe('a namespace editor', () => {
  it('may ask for an act on a pod of its own, and is written down as who asked', async () => {
    const { status, body } = await ask(ALICE, { ladder: [NOTIFY, EVICT] });
    expect({ status, metadata: body['metadata'] }).toMatchObject({
      status: 201,
      metadata: { annotations: { 'memwarden.dev/requested-by': 'alice' } },
    });
    expect(body['status']).toBeUndefined();
  });

  it('may name the pod in the words of the systemd driver', async () => {
    const path = `/kubepods.slice/kubepods-pod${TARGET.pod.uid.replaceAll('-', '_')}.slice`;
    const cgroup = { path, inode: 5 };
    expect((await ask(ALICE, { target: { ...TARGET, cgroup, holder: `cgroup:5:${path}` } })).status).toBe(
      201,
    );
  });

  const { pod: _, ...withoutPod } = TARGET;
  it.each<[string, Wish, string]>([
    [
      'in nobody’s name',
      { requestedBy: null },
      'the annotation memwarden.dev/requested-by must be who you are, alice: write it, or let kubectl memwarden cleanups create do it',
    ],
    [
      'in the name of another',
      { requestedBy: 'bob' },
      'the annotation memwarden.dev/requested-by must be who you are, alice',
    ],
    [
      'in the name of a policy',
      { spec: { policyRef: { name: 'p', uid: 'u', generation: 1 } } },
      'spec.policyRef is for cleanups that a policy decided: remove it',
    ],
    [
      'on a pod of another namespace',
      { target: { ...TARGET, pod: { ...TARGET.pod, namespace: 'shop' } } },
      'spec.target.pod is of namespace shop, and this cleanup is of namespace web: ask in the namespace of the pod',
    ],
    [
      'on a node',
      { target: withoutPod },
      'without spec.target.pod the target is a node, a process or a device: name a pod of namespace web, or ask in namespace memwarden',
    ],
    [
      'on a process of its own pod',
      { target: { ...TARGET, process: PROCESS } },
      'spec.target.process is a process of a node: name the pod alone, without process, or ask in namespace memwarden',
    ],
    [
      'on a process that only the holder names',
      { target: { ...TARGET, holder: `process:1:2:${TARGET.pod.uid}` } },
      'spec.target.process is a process of a node',
    ],
    [
      'on the memory of another pod, in the name of its own',
      { target: { ...TARGET, holder: 'cgroup:1:/kubepods/pod00000000-0000-0000-0000-000000000000' } },
      'spec.target.holder and spec.target.cgroup are not those of spec.target.pod',
    ],
    [
      'on the cgroup of another pod, in the name of its own',
      { target: { ...TARGET, cgroup: { path: '/kubepods', inode: 1 } } },
      'spec.target.holder and spec.target.cgroup are not those of spec.target.pod',
    ],
    ['that taints the node', { ladder: [NOTIFY, TAINT] }, 'touch more than a pod of this namespace'],
    [
      'that ends a process',
      { ladder: [{ type: 'EndProcess', endProcess: {} }] },
      'touch more than a pod of this namespace',
    ],
  ])('cannot ask for one %s', async (_what, wish, message) => {
    const answer = await ask(ALICE, wish);
    expect(answer.message).toContain(message);
    expect([403, 422]).toContain(answer.status);
  });

  it('cannot ask in a namespace that is not its own', async () => {
    const target = { ...TARGET, pod: { ...TARGET.pod, namespace: 'shop' } };
    const answer = await ask(ALICE, { namespace: 'shop', target });
    expect(answer).toMatchObject({ status: 403, message: expect.stringContaining('cannot create resource') });
  });

  it('may cancel, and change nothing else', async () => {
    const made = named(ALICE);
    await server.create(made, ALICE);
    expect((await server.patch(made, { spec: { cancelled: true } }, ALICE)).status).toBe(200);
    const again = await server.patch(made, { spec: { cancelled: false } }, ALICE);
    expect(again.message).toContain('cancelled never goes back');
    const other = await server.patch(made, { spec: { mode: 'DryRun' } }, ALICE);
    expect(other.message).toContain('mode of a cleanup never changes');
    const annotations = { 'memwarden.dev/requested-by': 'bob' };
    const renamed = await server.patch(made, { metadata: { annotations } }, ALICE);
    expect(renamed.message).toContain('requested-by never changes: it says who asked');
  });

  it('cannot remove the record', async () => {
    const made = named(ALICE);
    await server.create(made, ALICE);
    expect((await server.delete(made, ALICE)).status).toBe(403);
  });
});

describe('who may write cleanups and not evict pods', () => {
  it('cannot ask for any', async () => {
    const answer = await ask(BOB);
    expect(answer.status).toBe(403);
    expect(answer.message).toContain(
      'who asks for a cleanup must be allowed to evict pods here: bob has no verb create on pods/eviction in namespace web',
    );
  });
});

describe('an operator, in the namespace of the installation', () => {
  const here = { namespace: NAMESPACE };
  const { pod: _, cgroup: __, ...node } = TARGET;
  const onProcess = { ...node, holder: 'process:4242:99', process: PROCESS };

  it('may ask for an act on a process of a node', async () => {
    expect((await ask(OPERATOR, { ...here, target: onProcess })).status).toBe(201);
  });

  it('cannot ask for an act on a pod of another namespace from there', async () => {
    const { message } = await ask(OPERATOR, here);
    expect(message).toContain('ask in the namespace of the pod');
  });

  it('may taint a node only with the right to taint it', async () => {
    const answer = await ask(OPERATOR, { ...here, target: onProcess, ladder: [TAINT] });
    expect(answer.message).toContain(
      'who asks for a taint must be allowed to taint the node: verb patch on nodes',
    );
    const admin = named(person('admin'), { ...here, target: onProcess, ladder: [TAINT] });
    expect((await server.create(admin, ADMIN)).status).toBe(201);
  });
});
