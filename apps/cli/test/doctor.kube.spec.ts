/*
 * `kubectl memwarden doctor` at a real API server: nothing there, then the parts of an installation one after the other.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiServer } from '../../../libs/kube/test/api-server.js';
import type { Examination } from '../src/doctor/examination.js';
import { nodeMemory } from './cluster-objects.js';
import { kubectlMemwarden, put, type Said } from './person.js';

const NAMESPACE = 'memwarden-system';
const labels = (component: string): Record<string, string> => ({
  'app.kubernetes.io/part-of': 'memwarden',
  'app.kubernetes.io/component': component,
  'app.kubernetes.io/version': '0.1.0',
});
jest.setTimeout(60_000);
let server: ApiServer;

async function examined(
  ...words: string[]
): Promise<{ said: Said; of: (subject: string) => Examination | undefined }> {
  const said = await kubectlMemwarden(server.kubeconfig, ['doctor', '--json', ...words]);
  const results = JSON.parse(said.out) as Examination[];
  return { said, of: (subject) => results.find((one) => one.subject === subject) };
}

beforeAll(async () => {
  server = await ApiServer.start({ args: ['--disable-admission-plugins=ServiceAccount'] });
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('doctor', () => {
  it('says what a cluster lacks and what to do first', async () => {
    const { said, of } = await examined();
    expect(said).toMatchObject({ status: 1, err: '' });
    expect(of('API server')).toMatchObject({ state: 'ok' });
    expect(of('you')).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(/^admin may .*pause$/u) as unknown,
    });
    expect(of('custom resources')).toMatchObject({ state: 'failed' });
    expect(of('installation')).toMatchObject({
      state: 'failed',
      next: expect.stringContaining('helm install') as unknown,
    });
    expect(of('controller')).toBeUndefined();
  });

  it('says of an installation which parts are missing or behind', async () => {
    await server.applyCrds(['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories']);
    server.kubectl(['create', 'namespace', NAMESPACE]);
    const at = (name: string, component: string): object => ({
      name,
      namespace: NAMESPACE,
      labels: labels(component),
    });
    const template = (component: string): object => ({
      metadata: { labels: labels(component) },
      spec: { containers: [{ name: 'x', image: 'none' }] },
    });
    await server.apply([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: at('memwarden-controller', 'controller'),
        spec: {
          replicas: 2,
          selector: { matchLabels: labels('controller') },
          template: template('controller'),
        },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: at('memwarden-agent', 'agent'),
        spec: { selector: { matchLabels: labels('agent') }, template: template('agent') },
      },
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: 'memwarden-controller', namespace: NAMESPACE },
        spec: {
          holderIdentity: 'pod-1',
          leaseDurationSeconds: 15,
          renewTime: new Date().toISOString().replace('Z', '000Z'),
        },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: at('memwarden-agent-allow', 'agent'),
        data: { 'allow.yaml': 'version: 1\nratePerMinute: 6\nacts:\n  Notify: []\n' },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'memwarden-pause', namespace: NAMESPACE },
        data: { reason: 'night', by: 'ann' },
      },
    ]);
    put(server, nodeMemory('node-a'), 'nodememories');
    const { said, of } = await examined();
    expect(said.status).toBe(1);
    expect(of('installation')).toMatchObject({ state: 'ok', found: `namespace ${NAMESPACE}` });
    expect(of('custom resources')).toMatchObject({ state: 'ok' });
    expect(of('controller')).toMatchObject({
      state: 'failed',
      found: '0 of 2 ready, 0 up to date, version 0.1.0',
    });
    expect(of('leader')).toMatchObject({ state: 'ok', found: 'pod-1' });
    expect(of('agents')).toMatchObject({ state: 'warning', found: 'no node is selected' });
    expect(of('nodes')).toMatchObject({ state: 'ok', found: '1 of 1 report' });
    expect(of('admission policy')).toMatchObject({ state: 'warning', found: 'none' });
    expect(of('certificates')).toMatchObject({ state: 'warning' });
    expect(of('allow list')).toMatchObject({
      state: 'warning',
      next: expect.stringContaining('agent.allow') as unknown,
    });
    expect(of('pause')).toMatchObject({
      found: 'paused by ann: night: nothing is done',
      next: 'kubectl memwarden resume',
    });
  });

  it('goes on where this person may not look', async () => {
    server.kubectl(['create', 'serviceaccount', 'ann', '-n', 'default']);
    const token = server.kubectl(['create', 'token', 'ann', '-n', 'default']).trim();
    const kubeconfig = await server.writeKubeconfig('ann', { token });
    const said = await kubectlMemwarden(kubeconfig, ['doctor', '--install-namespace', NAMESPACE]);
    expect(said.out).toMatch(/^ok {4}API server/mu);
    expect(said.out).toMatch(/^! {5}you +system:serviceaccount:default:ann may nothing here; not: /mu);
    expect(said.out).toMatch(
      /^! {5}controller +system:serviceaccount:default:ann may not list deployments\.apps/mu,
    );
    expect(said.status).toBe(0);
  });

  it('ends early where nobody answers', async () => {
    const kubeconfig = await server.writeKubeconfig('away', { port: 1 });
    const said = await kubectlMemwarden(kubeconfig, ['doctor']);
    expect(said.status).toBe(1);
    expect(said.out).toMatch(/^FAIL {2}API server .*cannot be reached/u);
    expect(said.out.trim().split('\n')).toHaveLength(2);
  });
});
