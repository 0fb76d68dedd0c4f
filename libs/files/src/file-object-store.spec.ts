import { objectStoreSuite, sample, sampleCodec, type Sample } from '#testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidValue } from '#contracts/errors';
import { StoreUnavailable, TooManyObjects } from '#contracts/store';
import { nodeDisk, type Disk } from './disk.js';
import { FileObjectStore, type FileObjectStoreOptions } from './file-object-store.js';

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

describe('FileObjectStore', () => {
  let path: string;
  const open: FileObjectStore<Sample>[] = [];
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'memwarden-files-')), 'samples');
  });
  afterEach(async () => {
    for (const store of open.splice(0)) await store[Symbol.asyncDispose]();
    await rm(join(path, '..'), { recursive: true });
  });
  const opened = async (
    options: Partial<FileObjectStoreOptions<Sample>> = {},
  ): Promise<FileObjectStore<Sample>> => {
    const store = await FileObjectStore.open<Sample>({
      folder: path,
      codec: sampleCodec,
      component: 'store',
      ...options,
    });
    open.push(store);
    return store;
  };
  const at = (file: string): string => join(path, file);

  it('keeps files and folder to itself', async () => {
    await mkdir(path, { mode: 0o755 });
    await (await opened()).create(sample('a'));
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(at('a.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(path)).toEqual(['a.json']);
  });

  it('has checked everything that it keeps, and a spec that stays the same object once', async () => {
    const seen: unknown[] = [];
    const decode = (value: unknown, valid?: Sample): ReturnType<typeof sampleCodec.decode> => {
      seen.push(valid === undefined ? 'all' : (value as Sample).spec === valid.spec ? 'status' : 'changed');
      return sampleCodec.decode(value);
    };
    const store = await opened({ codec: { kind: 'Sample', decode } });
    const { object } = await store.create(sample('a'));
    const noted = await store.update({ ...object, status: { note: 'b' } });
    expect(noted.spec).toBe(object.spec);
    expect(seen).toEqual(['all', 'status']);
    await store.update({ ...noted, spec: { ...noted.spec } });
    await expect(store.update({ ...noted, spec: { size: -1 } })).rejects.toThrow(InvalidValue);
    await store.update({ ...noted, spec: { size: 2 } });
    expect(seen).toEqual(['all', 'status', 'changed', 'changed', 'changed', 'all']);
  });

  it('removes what a crash left half written, and nothing else', async () => {
    await mkdir(path);
    for (const file of ['.tmp-object-0a1b2c3d-1', '.tmp-other-1', 'README'])
      await writeFile(at(file), '{"half');
    const store = await opened();
    expect((await readdir(path)).sort()).toEqual(['.tmp-other-1', 'README']);
    expect(store.health()).toEqual({ component: 'store', state: 'ok' });
  });

  it.each([
    ['is empty', async (file: string) => writeFile(file, ''), 'It is empty'],
    ['is torn', async (file: string) => writeFile(file, '{"metadata": {"na'), 'It is no JSON'],
    ['is full of zeros', async (file: string) => writeFile(file, Buffer.alloc(4096)), 'It is no JSON'],
    [
      'is of another kind',
      async (file: string) => writeFile(file, '{"kind": "Pod"}'),
      'It is no Sample: spec.size',
    ],
    [
      'was written by hand',
      async (file: string) => writeFile(file, JSON.stringify(sample('bad'))),
      'It has no uid',
    ],
    [
      'holds another name',
      async (file: string) => writeFile(file, JSON.stringify(sample('good'))),
      'It holds good, whose file is good.json',
    ],
    [
      'is too large',
      async (file: string) => writeFile(file, Buffer.alloc(2_000_000)),
      'It has 2000000 bytes',
    ],
    ['is a link', async (file: string) => symlink('good.json', file), 'It is no plain file'],
    ['is a folder', async (file: string) => mkdir(file), 'It is no plain file'],
    ['is a pipe', async (file: string) => void execFileSync('mkfifo', [file]), 'It is no plain file'],
  ])('sets aside a file that %s, and gives its name to nobody', async (_, make, reason) => {
    await (await opened()).create(sample('good'));
    await make(at('bad.json'));
    const store = await opened();
    expect(store.list().map((each) => each.metadata.name)).toEqual(['good']);
    expect(store.setAside).toEqual([{ path: at('bad.json'), reason: expect.stringContaining(reason) }]);
    expect(store.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining(at('bad.json')),
    });
    const before = await lstat(at('bad.json'));
    await expect(store.create(sample('bad'))).rejects.toThrow(InvalidValue);
    await store.delete('bad');
    expect((await lstat(at('bad.json'))).ino).toBe(before.ino);
    await store.update({ ...store.get('good')!, spec: { size: 9 } });
  });

  it('puts a file in the place of a link that appears later, and does not write through it', async () => {
    const store = await opened();
    const { object } = await store.create(sample('a'));
    await writeFile(at('victim'), 'untouched');
    await rm(at('a.json'));
    await symlink('victim', at('a.json'));
    await store.update({ ...object, spec: { size: 2 } });
    expect(await readFile(at('victim'), 'utf8')).toBe('untouched');
    expect((await opened()).get('a')?.spec.size).toBe(2);
  });

  it('is bounded in objects, also when many come at once, and one gone makes room for one', async () => {
    const store = await opened({ maxObjects: 5 });
    const answers = await Promise.allSettled(
      Array.from({ length: 20 }, async (_, i) => store.create(sample(`a${i}`))),
    );
    expect(answers.filter((each) => each.status === 'fulfilled')).toHaveLength(5);
    expect(answers.at(-1)).toMatchObject({ reason: expect.any(TooManyObjects) });
    await store.delete('a0');
    await store.create(sample('b'));
    await expect(store.create(sample('c'))).rejects.toThrow(TooManyObjects);
    expect((await opened({ maxObjects: 5 })).list()).toHaveLength(5);
  });

  it('is bounded in bytes of one object and of all', async () => {
    const store = await opened({ maxObjectBytes: 2000, maxTotalBytes: 3000 });
    await expect(store.create(sample('a', 1, 'x'.repeat(2000)))).rejects.toThrow(InvalidValue);
    const { object } = await store.create(sample('a', 1, 'x'.repeat(1500)));
    await expect(store.create(sample('b', 1, 'x'.repeat(1500)))).rejects.toThrow(TooManyObjects);
    await expect(store.update({ ...object, status: { note: 'ä'.repeat(1100) } })).rejects.toThrow(
      InvalidValue,
    );
    expect((await store.update({ ...object, status: { note: '' } })).status?.note).toBe('');
  });

  it('refuses what it could not read again', async () => {
    const store = await opened();
    const { object } = await store.create(sample('a'));
    await expect(store.create(sample('b', -1))).rejects.toThrow(InvalidValue);
    await expect(store.update({ ...object, spec: { size: -1 } })).rejects.toThrow(/spec\.size/);
    expect(store.list()).toEqual([object]);
  });

  it('shares syncs among writes that wait, and answers all of them', async () => {
    let syncs = 0;
    const counting: Disk = {
      ...nodeDisk,
      syncFolder: async (folder) => {
        syncs += 1;
        await nodeDisk.syncFolder(folder);
      },
    };
    const store = await opened({ disk: counting });
    await Promise.all(Array.from({ length: 100 }, async (_, i) => store.create(sample(`a${i}`))));
    expect(store.list()).toHaveLength(100);
    expect(syncs).toBe(2); // of 64 and 36
  });

  it('does what was asked for before it ends, and nothing after', async () => {
    const store = await opened();
    const writes = ['a', 'b'].map(async (name) => store.create(sample(name)));
    await store[Symbol.asyncDispose]();
    expect(await Promise.all(writes)).toHaveLength(2);
    await expect(store.create(sample('c'))).rejects.toThrow(StoreUnavailable);
    expect((await opened()).list()).toHaveLength(2);
  });

  it('says that a disk does not answer', async () => {
    let nowMs = 0;
    const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>();
    const stuck: Disk = {
      ...nodeDisk,
      syncFolder: async () => {
        ask(undefined);
        await answered;
      },
    };
    const store = await opened({ disk: stuck, clock: { nowMs: () => 0, monotonicMs: () => nowMs } });
    const write = store.create(sample('a'));
    await asked;
    nowMs = 7000;
    expect(store.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('not answered for 7 s'),
    });
    expect(store.get('a')).toBeNull();
    answer(undefined);
    await write;
    expect(store.health().state).toBe('ok');
  });

  it('goes on when its folder was removed and is made again', async () => {
    const store = await opened({ probeAfterMs: 5 });
    await store.create(sample('a'));
    await rename(path, `${path}.away`);
    await expect(store.create(sample('b'))).rejects.toThrow(/the folder is gone/);
    await rename(`${path}.away`, path);
    while (store.health().state !== 'ok') await new Promise((turn) => setTimeout(turn, 5));
    await store.create(sample('b'));
    expect((await opened()).list()).toHaveLength(2);
  });
});
