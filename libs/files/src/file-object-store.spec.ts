import { objectStoreSuite, sampleCodec, type Sample } from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileObjectStore } from './file-object-store.js';

async function opened(folder: string): Promise<FileObjectStore<Sample>> {
  return FileObjectStore.open<Sample>({ folder, codec: sampleCodec, component: 'store/samples' });
}

objectStoreSuite('FileObjectStore', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'memwarden-files-'));
  let store = await opened(join(folder, 'samples'));
  return {
    store,
    reopen: async () => {
      await store[Symbol.asyncDispose]();
      store = await opened(join(folder, 'samples'));
      return store;
    },
    end: async () => {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
});
