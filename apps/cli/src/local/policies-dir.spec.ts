import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import { policiesPath, providePolicies } from './policies-dir.js';

describe('the folder of policies', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memwarden-policies-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is made empty in the state dir when none is named', async () => {
    const ours = join(folder, 'policies');
    await expect(providePolicies(undefined, ours)).resolves.toBe(ours);
    await expect(readdir(ours)).resolves.toEqual([]);
  });

  it('is the one that is named', async () => {
    await expect(providePolicies(folder, '/nowhere')).resolves.toBe(folder);
  });

  it('must be there when it is named, and be a folder', async () => {
    const file = join(folder, 'a.yaml');
    await writeFile(file, '');
    await expect(providePolicies(join(folder, 'typo'), '/ours')).rejects.toThrow(
      /typo is no folder.*\/ours/u,
    );
    await expect(providePolicies(file, '/ours')).rejects.toThrow(/is no folder/u);
    await expect(readdir(folder)).resolves.toEqual(['a.yaml']);
  });

  it('is an absolute path, and never nothing', () => {
    expect(policiesPath('/a/../b')).toBe('/b');
    expect(policiesPath('p')).toBe(join(process.cwd(), 'p'));
    expect(() => policiesPath('')).toThrow(InvalidValue);
  });
});
