import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KubePolicySource, type Accepted, type KubePolicySourceOptions } from '#kube';
import type { StoredObject } from '#contracts/store';
import { policiesUntil, policySourceSuite, sample, sampleCodec, type Sample } from '#testing';
import { ApiServer } from './api-server.js';
import { Led } from './stores.js';
import { until } from './until.js';
import { CLUSTER_SAMPLES, SAMPLE_CRDS } from './sample-crd.js';

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
  for (const crd of SAMPLE_CRDS) await server.applyCrd(crd);
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

function accept(value: unknown): Accepted<Sample> {
  const answer = sampleCodec.decode({ ...(value as Sample), apiVersion: sample('a').apiVersion });
  return answer.ok ? answer : { ...answer, reason: 'Invalid' };
}

async function opened(
  options: Partial<KubePolicySourceOptions<Sample>> = {},
): Promise<KubePolicySource<Sample>> {
  const all = { type: CLUSTER_SAMPLES, namespace: 'default', accept, chance: Math.random, ...options };
  return KubePolicySource.open<Sample>({ client: server.client(), ...all }, AbortSignal.timeout(30_000));
}

async function write(policy: Sample): Promise<void> {
  await server.apply([{ ...policy, apiVersion: `${CLUSTER_SAMPLES.group}/v1` }]);
}

policySourceSuite('KubePolicySource', async () => {
  server.kubectl(['delete', '--all', `${CLUSTER_SAMPLES.plural}.${CLUSTER_SAMPLES.group}`]);
  let source = await opened();
  return {
    get source() {
      return source;
    },
    countsRejected: true,
    write,
    remove: async (name) => void server.kubectl(['delete', `samples.${CLUSTER_SAMPLES.group}`, name]),
    reopen: async () => {
      await source[Symbol.asyncDispose]();
      source = await opened();
      return source;
    },
    end: async () => source[Symbol.asyncDispose](),
  };
});

interface WithStatus extends StoredObject {
  readonly status?: { readonly note?: string };
}

function revisions(): readonly string[] {
  return server.kubectl(['get', 'controllerrevisions', '-o', 'name']).split('\n').filter(Boolean);
}

async function policy(name: string): Promise<WithStatus> {
  return server.client().get<WithStatus>(CLUSTER_SAMPLES, { name });
}

describe('KubePolicySource', () => {
  beforeEach(() => {
    server.kubectl(['delete', '--all', `samples.${CLUSTER_SAMPLES.group}`]);
    server.kubectl(['delete', '--all', 'controllerrevisions']);
  });

  it('keeps one generation of each policy, and none of those that are gone, when it leads', async () => {
    const led = new Led(false);
    await using source = await opened({ leadership: led });
    await write(sample('a', 1));
    await policiesUntil(source, ([first]) => first?.object?.spec.size === 1);
    expect(revisions()).toEqual([]);
    led.set(true);
    await until(() => revisions().length === 1);
    for (const size of [2, 3]) {
      await write(sample('a', size));
      await policiesUntil(source, ([first]) => first?.object?.spec.size === size);
    }
    await until(() => revisions().length === 1);
    server.kubectl(['delete', `samples.${CLUSTER_SAMPLES.group}`, 'a']);
    await until(() => revisions().length === 0);
    expect(source.list()).toEqual([]);
  });

  it('has the last good generation also when the bad edit came while nobody looked', async () => {
    const before = await opened();
    await write(sample('a', 1));
    await policiesUntil(before, ([first]) => first?.object?.spec.size === 1);
    await before[Symbol.asyncDispose]();
    await write(sample('a', -1));
    await using source = await opened();
    expect(source.list()).toMatchObject([{ object: { spec: { size: 1 } }, rejected: { reason: 'Invalid' } }]);
  });

  it('writes status when it differs, not more often than it may, and puts right what a person wrote', async () => {
    await using source = await opened({ statusEveryMs: 500 });
    await write(sample('a', 1));
    await policiesUntil(source, ([first]) => first !== undefined);
    let told = 0;
    using _listener = source.onChange(() => (told += 1));
    for (let i = 0; i < 50; i += 1) source.writeStatus('a', { note: String(i) });
    await until(async () => (await policy('a')).status?.note === '49');
    const written = Number((await policy('a')).metadata.resourceVersion);
    source.writeStatus('a', { note: '49' });
    server.kubectl([
      ...['patch', `samples.${CLUSTER_SAMPLES.group}`, 'a', '--subresource=status', '--type=merge'],
      ...['-p', '{"status":{"note":"mine"}}'],
    ]);
    await until(async () => (await policy('a')).status?.note === '49');
    expect(Number((await policy('a')).metadata.resourceVersion)).toBeGreaterThan(written);
    expect(told).toBe(0);
    expect(source.health()).toEqual({ component: 'policies', state: 'ok' });
  });
});
