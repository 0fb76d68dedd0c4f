/*
 * The order of the calls that make a write durable: no test with files can tell whether they were synced.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Disk } from './disk.js';

const calls: string[] = [];
const paths = new Map<number, string>();

/** As it is, and told. */
const told = (name: 'write' | 'fsync' | 'ftruncate'): unknown => {
  const real = fs[name] as (...args: unknown[]) => unknown;
  const spied = (...args: unknown[]): unknown => {
    calls.push(`${name} ${paths.get(args[0] as number) ?? '?'}`);
    return real(...args);
  };
  const custom: (...args: unknown[]) => Promise<unknown> = promisify(real);
  const promised = async (...args: unknown[]): Promise<unknown> => {
    calls.push(`${name} ${paths.get(args[0] as number) ?? '?'}`);
    return custom(...args);
  };
  return Object.assign(spied, { [promisify.custom]: promised });
};

jest.unstable_mockModule('node:fs', () => ({
  ...fs,
  write: told('write'),
  fsync: told('fsync'),
  ftruncate: told('ftruncate'),
  open: (path: string, flags: number, mode: number, done: (error: Error | null, fd: number) => void) => {
    fs.open(path, flags, mode, (error, fd) => {
      if (error === null) paths.set(fd, basename(path));
      done(error, fd);
    });
  },
  openSync: (path: string, flags: number) => {
    const fd = fs.openSync(path, flags);
    paths.set(fd, basename(path));
    return fd;
  },
}));

describe('nodeDisk', () => {
  let folder: string;
  let disk: Disk;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memwarden-disk-'));
    disk = (await import('./disk.js')).nodeDisk;
  });
  afterAll(async () => rm(folder, { recursive: true }));
  beforeEach(() => void calls.splice(0));

  it('syncs a new file after it is written', async () => {
    await disk.writeNew(join(folder, 'a'), Buffer.from('x'));
    expect(calls).toEqual(['write a', 'fsync a']);
  });

  it('syncs what is appended and what is cut', async () => {
    await writeFile(join(folder, 'b'), 'one');
    await disk.writeAt(join(folder, 'b'), 3, Buffer.from('two'));
    await disk.truncate(join(folder, 'b'), 4);
    expect(calls).toEqual(['write b', 'fsync b', 'ftruncate b', 'fsync b']);
    expect((await disk.read(join(folder, 'b'), 10)).toString()).toBe('onet');
  });

  it('syncs a folder, and the folders that new ones are in', async () => {
    await disk.syncFolder(folder);
    await disk.makeFolder(join(folder, 'x', 'y'));
    expect(calls).toEqual([folder, join(folder, 'x'), folder].map((path) => `fsync ${basename(path)}`));
    calls.splice(0);
    await disk.makeFolder(join(folder, 'x', 'y'));
    expect(calls).toEqual([]);
  });

  it('reads what is asked for, as far as it is there', async () => {
    await writeFile(join(folder, 'c'), 'hello');
    expect((await disk.readAt(join(folder, 'c'), 1, 3)).toString()).toBe('el');
    expect((await disk.readAt(join(folder, 'c'), 3, 9)).toString()).toBe('lo');
    expect(await disk.size(join(folder, 'c'))).toBe(5);
    await expect(disk.read(join(folder, 'c'), 4)).rejects.toThrow('It has 5 bytes');
  });
});
