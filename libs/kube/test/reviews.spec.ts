import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '#contracts/clock';
import { Unavailable } from '#contracts/errors';
import type { Access, Identity } from '#contracts/identity';
import { AccessReviews, kubeconfigCredentials, TokenReviews } from '#kube';
import { ADMIN_TOKEN, ApiServer } from './api-server.js';

jest.setTimeout(30_000);
let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
  const account = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: 'team-a' },
  });
  await server.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } }]);
  await server.apply([
    account('agent'),
    account('revoked'),
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } },
  ]);
  await server.apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'agent-x', namespace: 'team-a' },
      spec: {
        serviceAccountName: 'agent',
        nodeName: 'node-a',
        containers: [{ name: 'main', image: 'none' }],
      },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'evictor', namespace: 'team-a' },
      rules: [{ apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'evictor', namespace: 'team-a' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'evictor' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'on-call' }],
    },
  ]);
}, 180_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function tokenOf(account: string, ...more: readonly string[]): string {
  return server
    .kubectl(['create', 'token', account, '-n', 'team-a', '--audience', 'memwarden', ...more])
    .trim();
}

const reviews = (): TokenReviews => new TokenReviews({ api: server.client(), clock: systemClock });

describe('TokenReviews at a real API server', () => {
  it('says whose a token is, and of which pod on which node', async () => {
    const token = tokenOf('agent', '--bound-object-kind', 'Pod', '--bound-object-name', 'agent-x');
    const uidOf = (...what: string[]): string =>
      server.kubectl(['get', ...what, '-o', 'jsonpath={.metadata.uid}']);
    expect(await reviews().authenticate(token, 'memwarden')).toMatchObject({
      user: 'system:serviceaccount:team-a:agent',
      groups: expect.arrayContaining(['system:serviceaccounts:team-a', 'system:authenticated']) as unknown,
      node: { name: 'node-a', uid: uidOf('node', 'node-a') },
      pod: { namespace: 'team-a', name: 'agent-x', uid: uidOf('pod', 'agent-x', '-n', 'team-a') },
    });
  });

  it('knows no node and no pod of a token that is bound to none', async () => {
    const identity = await reviews().authenticate(tokenOf('agent'), 'memwarden');
    expect(identity).toMatchObject({ user: 'system:serviceaccount:team-a:agent', node: null, pod: null });
  });

  it('takes no token for another audience, neither a person’s', async () => {
    const other = server
      .kubectl(['create', 'token', 'agent', '-n', 'team-a', '--audience', 'somebody-else'])
      .trim();
    const own = server.kubectl(['create', 'token', 'agent', '-n', 'team-a']).trim();
    for (const token of [other, own, ADMIN_TOKEN])
      expect(await reviews().authenticate(token, 'memwarden')).toBeNull();
  });

  it('takes no forged token, whatever was changed in it', async () => {
    const [header = '', payload = '', signature = ''] = tokenOf('agent').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      [header, encode({ ...claims, sub: 'system:serviceaccount:kube-system:default' }), signature],
      [encode({ alg: 'none', typ: 'JWT' }), payload, ''],
      [encode({ alg: 'HS256' }), payload, signature],
      [header, payload, signature.slice(0, -8)],
      [header, payload],
    ].map((parts) => parts.join('.'));
    for (const token of forged) expect(await reviews().authenticate(token, 'memwarden')).toBeNull();
  });

  it('takes no token of a ServiceAccount that is gone, nor of a pod that is gone, once it asks', async () => {
    const revoked = tokenOf('revoked');
    await server.apply([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'short', namespace: 'team-a' },
        spec: { serviceAccountName: 'agent', containers: [{ name: 'main', image: 'none' }] },
      },
    ]);
    const bound = tokenOf('agent', '--bound-object-kind', 'Pod', '--bound-object-name', 'short');
    const first = reviews();
    expect(await first.authenticate(revoked, 'memwarden')).not.toBeNull();
    expect(await first.authenticate(bound, 'memwarden')).not.toBeNull();
    server.kubectl(['delete', 'serviceaccount', 'revoked', '-n', 'team-a']);
    server.kubectl(['delete', 'pod', 'short', '-n', 'team-a', '--force', '--grace-period=0']);
    // The API server itself believes a token for ten seconds.
    for (const token of [revoked, bound]) {
      const deadline = performance.now() + 30_000;
      while ((await reviews().authenticate(token, 'memwarden')) !== null) {
        if (performance.now() > deadline) throw new Error('it is still taken');
        await pause(50);
      }
    }
    // What was asked before is believed for a minute.
    expect(await first.authenticate(revoked, 'memwarden')).not.toBeNull();
  }, 60_000);

  it('lets nobody in while the API server is away, but those that it knows; and knows when it is back', async () => {
    const known = tokenOf('agent');
    const unknown = tokenOf('agent');
    const own = reviews();
    expect(await own.authenticate(known, 'memwarden')).not.toBeNull();
    await server.killServer();
    await expect(own.authenticate(unknown, 'memwarden')).rejects.toThrow(Unavailable);
    await expect(own.authenticate(unknown, 'memwarden')).rejects.not.toThrow(unknown);
    expect(await own.authenticate(known, 'memwarden')).not.toBeNull();
    await server.startServer();
    expect(await own.authenticate(unknown, 'memwarden')).not.toBeNull();
  }, 120_000);

  it('lets nobody in when it may not ask itself, and says what is missing', async () => {
    const token = server.kubectl(['create', 'token', 'agent', '-n', 'team-a']).trim();
    const kubeconfig = await server.writeKubeconfig('without-rights', { token });
    const client = server.client({ credentials: kubeconfigCredentials(kubeconfig) });
    const own = new TokenReviews({ api: client, clock: systemClock });
    await expect(own.authenticate(tokenOf('agent'), 'memwarden')).rejects.toThrow(/may create tokenreviews/);
  });
});

describe('AccessReviews at a real API server', () => {
  const jane: Identity = { user: 'jane', uid: null, groups: ['on-call'], node: null, pod: null };
  const evict: Access = {
    verb: 'create',
    group: '',
    resource: 'pods',
    subresource: 'eviction',
    namespace: 'team-a',
  };
  const may = (who: Identity, what: Access): Promise<boolean> =>
    new AccessReviews({ api: server.client(), clock: systemClock }).may(who, what);

  it('allows what RBAC allows, through groups, and nothing beside it', async () => {
    expect(await may(jane, evict)).toBe(true);
    expect(await may({ ...jane, groups: [] }, evict)).toBe(false);
    expect(await may(jane, { ...evict, namespace: 'kube-system' })).toBe(false);
    const { namespace: _, ...everywhere } = evict;
    expect(await may(jane, everywhere)).toBe(false);
    expect(await may(jane, { ...evict, verb: 'delete' })).toBe(false);
    expect(await may({ ...jane, groups: ['system:masters'] }, { ...evict, verb: 'delete' })).toBe(true);
  });

  it('allows nothing while the API server is away', async () => {
    await server.killServer();
    await expect(may(jane, evict)).rejects.toThrow(Unavailable);
    await server.startServer();
  }, 120_000);
});
