import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidValue, NotFound } from '#contracts/errors';
import { Conflict, type StoredObject } from '#contracts/store';
import {
  AlreadyExists,
  ApiUnavailable,
  Forbidden,
  kubeconfigCredentials,
  Rejected,
  type KubeClient,
} from '#kube';
import { ApiServer } from './api-server.js';
import { TcpProxy } from './tcp-proxy.js';
import { ITEMS } from './world.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

interface Item extends StoredObject {
  readonly data: { readonly value: string };
}

function item(name: string): Item {
  return { metadata: { name, namespace: 'default' }, data: { value: '1' } };
}

async function throughWire(proxy: TcpProxy): Promise<KubeClient> {
  const kubeconfig = await server.writeKubeconfig('wired', { port: proxy.port });
  return server.client({ credentials: kubeconfigCredentials(kubeconfig) });
}

describe('KubeClient', () => {
  it('says what is the matter by the class of what it throws', async () => {
    const client = server.client();
    const made = await client.create(ITEMS, item('a'));
    await expect(client.create(ITEMS, item('a'))).rejects.toThrow(AlreadyExists);
    await expect(client.get(ITEMS, item('none').metadata)).rejects.toThrow(NotFound);
    await expect(client.create(ITEMS, item('No Name'))).rejects.toThrow(Rejected);
    await client.update(ITEMS, { ...made, data: { value: '2' } });
    await expect(client.update(ITEMS, { ...made, data: { value: '3' } })).rejects.toThrow(Conflict);
    await expect(client.delete(ITEMS, made.metadata, { uid: 'another' })).rejects.toThrow(Conflict);
    await client.delete(ITEMS, made.metadata, { uid: made.metadata.uid });
    await client.delete(ITEMS, made.metadata);
  });

  it('refuses a name that would lead elsewhere', async () => {
    const client = server.client();
    for (const name of ['..', '../pods/x', 'a/b', '', 'a%2fb', 'a b'])
      await expect(client.get(ITEMS, { name, namespace: 'default' })).rejects.toThrow(InvalidValue);
  });

  it('names the right that is missing', async () => {
    server.kubectl(['create', 'serviceaccount', 'nobody']);
    const token = server.kubectl(['create', 'token', 'nobody']).trim();
    const kubeconfig = await server.writeKubeconfig('nobody', { token });
    const client = server.client({ credentials: kubeconfigCredentials(kubeconfig) });
    const read = client.get(ITEMS, item('a').metadata);
    await expect(read).rejects.toThrow(Forbidden);
    await expect(read).rejects.toThrow(/cannot get resource "configmaps"/u);
  });

  it('gives up at its deadline, and knows what it does not know', async () => {
    await using proxy = await TcpProxy.start(server.port);
    const client = await throughWire(proxy);
    await client.listPage(ITEMS, { namespace: 'default' });
    proxy.stall();
    const startedMs = performance.now();
    const write: unknown = await client
      .create(ITEMS, item('b'), { timeoutMs: 1000 })
      .catch((error: unknown) => error);
    expect(write).toMatchObject({ isUnresolved: true });
    expect(performance.now() - startedMs).toBeLessThan(4000);
  });

  it('sends again what was certainly not sent, whatever it is, and then says so', async () => {
    const nobodyThere = await TcpProxy.start(server.port);
    const client = await throughWire(nobodyThere);
    await nobodyThere[Symbol.asyncDispose]();
    const write: unknown = await client.create(ITEMS, item('c')).catch((error: unknown) => error);
    expect(write).toBeInstanceOf(ApiUnavailable);
    expect(write).toMatchObject({ isUnresolved: false });
  });
});
