import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiServer } from './api-server.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

describe('KubeClient', () => {
  it('reads', async () => {
    const client = server.client();
    const ns = await client.get(
      { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', isNamespaced: false },
      { name: 'default' },
    );
    expect(ns.metadata.name).toBe('default');
    await server.applyCrds();
  });
});
