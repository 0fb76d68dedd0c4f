/*
 * What pods may do to their nodes: the API server's own admission judges them by the levels of pod security.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectsOf, render, VALUES_SETS, type KubeObject } from './support/helm.js';
import { ChartServer } from './support/server.js';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly securityContext: {
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop: readonly string[] };
    readonly readOnlyRootFilesystem: boolean;
    readonly allowPrivilegeEscalation: boolean;
  };
  readonly resources?: { readonly limits?: { readonly memory?: string } };
}
interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly object[];
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
}
type Workload = KubeObject & {
  readonly spec: {
    readonly template: { readonly spec: PodSpec };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
};

const STRICT = 'restricted-pods';
const workloads = VALUES_SETS.flatMap((set) =>
  objectsOf(render(set))
    .filter(({ kind }) => ['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind))
    .map((object) => ({ set, kind: object.kind, name: object.metadata.name, object: object as Workload })),
);
const others = workloads.filter(({ kind }) => kind !== 'DaemonSet');
const agents = workloads.filter(({ kind }) => kind === 'DaemonSet');

let server: ChartServer;
beforeAll(async () => {
  server = await ChartServer.start();
  await server.makeNamespace(STRICT, { 'pod-security.kubernetes.io/enforce': 'restricted' });
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

async function asPod({ spec }: Workload): Promise<string> {
  const metadata = { name: 'judged', namespace: STRICT };
  // Its own ServiceAccount is not there, and is not what is judged.
  const { serviceAccountName: _, ...pod } = spec.template.spec;
  const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  const volumes = [...pod.volumes, ...claims];
  const { message } = await server.create(
    { apiVersion: 'v1', kind: 'Pod', metadata, ...{ spec: { ...pod, volumes } } },
    null,
    '?dryRun=All',
  );
  return message;
}

describe('pod security', () => {
  it.each(others)('takes $kind $name as restricted, with the values $set', async ({ object }) => {
    expect(await asPod(object)).toBe('');
  });

  it.each(agents)(
    'says of the agent what more it needs, and no more, with the values $set',
    async ({ object }) => {
      const message = await asPod(object);
      const judged = message.replace(/^.*"restricted:latest": /, '');
      const { containers } = object.spec.template.spec;
      expect(judged).toMatch(/host namespaces \(hostPID=true\)/);
      expect(judged).toMatch(/hostPath volumes \(volumes "cgroup", "state"\)|restricted volume types/);
      expect(judged).not.toMatch(/privileged|seccompProfile|allowPrivilegeEscalation|hostNetwork|hostPort/);
      expect(judged.includes('SYS_PTRACE')).toBe(containers.length > 1);
    },
  );
});

describe('every container', () => {
  const containers = workloads.flatMap(({ set, object }) => {
    const { containers: running, initContainers = [] } = object.spec.template.spec;
    return [...running, ...initContainers].map((container) => ({ set, container }));
  });
  const except = (isGood: (container: Container) => boolean): readonly string[] =>
    containers
      .filter(({ container }) => !isGood(container))
      .map(({ set, container }) => `${set} ${container.name}`);

  it('has a limit of memory, a read-only root and no way up', () => {
    expect(except(({ resources }) => resources?.limits?.memory !== undefined)).toEqual([]);
    expect(except(({ securityContext }) => securityContext.readOnlyRootFilesystem)).toEqual([]);
    expect(except(({ securityContext }) => !securityContext.allowPrivilegeEscalation)).toEqual([]);
    expect(except(({ securityContext }) => securityContext.capabilities?.drop[0] === 'ALL')).toEqual([]);
  });

  it('has no capability, but for the helper and the one that gives the agent its folder', () => {
    const added = containers.map(({ container: { name, securityContext } }) =>
      [name, ...(securityContext.capabilities?.add ?? [])].join(' '),
    );
    expect([...new Set(added)].sort()).toEqual([
      'agent',
      'controller',
      'helper SYS_PTRACE KILL',
      'redis',
      'state-dir CHOWN',
    ]);
  });

  it('has a token of the API server in the controller alone', () => {
    const withToken = workloads.filter(
      ({ object }) => object.spec.template.spec.automountServiceAccountToken,
    );
    expect([...new Set(withToken.map(({ kind }) => kind))]).toEqual(['Deployment']);
  });
});
