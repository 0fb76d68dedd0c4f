/*
 * `kubectl memwarden bundle` at a real API server with secrets planted in everything that it looks at.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiServer } from '../../../libs/kube/test/api-server.js';
import { nodeMemory } from './cluster-objects.js';
import { finding } from './objects.js';
import { kubectlMemwarden, put } from './person.js';

jest.setTimeout(60_000);
const NAMESPACE = 'memwarden-system';
const PLANTED = 'Xq7-planted-S3cret';
const labels = (component: string): Record<string, string> => ({
  'app.kubernetes.io/part-of': 'memwarden',
  'app.kubernetes.io/component': component,
});
let server: ApiServer;
let folder = '';

function planted(): object[] {
  const annotations = { 'example.com/note': PLANTED };
  const env = [
    { name: 'MEMWARDEN_MAX_MODE', value: 'DryRun' },
    { name: 'MEMWARDEN_REDIS_URL', value: `redis://:${PLANTED}@redis:6379` },
    { name: 'HTTPS_PROXY_USER', value: PLANTED },
  ];
  const containers = [{ name: 'controller', image: 'none', env, args: ['--token', PLANTED] }];
  const at = (name: string, component: string): object => ({
    name,
    namespace: NAMESPACE,
    labels: labels(component),
    annotations,
  });
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: at('memwarden-controller', 'controller'),
      spec: {
        selector: { matchLabels: labels('controller') },
        template: { metadata: { labels: labels('controller'), annotations }, spec: { containers } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: at('memwarden-controller-0', 'controller'),
      spec: { nodeName: 'node-x', containers },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'somebody-else', namespace: NAMESPACE },
      spec: { containers: [{ name: 'x', image: PLANTED.toLowerCase() }] },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'foreign', namespace: NAMESPACE },
      data: { 'settings.ini': PLANTED },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'memwarden-pause', namespace: NAMESPACE },
      data: { by: 'ann', reason: `password=${PLANTED}` },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'memwarden-link-tls', namespace: NAMESPACE },
      stringData: { 'tls.key': PLANTED },
    },
    helmSecret(),
  ];
}

function helmSecret(): object {
  const release = {
    name: 'memwarden',
    version: 3,
    info: { status: 'deployed' },
    chart: { metadata: { name: 'memwarden', version: '0.1.0' }, templates: [{ data: PLANTED }] },
    config: { controller: { maxMode: 'DryRun' }, redis: { external: { password: PLANTED } } },
    manifest: PLANTED,
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'helm.sh/release.v1',
    metadata: {
      name: 'sh.helm.release.v1.memwarden.v3',
      namespace: NAMESPACE,
      labels: { owner: 'helm', name: 'memwarden', version: '3' },
    },
    stringData: { release: gzipSync(JSON.stringify(release)).toString('base64') },
  };
}

async function everythingIn(archive: string): Promise<Map<string, string>> {
  execFileSync('tar', ['xzf', archive, '-C', folder, '--strip-components=1', '--one-top-level=unpacked']);
  const at = join(folder, 'unpacked');
  const found = await readdir(at, { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return new Map(
    await Promise.all(
      files.map(async (file): Promise<[string, string]> => [
        file.slice(at.length + 1),
        await readFile(file, 'utf8'),
      ]),
    ),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-bundle-'));
  server = await ApiServer.start({ args: ['--disable-admission-plugins=ServiceAccount'] });
  await server.applyCrds(['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories']);
  for (const name of [NAMESPACE, 'team-a']) server.kubectl(['create', 'namespace', name]);
  await server.apply(planted());
  // Client-side, so that the whole object is in an annotation once more.
  const own = { ...finding('pressure-1'), metadata: { name: 'pressure-1', namespace: 'team-a' } };
  put(server, own, 'memoryfindings');
  server.kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'memwarden-agent-allow', namespace: NAMESPACE, labels: labels('agent') },
      data: { 'allow.yaml': 'version: 1\nacts: {}\n' },
    }),
  );
  put(server, nodeMemory('node-a', [{ namespace: 'team-a', pod: 'web-0', mib: 3 }]), 'nodememories');
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('bundle of a cluster', () => {
  it('has objects, parts, values and doctor, and no secret', async () => {
    const archive = join(folder, 'x.tar.gz');
    const said = await kubectlMemwarden(server.kubeconfig, ['bundle', '--file', archive]);
    expect(said.status).toBe(0);
    const files = await everythingIn(archive);
    const all = [...files.values()].join('\n');
    expect(all.toLowerCase()).not.toContain(PLANTED.toLowerCase());
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([
        'doctor.txt',
        'installation/deployments.json',
        'installation/events.json',
        'installation/pods.json',
        'mode.json',
        'nodes.json',
        'objects/findings.json',
        'objects/nodememories.json',
        'values.json',
        'versions.json',
      ]),
    );
    expect(files.get('objects/findings.json')).toContain('pressure-1');
    expect(files.get('installation/pods.json')).not.toContain('somebody-else');
    expect(JSON.parse(files.get('values.json') ?? '')).toEqual({
      name: 'memwarden',
      version: 3,
      status: 'deployed',
      chart: '0.1.0',
      values: { controller: { maxMode: 'DryRun' }, redis: { external: { password: '(removed)' } } },
    });
    const maps = files.get('installation/configmaps.json') ?? '';
    expect(maps).toContain('version: 1\\nacts: {}');
    expect(maps).toContain('"settings.ini"');
    expect(maps).toContain('"kubectl.kubernetes.io/last-applied-configuration": "(removed)"');
    expect(files.get('mode.json')).toContain('controller.maxMode of the chart is DryRun.');
    // There is no kubelet to ask.
    expect(said.out).toMatch(/without {2}logs\/memwarden-controller-0\/controller\.log: /u);
  });

  it('is had as far as this person may look, and says the rest', async () => {
    server.kubectl(['create', 'serviceaccount', 'ann', '-n', 'team-a']);
    const token = server.kubectl(['create', 'token', 'ann', '-n', 'team-a']).trim();
    const kubeconfig = await server.writeKubeconfig('ann', { token });
    const archive = join(folder, 'ann.tar.gz');
    const words = ['bundle', '--file', archive, '--install-namespace', NAMESPACE, '--json'];
    const said = await kubectlMemwarden(kubeconfig, words);
    expect(said.status).toBe(0);
    const { entries, leftOut } = JSON.parse(said.out) as {
      entries: { path: string }[];
      leftOut: { what: string; why: string }[];
    };
    expect(entries.map(({ path }) => path.replace(/^[^/]+\//u, ''))).toEqual([
      'versions.json',
      'doctor.json',
      'doctor.txt',
      'left-out.json',
    ]);
    expect(leftOut.find(({ what }) => what === 'objects/findings.json')?.why).toContain(
      'may not list memoryfindings',
    );
  });
});
