import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { MemoryCleanup } from '#api';
import { InvalidValue } from '#contracts/errors';
import { Conflict, StoreUnavailable, TooManyObjects, type StoreChange } from '#contracts/store';
import { kubeconfigCredentials, MEMORY_CLEANUPS, MEMORY_FINDINGS } from '#kube';
import { ApiServer } from './api-server.js';
import { cleanup, finding } from './finding.js';
import { Led, openCleanups, openFindings } from './stores.js';
import { TcpProxy } from './tcp-proxy.js';
import { until } from './until.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
  await server.applyCrds();
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.kubectl(['delete', '--all', '-A', 'memoryfindings,memorycleanups']);
});

/** As a person has it, who may not write a status, and as a crash leaves it between the two writes. */
function half(name: string, requestedBy: string): MemoryCleanup {
  const { status: _, ...rest } = cleanup(name, requestedBy);
  const annotations = { 'memwarden.dev/requested-by': requestedBy };
  return { ...rest, metadata: { ...rest.metadata, annotations } } as unknown as MemoryCleanup;
}

describe('what stands half at the API server', () => {
  it('is shown to nobody, and gets its status from who leads, and from nobody else', async () => {
    const led = new Led(false);
    await using follower = await openCleanups(server.client(), { leadership: led });
    await server.client().create(MEMORY_CLEANUPS, half('by-ada', 'ada'));
    await using other = await openCleanups(server.client(), { leadership: new Led(false) });
    expect(other.list()).toEqual([]);
    expect(follower.list()).toEqual([]);
    const seen: StoreChange<MemoryCleanup>[] = [];
    using _listener = follower.onChange((change) => seen.push(change));
    led.set(true);
    await until(() => follower.get('default/by-ada') !== null);
    expect(seen.map(({ kind }) => kind)).toEqual(['Added']);
    expect(follower.get('default/by-ada')?.status).toEqual(cleanup('x', 'ada').status);
    await until(() => other.get('default/by-ada') !== null);
  });

  it('is completed by the next one who creates it, with the status that he gives', async () => {
    await using store = await openFindings(server.client(), { leadership: new Led(false) });
    const { status: _, ...rest } = finding('f');
    await server.client().create(MEMORY_FINDINGS, rest);
    await until(async () => (await store.create(finding('f'))).kind === 'AlreadyExists');
    expect(store.get('default/f')?.status).toEqual(finding('f').status);
  });

  it('is nobody’s second object: several at once make one', async () => {
    await using one = await openCleanups(server.client());
    await using two = await openCleanups(server.client());
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((i) => (i % 2 ? one : two).create(cleanup('c', 'p'))),
    );
    expect(new Set(answers.map(({ object }) => object.metadata.uid)).size).toBe(1);
    expect(new Set(answers.map(({ object }) => object.status.requestedBy))).toEqual(new Set(['p']));
  });
});

describe('two writers', () => {
  it('lose no update: each of theirs is at the newest version, or a Conflict', async () => {
    const stores = await Promise.all([openFindings(server.client()), openFindings(server.client())]);
    await stores[0].create(finding('f'));
    let conflicts = 0;
    const add = async (store: (typeof stores)[number]): Promise<void> => {
      for (let done = 0; done < 25;) {
        const object = store.get('default/f');
        if (object === null) {
          await until(() => store.get('default/f') !== null);
          continue;
        }
        const status = { ...object.status, cleanups: object.status.cleanups + 1 };
        try {
          await store.update({ ...object, status });
          done += 1;
        } catch (error) {
          if (!(error instanceof Conflict)) throw error;
          conflicts += 1;
        }
      }
    };
    await Promise.all(stores.map(add));
    const raw = await server.client().get<ReturnType<typeof finding>>(MEMORY_FINDINGS, finding('f').metadata);
    expect(raw.status.cleanups).toBe(50);
    expect(conflicts).toBeGreaterThan(0);
    for (const store of stores) await store[Symbol.asyncDispose]();
  });
});

