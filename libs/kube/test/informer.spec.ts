import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from '@jest/globals';
import { ApiServer } from './api-server.js';
import { until } from './until.js';
import { World } from './world.js';

let server: ApiServer;
let world: World;
let count = 0;

beforeAll(async () => {
  server = await ApiServer.start();
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());
beforeEach(async () => {
  count += 1;
  world = await World.make(server, `world-${count}`, 3000);
});
afterEach(async () => world[Symbol.asyncDispose]());

async function expectTruth(): Promise<void> {
  await world.caughtUp();
  const truth = await world.truth();
  expect(world.informer.list()).toEqual(truth);
  expect(world.told).toEqual(truth);
}

describe('Informer', () => {
  it('has what there is, and what changes, by key and in order', async () => {
    for (const name of ['b', 'c', 'a']) await world.put(name, '1');
    await world.put('b', '2');
    await world.remove('c');
    await expectTruth();
    expect(world.informer.lists).toBe(1);
    expect(world.informer.health()).toEqual({ component: 'kube/items', state: 'ok' });
  });

  it('goes on where it was when the connection is cut', async () => {
    await world.put('a', '1');
    await world.caughtUp();
    for (const value of ['2', '3', '4']) {
      world.proxy.cut();
      await world.put('a', value);
    }
    await expectTruth();
    expect(world.informer.lists).toBe(1);
  });

  it('gives a connection up that says nothing, and goes on where it was', async () => {
    await world.put('a', '1');
    await world.caughtUp();
    world.proxy.stall();
    await world.put('a', '2');
    await until(() => world.informer.stalenessMs > 4000);
    expect(world.value('a')).toBe('1');
    world.proxy.mend();
    await expectTruth();
    expect(world.informer.lists).toBe(1);
  });

  it('is equal to a full list after a partition in which a thousand things change', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `n-${i}`);
    for (const name of names.slice(0, 100)) await world.put(name, 'before');
    await world.caughtUp();
    world.proxy.refuse();
    for (let i = 0; i < 1000; i += 1) {
      const name = names[Math.floor(Math.random() * names.length)]!;
      await (Math.random() < 0.3 ? world.remove(name) : world.put(name, String(i)));
    }
    world.proxy.mend();
    await expectTruth();
  });

  it('reads everything anew when etcd forgot where it was', async () => {
    for (const name of ['a', 'b', 'c']) await world.put(name, '1');
    await world.caughtUp();
    world.proxy.refuse();
    await server.killServer();
    await server.startServer();
    await world.remove('a');
    await world.put('b', '2');
    await server.compact();
    await server.killServer();
    await server.startServer();
    world.proxy.mend();
    await expectTruth();
    expect(world.informer.lists).toBeGreaterThan(1);
    const removed = world.changes
      .filter(({ kind }) => kind === 'Deleted')
      .map(({ object }) => object.metadata.name);
    expect(removed).toEqual(['a']);
  });
});
