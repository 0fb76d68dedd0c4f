import { afterAll, beforeAll } from '@jest/globals';
import { KubeObjectStore, type KubeObjectStoreOptions, type ResourceType } from '#kube';
import { objectStoreSuite, sample, sampleCodec, type Sample } from '#testing';
import { ApiServer } from './api-server.js';
import { CLUSTER_SAMPLES, SAMPLE_CRDS, SAMPLES } from './sample-crd.js';

let server: ApiServer;

beforeAll(async () => {
  server = await ApiServer.start();
  server.kubectl(['create', 'namespace', 'another']);
  for (const crd of SAMPLE_CRDS) await server.applyCrd(crd);
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

function options(type: ResourceType): KubeObjectStoreOptions<Sample> {
  return {
    client: server.client(),
    type,
    codec: {
      kind: 'Sample',
      // The suite's objects have one group, and two kinds of one group cannot have the same name.
      decode: (value) => sampleCodec.decode({ ...(value as Sample), apiVersion: sample('a').apiVersion }),
    },
    component: 'store/samples',
    initialStatus: () => ({ note: 'made up for' }),
    chance: Math.random,
  };
}

async function opened(type: ResourceType): Promise<KubeObjectStore<Sample>> {
  return KubeObjectStore.open(options(type), AbortSignal.timeout(30_000));
}

function suite(name: string, type: ResourceType): void {
  objectStoreSuite(name, async () => {
    server.kubectl(['delete', '--all', `${type.plural}.${type.group}`, ...(type.isNamespaced ? ['-A'] : [])]);
    let store = await opened(type);
    return {
      get store() {
        return store;
      },
      ...(type.isNamespaced && { namespace: 'default' }),
      reopen: async () => {
        await store[Symbol.asyncDispose]();
        store = await opened(type);
        return store;
      },
      end: async () => store[Symbol.asyncDispose](),
    };
  });
}

suite('KubeObjectStore with namespaces', SAMPLES);
suite('KubeObjectStore of the whole cluster', CLUSTER_SAMPLES);
