import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jsonKey, KubeValue } from '#kube';
import { storedValueSuite, type Note } from '#testing';
import { ApiServer } from './api-server.js';
import { until } from './until.js';

let server: ApiServer;
beforeAll(async () => {
  server = await ApiServer.start();
}, 120_000);
afterAll(async () => server[Symbol.asyncDispose]());

function isNote(value: unknown): value is Note {
  return typeof value === 'object' && value !== null && 'by' in value && 'reason' in value;
}

const form = jsonKey<Note>('note', {
  kind: 'Note',
  decode: (value) =>
    isNote(value)
      ? { ok: true, object: value }
      : { ok: false, problems: [{ path: '', message: 'must be a note' }] },
});

async function opened(name = 'memwarden-note'): Promise<KubeValue<Note>> {
  const whenUnreadable = (reason: string): Note => ({ by: 'nobody', reason });
  const options = { namespace: 'default', name, form, component: 'store/note', chance: Math.random };
  return KubeValue.open({ client: server.client(), whenUnreadable, ...options }, AbortSignal.timeout(30_000));
}

storedValueSuite('KubeValue', async () => {
  server.kubectl(['delete', 'configmap', 'memwarden-note', '--ignore-not-found']);
  let value = await opened();
  return {
    get value() {
      return value;
    },
    reopen: async () => {
      await value[Symbol.asyncDispose]();
      value = await opened();
      return value;
    },
    end: async () => value[Symbol.asyncDispose](),
  };
});

describe('KubeValue', () => {
  it('is what people write with kubectl, and tells of it', async () => {
    await using value = await opened('by-hand');
    let told = 0;
    using _listener = value.onChange(() => (told += 1));
    server.kubectl(['create', 'configmap', 'by-hand', '--from-literal=note={"by":"ada","reason":"x"}']);
    await until(() => value.get()?.by === 'ada');
    expect(told).toBe(1);
    server.kubectl(['delete', 'configmap', 'by-hand']);
    await until(() => value.get() === null);
    expect(told).toBe(2);
  });

  it('holds what is safe while what people wrote cannot be read, and says so', async () => {
    await using value = await opened('broken');
    server.kubectl(['create', 'configmap', 'broken', '--from-literal=note={"by":']);
    await until(() => value.get()?.by === 'nobody');
    expect(value.health()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('broken') });
    await value.set({ by: 'ada', reason: 'mended' });
    expect(value.get()).toEqual({ by: 'ada', reason: 'mended' });
    expect(value.health().state).toBe('ok');
  });

  it('is shared by two processes: whoever wrote last is right', async () => {
    await using one = await opened('shared');
    await using two = await opened('shared');
    await one.set({ by: 'one', reason: '' });
    await two.set({ by: 'two', reason: '' });
    await until(() => one.get()?.by === 'two');
    await one.set(null);
    await until(() => two.get() === null);
    expect(one.get()).toBeNull();
  });
});
