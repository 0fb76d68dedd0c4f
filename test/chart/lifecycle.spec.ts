/*
 * Install, upgrade, roll back, uninstall, install again: what must stay stays, and nothing gets stuck. Pods are not run
 * here: that is for the cluster's tests.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cleanup, installed } from './support/cleanups.js';
import { helm, install, NAMESPACE, objectsOf, RELEASE, render, type KubeObject } from './support/helm.js';
import { ADMIN, person, type ChartServer } from './support/server.js';

const SECRET: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'memwarden-redis', namespace: NAMESPACE },
};
const KEPT = cleanup('by-hand', person('admin'));

let server: ChartServer;
beforeAll(async () => {
  server = await installed();
  await server.create(KEPT, ADMIN);
}, 180_000);
afterAll(async () => server[Symbol.asyncDispose]());

const inCluster = (...args: readonly string[]): string =>
  helm([...args, '--kubeconfig', server.api.kubeconfig, '--namespace', NAMESPACE]);

async function password(): Promise<unknown> {
  const { body } = await server.get(SECRET);
  return (body as { data?: { password?: string } }).data?.password;
}

async function missing(objects: readonly KubeObject[]): Promise<string[]> {
  const gone: string[] = [];
  for (const object of objects.filter(({ kind }) => kind !== 'Pod'))
    if ((await server.get(object)).status === 404) gone.push(`${object.kind} ${object.metadata.name}`);
  return gone;
}

describe('the release', () => {
  it('brings everything that was rendered, and says what to do next', async () => {
    expect(await missing(objectsOf(render('defaults')))).toEqual([]);
    const notes = inCluster('get', 'notes', RELEASE);
    for (const next of [
      'port-forward service/memwarden-controller 8460:8460',
      'create token viewer',
      'mode: DryRun',
    ])
      expect(notes).toContain(next);
  });

  it('keeps the password of Redis over upgrades, and rollbacks', async () => {
    const before = await password();
    install(server.api.kubeconfig, 'defaults', ['--set', 'controller.replicas=3']);
    expect(await password()).toBe(before);
    inCluster('rollback', RELEASE, '1');
    expect(await password()).toBe(before);
    expect(Buffer.from(String(before), 'base64').toString()).toMatch(/^[A-Za-z0-9]{40}$/);
  });

  it('goes to other values and takes away what is not wanted any more', async () => {
    install(server.api.kubeconfig, 'smallest', ['--set', 'crds.keep=true']);
    const gone = await missing(objectsOf(render('defaults')));
    expect(gone.sort()).toEqual([
      'ConfigMap memwarden-redis',
      'NetworkPolicy memwarden-agent',
      'NetworkPolicy memwarden-controller',
      'NetworkPolicy memwarden-redis',
      'PodDisruptionBudget memwarden-controller',
      'Secret memwarden-redis',
      'Service memwarden-redis',
      'ServiceAccount memwarden-redis',
      'StatefulSet memwarden-redis',
    ]);
    install(server.api.kubeconfig, 'defaults');
    expect(await missing(objectsOf(render('defaults')))).toEqual([]);
  });

  it('leaves definitions and records behind, and nothing else', async () => {
    inCluster('uninstall', RELEASE);
    const all = objectsOf(render('defaults')).filter(({ kind }) => kind !== 'Pod');
    const gone = await missing(all);
    const left = all.filter(({ kind, metadata }) => !gone.includes(`${kind} ${metadata.name}`));
    expect([...new Set(left.map(({ kind }) => kind))]).toEqual(['CustomResourceDefinition']);
    expect(left).toHaveLength(4);
    expect((await server.get(KEPT)).status).toBe(200);
  });

  it('comes back over what is there', async () => {
    install(server.api.kubeconfig, 'defaults');
    expect(await missing(objectsOf(render('defaults')))).toEqual([]);
    expect((await server.get(KEPT)).status).toBe(200);
  });
});
