import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeEnvironment } from '../config.js';
import { chooseCluster } from './kubeconfig.js';

let folder = '';
const NO_FLAGS = { kubeconfig: undefined, context: undefined };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-kubeconfig-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Named {
  readonly contexts: readonly string[];
  readonly current?: string;
  readonly namespace?: string;
  readonly users?: readonly string[];
}

async function written(
  name: string,
  { contexts, current, namespace, users = ['u'] }: Named,
): Promise<string> {
  const path = join(folder, name);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    ...(current === undefined ? {} : { 'current-context': current }),
    contexts: contexts.map((one) => ({
      name: one,
      context: { cluster: 'c', user: 'u', ...(namespace && { namespace }) },
    })),
    clusters: [{ name: 'c', cluster: { server: `https://${name}:6443` } }],
    users: users.map((one) => ({ name: one, user: { token: 'never said' } })),
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

const environment = (
  kubeconfigs: readonly string[],
  more: Partial<KubeEnvironment> = {},
): KubeEnvironment => ({
  kubeconfigs,
  defaultKubeconfig: join(folder, 'default'),
  serviceHost: undefined,
  servicePort: undefined,
  ...more,
});

describe('which cluster is meant', () => {
  it('is the current context, with its namespace', async () => {
    await written('default', { contexts: ['a', 'b'], current: 'b', namespace: 'team-b' });
    const { place, credentials } = await chooseCluster(NO_FLAGS, environment([]));
    expect(place).toEqual({ context: 'b', namespace: 'team-b' });
    await expect(credentials.read(false)).resolves.toMatchObject({
      server: 'https://default:6443',
      headers: { authorization: 'Bearer never said' },
    });
  });

  it('of several files, is in the first that has the context; those that are not there are left out', async () => {
    const one = await written('one', { contexts: ['a'], current: 'a' });
    const two = await written('two', { contexts: ['a', 'b'] });
    const files = environment([join(folder, 'gone'), one, two]);
    const ofA = await chooseCluster({ ...NO_FLAGS, context: 'a' }, files);
    await expect(ofA.credentials.read(false)).resolves.toMatchObject({ server: 'https://one:6443' });
    const ofB = await chooseCluster({ ...NO_FLAGS, context: 'b' }, files);
    await expect(ofB.credentials.read(false)).resolves.toMatchObject({ server: 'https://two:6443' });
    expect(ofB.place.namespace).toBe('default');
  });

  it('is that of --kubeconfig before all others', async () => {
    await written('default', { contexts: ['a'], current: 'a' });
    const named = await written('named', { contexts: ['x'], current: 'x' });
    const { place } = await chooseCluster({ ...NO_FLAGS, kubeconfig: named }, environment([]));
    expect(place.context).toBe('x');
  });

  it('is the own one of a pod, where no file is there', async () => {
    const inPod = environment([], { serviceHost: '10.0.0.1', servicePort: '443' });
    expect((await chooseCluster(NO_FLAGS, inPod)).place.context).toBeNull();
    await expect(chooseCluster({ ...NO_FLAGS, context: 'a' }, inPod)).rejects.toThrow(
      'There is no kubeconfig',
    );
  });

  it.each([
    ['nothing there', {}, 'Name one with --kubeconfig FILE or KUBECONFIG'],
    ['a file that is not there', { kubeconfig: '/nowhere/x' }, 'There is no kubeconfig /nowhere/x.'],
  ])('cannot be said: %s', async (_what, flags, said) => {
    await expect(chooseCluster({ ...NO_FLAGS, ...flags }, environment([]))).rejects.toThrow(said);
  });

  it('cannot be said where the context is unknown, none is chosen, or its parts are elsewhere', async () => {
    const path = await written('default', { contexts: ['a', 'b\x1b[2J'] });
    await expect(chooseCluster({ ...NO_FLAGS, context: 'c' }, environment([]))).rejects.toThrow(
      String.raw`There is no context c. ${path} has a, b\x1b[2J.`,
    );
    await expect(chooseCluster(NO_FLAGS, environment([]))).rejects.toThrow('No context is chosen');
    await written('default', { contexts: ['a'], current: 'a', users: [] });
    await expect(chooseCluster(NO_FLAGS, environment([]))).rejects.toThrow('kubectl config view --flatten');
  });

  it.each(['{', '[]', 'text', 'contexts: 5', 'contexts: [5, {name: 7}]'])('is not in %j', async (text) => {
    await writeFile(join(folder, 'default'), text);
    await expect(chooseCluster(NO_FLAGS, environment([]))).rejects.toThrow(/kubeconfig|context/u);
  });
});
