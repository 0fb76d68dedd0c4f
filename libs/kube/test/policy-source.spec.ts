import { afterAll, beforeAll } from '@jest/globals';
import { KubePolicySource, type Accepted } from '#kube';
import { policySourceSuite, sample, sampleCodec, type Sample } from '#testing';
import { ApiServer } from './api-server.js';
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

async function opened(): Promise<KubePolicySource<Sample>> {
  const options = { type: CLUSTER_SAMPLES, namespace: 'default', accept, chance: Math.random };
  return KubePolicySource.open<Sample>({ client: server.client(), ...options }, AbortSignal.timeout(30_000));
}

policySourceSuite('KubePolicySource', async () => {
  server.kubectl(['delete', '--all', `${CLUSTER_SAMPLES.plural}.${CLUSTER_SAMPLES.group}`]);
  let source = await opened();
  return {
    get source() {
      return source;
    },
    countsRejected: true,
    write: async (policy) => server.apply([{ ...policy, apiVersion: `${CLUSTER_SAMPLES.group}/v1` }]),
    remove: async (name) => void server.kubectl(['delete', `samples.${CLUSTER_SAMPLES.group}`, name]),
    reopen: async () => {
      await source[Symbol.asyncDispose]();
      source = await opened();
      return source;
    },
    end: async () => source[Symbol.asyncDispose](),
  };
});
