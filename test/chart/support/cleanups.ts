/*
 * Cleanups as people ask for them, and the installed chart that answers: with its admission policies in force.
 */
import { install, type KubeObject } from './helm.js';
import { person, ChartServer, type Person } from './server.js';

const POD = { namespace: 'web', name: 'cache-0', uid: '1b4e28ba-2fa1-11d2-883f-0016d3cca427' };
const CGROUP = { path: `/kubepods/burstable/pod${POD.uid}`, inode: 4711 };
export const TARGET = {
  node: 'node-1',
  bootID: '5f2e7d3c-8a41-4b0e-9c55-0d8a3f1e6b72',
  device: 'host',
  holder: `cgroup:${CGROUP.inode}:${CGROUP.path}`,
  cgroup: CGROUP,
  pod: POD,
};
export const NOTIFY = { type: 'Notify', notify: { transport: 'Signal', signal: 'SIGUSR2' } };

export interface Wish {
  readonly namespace?: string;
  readonly target?: object;
  readonly ladder?: readonly object[];
  readonly spec?: object;
  /** Null: nobody is written down. */
  readonly requestedBy?: string | null;
}

export function cleanup(name: string, who: Person, wish: Wish = {}): KubeObject {
  const { namespace = 'web', target = TARGET, ladder = [NOTIFY], requestedBy = who.user, spec = {} } = wish;
  const annotations = requestedBy === null ? {} : { 'memwarden.dev/requested-by': requestedBy };
  const deadline = '2099-01-01T00:00:00Z';
  return {
    apiVersion: 'memwarden.dev/v1alpha1',
    kind: 'MemoryCleanup',
    metadata: { name, namespace, annotations },
    ...{ spec: { target, mode: 'Enforce', ladder, deadline, ...spec } },
  };
}

/** With namespaces web and shop. */
export async function installed(): Promise<ChartServer> {
  const server = await ChartServer.start();
  try {
    await server.makeNamespace('web');
    await server.makeNamespace('shop');
    install(server.api.kubeconfig, 'defaults');
    await inForce(server);
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Policies are compiled by the API server some moments after they were written. */
async function inForce(server: ChartServer): Promise<void> {
  const until = Date.now() + 30_000;
  const probe = cleanup('probe', person('admin'), { requestedBy: 'nobody' });
  while ((await server.create(probe, null, '?dryRun=All')).status !== 422)
    if (Date.now() > until) throw new Error('The admission policies are not in force.');
}