describe('what does not fit', () => {
  it('is left where it is, counted and named when this version cannot read it', async () => {
    await using store = await openFindings(server.client());
    const { object } = await store.create(finding('bad'));
    // The API server takes an annotation that is larger than Memwarden reads.
    const metadata = { annotations: { big: 'x'.repeat(70_000) } };
    await server.client().patch(MEMORY_FINDINGS, object.metadata, { metadata }, { kind: 'merge' });
    await until(() => store.get('default/bad') === null);
    expect(store.setAside).toEqual([{ key: 'default/bad', reason: expect.stringContaining('annotations') }]);
    expect(store.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('default/bad'),
    });
    await expect(store.create(finding('bad'))).rejects.toThrow(InvalidValue);
    server.kubectl(['delete', 'memoryfindings', 'bad']);
    await until(() => store.health().state === 'ok');
    await store.create(finding('bad'));
  });

  it('is refused with the server’s own words', async () => {
    await using store = await openFindings(server.client(), {
      codec: {
        kind: 'MemoryFinding',
        decode: (value) => ({ ok: true, object: value as ReturnType<typeof finding> }),
      },
    });
    const { spec, ...rest } = finding('f');
    const wrong = { ...rest, spec: { ...spec, class: 'x'.repeat(64) } };
    await expect(store.create(wrong)).rejects.toThrow(/spec\.class.*63/u);
    const unknown = { ...finding('f'), spec: { ...spec, surprise: 1 } };
    await expect(store.create(unknown)).rejects.toThrow(/surprise/u);
    const elsewhere = store.create(finding('f', 'nowhere'));
    await expect(elsewhere).rejects.toThrow(/nowhere/u);
    await expect(elsewhere).rejects.toThrow(InvalidValue);
    expect(store.failure).toBeNull();
    const { object } = await store.create(finding('f'));
    await expect(store.update({ ...object, spec: { ...spec, class: 'Other' } })).rejects.toThrow(
      InvalidValue,
    );
    expect(store.get('default/f')).toEqual(object);
  });

  it('is refused above the most objects, and one gone makes room for one', async () => {
    await using store = await openFindings(server.client(), { maxObjects: 3 });
    for (const name of ['a', 'b', 'c']) await store.create(finding(name));
    await expect(store.create(finding('d'))).rejects.toThrow(TooManyObjects);
    expect((await store.create(finding('a'))).kind).toBe('AlreadyExists');
    await store.delete('default/a');
    await store.create(finding('d'));
    expect(store.list()).toHaveLength(3);
  });
});

describe('a bad wire', () => {
  it('hides no write: one whose answer was lost is found out about, and done once', async () => {
    await using proxy = await TcpProxy.start(server.port);
    const kubeconfig = await server.writeKubeconfig('wired', { port: proxy.port });
    const client = server.client({ credentials: kubeconfigCredentials(kubeconfig) });
    await using store = await openFindings(client);
    const { object } = await store.create(finding('f'));
    proxy.deafen();
    const write = store.update({ ...object, status: { ...object.status, cleanups: 7 } });
    const direct = server.client();
    const there = async (): Promise<ReturnType<typeof finding>> =>
      direct.get(MEMORY_FINDINGS, object.metadata);
    await until(async () => (await there()).status.cleanups === 7);
    proxy.cut();
    const answer = await write;
    expect(answer.metadata.resourceVersion).toBe((await there()).metadata.resourceVersion);
    expect(store.get('default/f')).toEqual(answer);
  });

  it('does so for what is created, too', async () => {
    await using proxy = await TcpProxy.start(server.port);
    const kubeconfig = await server.writeKubeconfig('wired', { port: proxy.port });
    const client = server.client({ credentials: kubeconfigCredentials(kubeconfig) });
    await using store = await openCleanups(client, { leadership: new Led(false) });
    proxy.deafen();
    const write = store.create(cleanup('c', 'p'));
    const direct = server.client();
    const isThere = (): Promise<boolean> =>
      direct.get(MEMORY_CLEANUPS, cleanup('c', 'p').metadata).then(
        () => true,
        () => false,
      );
    await until(isThere);
    proxy.cut();
    await write;
    expect(store.get('default/c')?.status.requestedBy).toBe('p');
  });

  it('says that the store takes no writes, and again that it does', async () => {
    await using proxy = await TcpProxy.start(server.port);
    const kubeconfig = await server.writeKubeconfig('wired', { port: proxy.port });
    const client = server.client({ credentials: kubeconfigCredentials(kubeconfig) });
    await using store = await openFindings(client);
    const { object } = await store.create(finding('f'));
    proxy.refuse();
    await expect(store.create(finding('g'))).rejects.toThrow(StoreUnavailable);
    expect(store.health()).toMatchObject({ state: 'degraded' });
    expect(store.get('default/f')).toEqual(object);
    proxy.mend();
    await until(async () => {
      const answer = await store.create(finding('g')).catch(() => null);
      return answer !== null;
    });
    expect(store.health()).toEqual({ component: 'store/findings', state: 'ok' });
  });
});
