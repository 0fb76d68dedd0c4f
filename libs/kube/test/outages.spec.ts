import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '#contracts/store';
import { Informer, kubeconfigCredentials } from '#kube';
import { ApiServer } from './api-server.js';
import { finding } from './finding.js';
import { inTurns } from './in-turns.js';
import { openFindings } from './stores.js';
import { TcpProxy } from './tcp-proxy.js';
import { until } from './until.js';
import { itemOf, ITEMS, World } from './world.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
  await server.applyCrds();
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

describe('an API server', () => {
  it('that is killed and starts with an empty watch cache is followed again within ten seconds, and nothing is lost', async () => {
    await using world = await World.make(server, 'killed');
    for (let i = 0; i < 20; i += 1) await world.put(`n-${i}`, 'before');
    await world.caughtUp();
    await server.killServer();
    await until(() => world.informer.health().state === 'degraded', 30_000);
    await server.startServer();
    const readyAtMs = performance.now();
    await world.put('n-0', 'after');
    await world.remove('n-1');
    await until(() => world.value('n-0') === 'after' && world.value('n-1') === undefined);
    expect(performance.now() - readyAtMs).toBeLessThan(10_000);
    await world.caughtUp();
    expect(world.informer.list()).toEqual(await world.truth());
    expect(world.told).toEqual(await world.truth());
    expect(world.informer.health().state).toBe('ok');
  });

  it('whose etcd does not answer takes no writes, is waited for, and is followed on', async () => {
    await using store = await openFindings(server.client());
    const { object } = await store.create(finding('frozen'));
    server.freeze();
    const write = store.update({ ...object, status: { ...object.status, cleanups: 1 } });
    await expect(write).rejects.toThrow(StoreUnavailable);
    expect(store.failure).toBeInstanceOf(StoreUnavailable);
    expect(store.get('default/frozen')?.metadata.uid).toBe(object.metadata.uid);
    server.thaw();
    await until(async () => {
      const newest = store.get('default/frozen') ?? object;
      const next = { ...newest, status: { ...newest.status, cleanups: 2 } };
      return store.update(next).then(
        () => true,
        () => false,
      );
    }, 60_000);
    expect(store.get('default/frozen')?.status.cleanups).toBe(2);
    expect(store.health()).toEqual({ component: 'store/findings', state: 'ok' });
  });

  it('that cannot stream lists gives them in pages', async () => {
    await using old = await ApiServer.start({ args: ['--feature-gates=WatchList=false'] });
    await using proxy = await TcpProxy.start(old.port);
    const credentials = kubeconfigCredentials(await old.writeKubeconfig('wired', { port: proxy.port }));
    const client = old.client({ credentials });
    const names = Array.from({ length: 1200 }, (_, i) => `n-${String(i).padStart(4, '0')}`);
    const configMaps = names.map((name) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
    }));
    await inTurns(configMaps, (each) => client.create(ITEMS, each));
    await using informer = new Informer({
      ...{ client, type: ITEMS, query: { namespace: 'default' }, component: 'kube/items', trim: itemOf },
      chance: Math.random,
    });
    await informer.synced(AbortSignal.timeout(30_000));
    const found = (): readonly string[] => informer.list().map(({ metadata }) => metadata.name);
    expect(found()).toEqual([...names].sort());
    proxy.cut();
    await old.client().delete(ITEMS, { name: names[7]!, namespace: 'default' });
    await until(() => found().length === names.length - 1);
    expect(informer.lists).toBe(1);
  });
});

describe('a listener', () => {
  it('that is slow loses nothing, and takes nothing from the server', async () => {
    await using world = await World.make(server, 'slow');
    using _slow = world.informer.onChange(() => {
      const until = performance.now() + 5;
      while (performance.now() < until);
    });
    await inTurns(Array.from({ length: 500 }).keys(), (i) => world.put(`n-${i % 50}`, String(i)));
    await world.caughtUp();
    expect(world.informer.list()).toEqual(await world.truth());
    expect(world.told).toEqual(await world.truth());
  });
});
