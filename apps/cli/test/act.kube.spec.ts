/*
 * `kubectl memwarden` changes things at a real API server: cleanups, the pause, and whether policies would be taken.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { MemoryCleanup } from '#api';
import { ApiServer } from '../../../libs/kube/test/api-server.js';
import { nodeMemory } from './cluster-objects.js';
import { policy } from './objects.js';
import { kubectlMemwarden, put, type Said } from './person.js';

jest.setTimeout(60_000);
let server: ApiServer;
let folder = '';
const say = (...words: string[]): Promise<Said> => kubectlMemwarden(server.kubeconfig, words);
const cleanupNamed = (name: string, namespace: string): MemoryCleanup =>
  JSON.parse(server.kubectl(['get', 'mclean', name, '-n', namespace, '-o', 'json'])) as MemoryCleanup;
const nameIn = ({ out }: Said): string => out.split('\n')[0] ?? '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-cli-'));
  server = await ApiServer.start({ args: ['--disable-admission-plugins=ServiceAccount'] });
  await server.applyCrds(['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories']);
  for (const name of ['team-a', 'memwarden-system']) server.kubectl(['create', 'namespace', name]);
  const containers = [{ name: 'cache', image: 'none' }];
  await server.apply([
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-0', namespace: 'team-a' },
      spec: { nodeName: 'node-a', containers },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'waits', namespace: 'team-a' }, spec: { containers } },
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'memwarden-controller', namespace: 'memwarden-system' },
    },
  ]);
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('a cleanup of a pod', () => {
  it('names the pod by its uid and who asks', async () => {
    const said = await say('cleanups', 'create', '--pod', 'team-a/web-0', '--http', '--reason', 'release');
    expect(said).toMatchObject({ status: 0 });
    expect(said.err).toContain(`kubectl memwarden cleanups ${nameIn(said)} -n team-a`);
    const uid = server.kubectl(['get', 'pod', 'web-0', '-n', 'team-a', '-o', 'jsonpath={.metadata.uid}']);
    const { metadata, spec } = cleanupNamed(nameIn(said), 'team-a');
    expect(metadata.annotations).toEqual({ 'memwarden.dev/requested-by': 'admin' });
    expect(spec).toMatchObject({
      mode: 'Enforce',
      reason: 'release',
      target: { node: 'node-a', holder: `pod:${uid}`, pod: { namespace: 'team-a', name: 'web-0', uid } },
      ladder: [{ type: 'Notify', notify: { transport: 'PodHTTP' } }],
    });
    expect((await say('cleanups', '-n', 'team-a')).out).toMatch(/team-a\/web-0 .*waiting/u);
  });

  it('names its row where its node has said which it is', async () => {
    const uid = server.kubectl(['get', 'pod', 'web-0', '-n', 'team-a', '-o', 'jsonpath={.metadata.uid}']);
    const pod = `kubepods-pod${uid.replaceAll('-', '_')}.slice`;
    put(server, nodeMemory('node-a', [{ namespace: 'team-a', pod, mib: 300 }]), 'nodememories');
    const said = await say('cleanups', 'create', '--pod', 'web-0', '-n', 'team-a', '--evict', '--dry-run');
    expect(said.status).toBe(0);
    expect(cleanupNamed(nameIn(said), 'team-a').spec).toMatchObject({
      mode: 'DryRun',
      target: {
        bootID: '3f2c9a10-0000-4000-8000-000000000000',
        holder: `cgroup:4711:/kubepods.slice/${pod}`,
        cgroup: { inode: 4711, path: `/kubepods.slice/${pod}` },
      },
      ladder: [{ type: 'Evict' }],
    });
  });

  it('is cancelled by name, and no more than once', async () => {
    const said = await say('cleanups', 'create', '--pod', 'team-a/web-0');
    const cancelled = await say('cleanups', 'cancel', nameIn(said), '-n', 'team-a');
    expect(cancelled.out).toContain('outcome       being cancelled');
    expect(cleanupNamed(nameIn(said), 'team-a').spec.cancelled).toBe(true);
    expect((await say('cleanups', 'cancel', `team-a/${nameIn(said)}`)).status).toBe(0);
    const gone = await say('cleanups', 'cancel', 'gone', '-n', 'team-a');
    expect(gone).toMatchObject({ status: 1 });
    expect(gone.err).toContain('There is no cleanup gone in namespace team-a');
  });

  it('cannot be asked for where there is nothing to ask', async () => {
    expect((await say('cleanups', 'create', '--pod', 'team-a/gone')).err).toContain('There is no pod gone');
    expect((await say('cleanups', 'create', '--pod', 'team-a/waits')).err).toContain('runs on no node yet');
    expect(await say('cleanups', 'create', '--pod', 'a/b/c')).toMatchObject({ status: 2 });
    expect((await say('cleanups', 'create', '--pid', '1', '--node', 'n')).err).toContain(
      '--pod NAMESPACE/NAME',
    );
    const refused = await say('cleanups', 'create', '--pod', 'team-a/web-0', '--signal', 'KILL');
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/The API server does not take it:\n {2}spec\.ladder/u);
  });
});

describe('an admission policy', () => {
  it('is not taken for a missing right: its own words are said', async () => {
    await server.apply([
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'not-now' },
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ['memwarden.dev'],
                apiVersions: ['*'],
                operations: ['CREATE'],
                resources: ['memorycleanups'],
              },
            ],
          },
          matchConditions: [
            { name: 'asked', expression: "has(object.spec.reason) && object.spec.reason == 'no'" },
          ],
          validations: [{ expression: 'false', reason: 'Forbidden', message: 'not before the release' }],
        },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'not-now' },
        spec: { policyName: 'not-now', validationActions: ['Deny'] },
      },
    ]);
    const ask = (): Promise<Said> => say('cleanups', 'create', '--pod', 'team-a/web-0', '--reason', 'no');
    let said = await ask();
    // A policy is in force some moments after it is made.
    for (let tries = 0; said.status === 0 && tries < 200; tries += 1) said = await ask();
    expect(said.status).toBe(1);
    expect(said.err).toContain('not before the release');
    expect(said.err).not.toContain('rolebinding');
  });
});

describe('a cleanup of a row', () => {
  it('is of the installation', async () => {
    const row = 'process:42:7';
    const said = await say('cleanups', 'create', '--node', 'node-a', '--holder', row, '--signal', 'usr2');
    expect(said.status).toBe(0);
    expect(cleanupNamed(nameIn(said), 'memwarden-system').spec).toMatchObject({
      target: { node: 'node-a', holder: row, process: { pid: 42, startTimeTicks: 7 } },
    });
  });
});

describe('the pause', () => {
  it('holds with nobody running, the first one stands, and ends', async () => {
    expect((await say('mode')).out).toMatch(/^Acts are on/u);
    const paused = await say('pause', '--reason', 'release night');
    expect(paused).toMatchObject({ status: 0, err: '' });
    expect(paused.out).toMatch(/^Acts are off: the mode is Observe.*\n.*Paused by admin: release night\./u);
    await say('pause', '--reason', 'another');
    const kept = server.kubectl([
      'get',
      'configmap',
      'memwarden-pause',
      '-n',
      'memwarden-system',
      '-o',
      'json',
    ]);
    expect(JSON.parse(kept)).toMatchObject({ data: { by: 'admin', reason: 'release night' } });
    expect(JSON.parse((await say('resume', '--json')).out)).toMatchObject({ acts: 'On', pause: null });
    expect((await say('resume')).status).toBe(0);
  });

  it('is also one that somebody wrote with kubectl', async () => {
    const at = ['-n', 'memwarden-system'];
    server.kubectl(['create', 'configmap', 'memwarden-pause', ...at, '--from-literal=reason=by hand']);
    expect((await say('mode')).out).toContain('Paused by somebody: by hand.');
    server.kubectl(['delete', 'configmap', 'memwarden-pause', ...at]);
  });

  it('is not looked for where nobody says what is installed where', async () => {
    server.kubectl(['create', 'serviceaccount', 'bob', '-n', 'team-a']);
    const token = server.kubectl(['create', 'token', 'bob', '-n', 'team-a']).trim();
    const kubeconfig = await server.writeKubeconfig('bob', { token });
    const lost = await kubectlMemwarden(kubeconfig, ['pause']);
    expect(lost.err).toContain('--install-namespace NAMESPACE');
    const denied = await kubectlMemwarden(kubeconfig, ['pause', '--install-namespace', 'memwarden-system']);
    expect(denied.err).toContain('may not get configmaps in namespace memwarden-system');
    expect(denied.err).toContain('--role=memwarden-pause');
  });
});

describe('policies validate --server', () => {
  it('asks the API server, which keeps nothing', async () => {
    const { apiVersion, kind, spec } = policy('good');
    const file = join(folder, 'good.yaml');
    await writeFile(file, JSON.stringify({ apiVersion, kind, metadata: { name: 'good' }, spec }));
    expect(await say('policies', 'validate', '--server', file)).toEqual({
      status: 0,
      out: `${file}: good accepted, Enforce\n`,
      err: '',
    });
    expect((await say('policies')).err).toContain('No policy yet');
    expect((await say('policies')).out).toBe('');
  });

  it('says what the server alone refuses', async () => {
    await server.apply([
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'no-enforce' },
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ['memwarden.dev'],
                apiVersions: ['*'],
                operations: ['CREATE'],
                resources: ['memorypolicies'],
              },
            ],
          },
          validations: [{ expression: "object.spec.mode != 'Enforce'", message: 'not in this cluster' }],
        },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'no-enforce' },
        spec: { policyName: 'no-enforce', validationActions: ['Deny'] },
      },
    ]);
    let said = await say('policies', 'validate', '--server', join(folder, 'good.yaml'));
    // A policy is in force some moments after it is made.
    for (let tries = 0; said.status === 0 && tries < 100; tries += 1)
      said = await say('policies', 'validate', '--server', join(folder, 'good.yaml'));
    expect(said.status).toBe(1);
    expect(said.out).toContain('not in this cluster');
    expect(said.err).toBe('1 of 1 would be refused.\n');
  });
});
