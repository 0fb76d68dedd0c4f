import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MOST_CLUSTERS } from './shape.js';
import { chooseIndex, readState, writeState } from './state.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'memwarden-state-'))));
afterEach(async () => await rm(folder, { recursive: true }));

const put = async (name: string, index: number): Promise<void> =>
  await writeState(join(folder, name), { index, phase: 'Ready', programs: {} });

describe('chooseIndex', () => {
  it('gives a cluster the number that it has', async () => {
    await put('a', 0);
    await put('b', 3);
    await expect(chooseIndex(folder, 'b')).resolves.toBe(3);
  });

  it('gives a new one the lowest that no other has', async () => {
    await put('a', 0);
    await put('c', 2);
    await expect(chooseIndex(folder, 'new')).resolves.toBe(1);
  });

  it('refuses one too many, and says what to do', async () => {
    for (let index = 0; index < MOST_CLUSTERS; index++) await put(`c${index}`, index);
    await expect(chooseIndex(folder, 'new')).rejects.toThrow('npm run cluster -- down');
  });
});

describe('readState', () => {
  it('knows nothing of a cluster that never was', async () => {
    await expect(readState(join(folder, 'none'))).resolves.toBeUndefined();
  });

  it('reads what was written last', async () => {
    await writeState(folder, { index: 1, phase: 'Starting', programs: { etcd: '/etcd' } });
    await writeState(folder, { index: 1, phase: 'Ready', programs: { etcd: '/etcd' } });
    await expect(readState(folder)).resolves.toEqual({
      index: 1,
      phase: 'Ready',
      programs: { etcd: '/etcd' },
    });
  });
});
