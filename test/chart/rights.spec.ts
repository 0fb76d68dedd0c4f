/*
 * What each ServiceAccount of an installed chart may do, and above all what it must not: real calls in its name.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { install, NAMESPACE } from './support/helm.js';
import { account, ChartServer, person, type Answer, type Person } from './support/server.js';

const OURS = `/api/v1/namespaces/${NAMESPACE}`;
const GROUP = '/apis/memwarden.dev/v1alpha1';
const CONTROLLER = account('memwarden-controller');
const AGENT = account('memwarden-agent');
const REDIS = account('memwarden-redis');
const BY_NAME = (name: string): string => `fieldSelector=metadata.name%3D${name}`;
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
const REVISIONS = `/apis/apps/v1/namespaces/${NAMESPACE}/controllerrevisions`;
const PATCH = 'application/merge-patch+json';

let server: ChartServer;
beforeAll(async () => {
  server = await ChartServer.start();
  await server.makeNamespace('web');
  install(server.api.kubeconfig, 'defaults');
  await server.api.apply([
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } },
    ...['memwarden-pause', 'memwarden-breaker', 'memwarden-link-ca', 'of-others'].map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: NAMESPACE },
    })),
    ...['memwarden-link-tls', 'of-others'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: NAMESPACE },
    })),
    lease('memwarden-controller'),
    lease('of-others'),
  ]);
}, 180_000);
afterAll(async () => server[Symbol.asyncDispose]());

function lease(name: string): object {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: NAMESPACE } };
}

/** Method and path; what is sent is as empty as it may be: authorization comes before all else. */
type Deed = readonly [method: string, path: string];

async function tried([method, path]: Deed, as: Person): Promise<Answer> {
  const body = method === 'GET' || method === 'DELETE' ? undefined : {};
  const query = method === 'GET' ? path : `${path}${path.includes('?') ? '&' : '?'}dryRun=All`;
  return server.ask({ method, path: query, body, as, type: method === 'PATCH' ? PATCH : 'application/json' });
}

describe('the controller may', () => {
  it.each<Deed>([
    ['GET', '/api/v1/nodes'],
    ['GET', '/api/v1/pods?fieldSelector=spec.nodeName!%3D'],
    ['GET', '/api/v1/namespaces'],
    ['PATCH', '/api/v1/nodes/node-1'],
    ['POST', '/api/v1/namespaces/web/pods/cache-0/eviction'],
    ['GET', `${GROUP}/memorypolicies`],
    ['PATCH', `${GROUP}/memorypolicies/first/status`],
    ['GET', `${GROUP}/memoryfindings`],
    ['POST', `${GROUP}/namespaces/web/memoryfindings`],
    ['PUT', `${GROUP}/namespaces/web/memoryfindings/f/status`],
    ['DELETE', `${GROUP}/namespaces/web/memoryfindings/f`],
    ['POST', `${GROUP}/namespaces/web/memorycleanups`],
    ['PATCH', `${GROUP}/namespaces/web/memorycleanups/c`],
    ['PATCH', `${GROUP}/namespaces/web/memorycleanups/c/status`],
    ['DELETE', `${GROUP}/namespaces/web/memorycleanups/c`],
    ['POST', `${GROUP}/nodememories`],
    ['PATCH', `${GROUP}/nodememories/node-1/status`],
    ['POST', '/apis/events.k8s.io/v1/namespaces/web/events'],
    ['PATCH', '/apis/events.k8s.io/v1/namespaces/web/events/e'],
    ['POST', '/apis/authentication.k8s.io/v1/tokenreviews'],
    ['POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews'],
    ['GET', `${OURS}/configmaps?${BY_NAME('memwarden-pause')}`],
    ['PUT', `${OURS}/configmaps/memwarden-breaker`],
    ['DELETE', `${OURS}/configmaps/memwarden-pause`],
    ['PUT', `${OURS}/configmaps/memwarden-link-ca`],
    ['POST', `${OURS}/configmaps`],
    ['GET', `${OURS}/secrets/memwarden-link-tls`],
    ['GET', `${OURS}/secrets?${BY_NAME('memwarden-link-tls')}`],
    ['PUT', `${OURS}/secrets/memwarden-link-tls`],
    ['POST', `${OURS}/secrets`],
    ['GET', `${LEASES}?${BY_NAME('memwarden-controller')}`],
    ['PUT', `${LEASES}/memwarden-controller`],
    ['POST', LEASES],
    ['GET', REVISIONS],
    ['POST', REVISIONS],
    ['DELETE', `${REVISIONS}/r`],
  ])('%s %s', async (...deed) => {
    const { status, message } = await tried(deed, CONTROLLER);
    // Refused for what was sent, or not there: but nobody said that it may not.
    expect({ status, message }).not.toMatchObject({ status: 403 });
    expect(message).not.toContain('cannot');
  });
});

