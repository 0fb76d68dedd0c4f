/*
 * `kubectl memwarden` looks at a real API server: what is printed, and what is said when nothing can be.
 */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ApiServer } from '../../../libs/kube/test/api-server.js';
import { nodeMemory } from './cluster-objects.js';
import { finding, policy } from './objects.js';
import { kubectlMemwarden, put, watched, type Said } from './person.js';

jest.setTimeout(60_000);
let server: ApiServer;
const say = (...words: string[]): Promise<Said> => kubectlMemwarden(server.kubeconfig, words);

beforeAll(async () => {
  server = await ApiServer.start({ args: ['--disable-admission-plugins=ServiceAccount'] });
}, 120_000);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('a cluster without Memwarden', () => {
  it('is told apart from one without findings', async () => {
    const { status, err } = await say('findings', '-A');
    expect(status).toBe(1);
    expect(err).toContain("Memwarden's custom resources are not installed there");
    expect(err).toContain('helm install');
  });
});

describe('a cluster with Memwarden', () => {
  beforeAll(async () => {
    await server.applyCrds(['memorypolicies', 'memoryfindings', 'memorycleanups', 'nodememories']);
    server.kubectl(['create', 'namespace', 'team-a']);
    put(server, nodeMemory('node-a', [{ namespace: 'team-a', pod: 'mw-cache-1', mib: 300 }]), 'nodememories');
    put(server, nodeMemory('node-b', [{ namespace: 'team-b', pod: 'web-0', mib: 512 }]), 'nodememories');
    const found = finding('pressure-1');
    put(server, { ...found, metadata: { name: 'pressure-1', namespace: 'team-a' } }, 'memoryfindings');
    const { apiVersion, kind, spec, status } = policy('cache-server');
    put(
      server,
      { apiVersion, kind, metadata: { name: 'cache-server' }, spec, status } as never,
      'memorypolicies',
    );
  }, 60_000);

  it('top: pod, container and workload, the largest first', async () => {
    const { status, out, err } = await say('top');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^node-a +host +1\.31 GiB +32\.0 GiB/mu);
    const [first, second] = out.split('\n').filter((line) => line.includes('/'));
    expect(first).toMatch(/^team-b\/web-0 +cache +Deployment\/mw-cache +node-b +host +512 MiB/u);
    expect(second).toMatch(/^team-a\/mw-cache-1 +cache +Deployment\/mw-cache +node-a +host +300 MiB/u);
  });

  it('top of one node, of one namespace, as JSON', async () => {
    expect((await say('top', '--node', 'node-b')).out).not.toContain('node-a');
    const named = await say('top', '-n', 'team-a');
    expect(named.out).toContain('mw-cache-1');
    expect(named.out).not.toContain('web-0');
    const list = JSON.parse((await say('top', '-o', 'json')).out) as {
      items: { metadata: { name: string } }[];
    };
    expect(list.items.map(({ metadata }) => metadata.name).sort()).toEqual(['node-a', 'node-b']);
    const gone = await say('top', '--node', 'node-x');
    expect(gone.status).toBe(1);
    expect(gone.err).toContain('There is no node node-x');
  });

  it('findings of a namespace, of all, one in full', async () => {
    expect((await say('findings')).err).toContain('No findings in namespace default (-A looks in all)');
    expect((await say('findings', '-n', 'team-a')).out).toMatch(
      /^FINDING .*\npressure-1 .*94\.8 %.*confirmed/u,
    );
    expect((await say('findings', '-A')).out).toMatch(/^NAMESPACE +FINDING .*\nteam-a +pressure-1/u);
    expect((await say('findings', 'team-a/pressure-1')).out).toContain('state         confirmed');
    expect((await say('findings', 'pressure-1', '-A', '-o', 'name')).out).toBe(
      'memoryfinding.memwarden.dev/pressure-1\n',
    );
    expect((await say('findings', '-A', '--state', 'closed')).out).toBe('');
  });

  it('policies, in the order in which they are asked', async () => {
    expect((await say('policies')).out).toMatch(/^POLICY .*\ncache-server +Enforce +1000 +1 /u);
    expect((await say('policies', 'cache-server')).out).toContain('precedence 1000');
  });

  it('nodes, and who may not look is told who can grant it', async () => {
    expect((await say('nodes')).out).toMatch(/^NODE +AGENT +MODE.*\nnode-a +ready +Enforce +0\.1\.0/u);
    server.kubectl(['create', 'serviceaccount', 'ann', '-n', 'team-a']);
    const token = server.kubectl(['create', 'token', 'ann', '-n', 'team-a']).trim();
    const kubeconfig = await server.writeKubeconfig('ann', { token });
    const { status, err } = await kubectlMemwarden(kubeconfig, ['findings', '-n', 'team-a']);
    expect(status).toBe(1);
    expect(err).toContain(
      'system:serviceaccount:team-a:ann may not list memoryfindings.memwarden.dev in namespace team-a.',
    );
    expect(err).toContain('kubectl create rolebinding');
    const wrong = await server.writeKubeconfig('wrong', { token: 'nobody' });
    const unknown = await kubectlMemwarden(wrong, ['findings']);
    expect(unknown.status).toBe(1);
    expect(unknown.err).toContain('does not know the user of context test (401)');
  });

  it('watches: a line for each that is there, then for each that is new or changed', async () => {
    const rows: string[] = [];
    const until = async (count: number): Promise<void> => {
      while (rows.length < count) await new Promise((resolve) => setImmediate(resolve));
    };
    const told = watched(server.kubeconfig, ['findings', '-n', 'team-a', '--watch', '-o', 'name'], (line) =>
      rows.push(line),
    );
    await until(1);
    const found = finding('pressure-2');
    put(server, { ...found, metadata: { name: 'pressure-2', namespace: 'team-a' } }, 'memoryfindings');
    await until(2);
    process.emit('SIGTERM');
    expect(await told).toBe(0);
    expect(rows[0]).toBe('memoryfinding.memwarden.dev/pressure-1');
    expect(rows.slice(1)).toContain('memoryfinding.memwarden.dev/pressure-2');
    server.kubectl(['delete', 'mfind', 'pressure-2', '-n', 'team-a']);
  });

  it('an unknown context, and no kubeconfig', async () => {
    const unknown = await say('findings', '--context', 'prod');
    expect(unknown.status).toBe(1);
    expect(unknown.err).toContain('There is no context prod.');
    expect(unknown.err).toContain('has test.');
    const none = await kubectlMemwarden('/nowhere/config', ['findings']);
    expect(none.err).toContain('There is no kubeconfig: /nowhere/config is not there.');
  });
});