const NOT_THE_CONTROLLER: readonly Deed[] = [
  ['GET', `${OURS}/secrets`],
  ['GET', `${OURS}/secrets/memwarden-redis`],
  ['GET', `${OURS}/secrets/of-others`],
  ['DELETE', `${OURS}/secrets/memwarden-link-tls`],
  ['GET', '/api/v1/secrets'],
  ['GET', '/api/v1/namespaces/kube-system/secrets'],
  ['POST', '/api/v1/namespaces/web/secrets'],
  ['GET', `${OURS}/configmaps`],
  ['PUT', `${OURS}/configmaps/of-others`],
  ['GET', '/api/v1/namespaces/web/configmaps'],
  ['PUT', `${LEASES}/of-others`],
  ['POST', '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'],
  ['DELETE', '/api/v1/namespaces/web/pods/cache-0'],
  ['POST', '/api/v1/namespaces/web/pods'],
  ['PATCH', '/api/v1/namespaces/web/pods/cache-0'],
  ['POST', '/api/v1/namespaces/web/pods/cache-0/exec'],
  ['GET', '/api/v1/namespaces/web/pods/cache-0/log'],
  ['PUT', '/api/v1/nodes/node-1'],
  ['DELETE', '/api/v1/nodes/node-1'],
  ['PATCH', '/api/v1/nodes/node-1/status'],
  ['GET', '/api/v1/nodes/node-1/proxy/metrics'],
  ['PATCH', '/api/v1/namespaces/web'],
  ['POST', `${GROUP}/memorypolicies`],
  ['PATCH', `${GROUP}/memorypolicies/first`],
  ['DELETE', `${GROUP}/memorypolicies/first`],
  ['POST', '/api/v1/namespaces/web/serviceaccounts/default/token'],
  ['POST', '/apis/apps/v1/namespaces/web/deployments'],
  ['GET', '/apis/apps/v1/namespaces/web/controllerrevisions'],
  ['PATCH', '/apis/apps/v1/namespaces/memwarden/daemonsets/memwarden-agent'],
  ['PATCH', '/apis/policy/v1/namespaces/web/poddisruptionbudgets/p'],
  ['POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'],
  ['PATCH', '/apis/rbac.authorization.k8s.io/v1/clusterroles/memwarden-controller'],
  ['DELETE', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/memwarden-cleanups'],
  ['PATCH', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/memorypolicies.memwarden.dev'],
];
/** What somebody who took over an agent, or Redis, would like to try; beside all that is above. */
const NOT_A_NODE: readonly Deed[] = [
  ...NOT_THE_CONTROLLER,
  ['GET', '/api/v1/nodes'],
  ['GET', '/api/v1/nodes/node-1'],
  ['GET', '/api/v1/pods'],
  ['GET', `${OURS}/pods`],
  ['GET', '/api/v1/namespaces'],
  ['PATCH', '/api/v1/nodes/node-1'],
  ['POST', '/api/v1/namespaces/web/pods/cache-0/eviction'],
  ['GET', `${GROUP}/memorypolicies`],
  ['GET', `${GROUP}/memoryfindings`],
  ['POST', `${GROUP}/namespaces/${NAMESPACE}/memorycleanups`],
  ['POST', `${GROUP}/namespaces/${NAMESPACE}/memoryfindings`],
  ['PATCH', `${GROUP}/nodememories/node-1/status`],
  ['GET', `${OURS}/configmaps/memwarden-link-ca`],
  ['PUT', `${OURS}/configmaps/memwarden-pause`],
  ['GET', `${OURS}/secrets/memwarden-link-tls`],
  ['PUT', `${LEASES}/memwarden-controller`],
  ['POST', '/apis/authentication.k8s.io/v1/tokenreviews'],
  ['POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews'],
  ['POST', '/apis/events.k8s.io/v1/namespaces/web/events'],
];

const label = ([method, path]: Deed): string => `${method} ${path}`;

describe('is forbidden', () => {
  it.each<[string, Person, readonly Deed[]]>([
    ['to the controller', CONTROLLER, NOT_THE_CONTROLLER],
    ['to an agent', AGENT, NOT_A_NODE],
    ['to Redis', REDIS, NOT_A_NODE],
    ['to somebody without any role', person('nobody'), NOT_A_NODE],
  ])('%s what it does not need', async (_who, as, deeds) => {
    const allowed: string[] = [];
    for (const deed of deeds) if ((await tried(deed, as)).status !== 403) allowed.push(label(deed));
    expect(allowed).toEqual([]);
  });

  it('to the agent everything that RBAC knows, but to ask who it is', async () => {
    const { body } = await server.ask({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace: NAMESPACE },
      },
      as: AGENT,
    });
    const { resourceRules } = (
      body as { status: { resourceRules: { verbs: string[]; resources: string[] }[] } }
    ).status;
    const allowed = resourceRules.flatMap(({ verbs, resources }) =>
      resources.map((each) => `${verbs.join()} ${each}`),
    );
    expect([...new Set(allowed)].sort()).toEqual([
      'create selfsubjectaccessreviews',
      'create selfsubjectreviews',
      'create selfsubjectrulesreviews',
    ]);
  });
});
