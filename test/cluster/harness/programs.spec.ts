import { appendFile, chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { programPaths } from '../../../tools/cluster/door.mjs';
import { MODULES } from '../../../tools/cluster/program-list.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const MODULES_FOLDER = 'tools/cluster/modules';

let folder: string;
let assets: string | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-programs-'));
  assets = process.env['KUBEBUILDER_ASSETS'];
  delete process.env['KUBEBUILDER_ASSETS'];
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  if (assets === undefined) delete process.env['KUBEBUILDER_ASSETS'];
  else process.env['KUBEBUILDER_ASSETS'] = assets;
});

describe('the programs of the cluster', () => {
  it('are tools of the module that they are built from', async () => {
    for (const { name, programs } of MODULES) {
      const text = await readFile(join(ROOT, MODULES_FOLDER, name, 'go.mod'), 'utf8');
      for (const path of Object.values(programs))
        expect(text).toMatch(new RegExp(`^(tool |\\t)${path}$`, 'mu'));
    }
  });

  it('lie in folders that say their version', () => {
    expect(programPaths(ROOT)['kubelet']).toMatch(/\/kubernetes-v1\.\d+\.\d+-[0-9a-f]{12}\/kubelet$/u);
  });

  it('are others as soon as anything changes that they are made from', async () => {
    await cp(join(ROOT, MODULES_FOLDER), join(folder, MODULES_FOLDER), { recursive: true });
    const before = programPaths(folder);
    expect(before).toEqual(programPaths(ROOT));
    await appendFile(join(folder, MODULES_FOLDER, 'helm/go.sum'), '\n');
    const after = programPaths(folder);
    expect(after['helm']).not.toBe(before['helm']);
    expect(after['etcd']).toBe(before['etcd']);
  });

  it('are taken from KUBEBUILDER_ASSETS as far as they are there', async () => {
    const own = programPaths(ROOT);
    await writeFile(join(folder, 'etcd'), '');
    await chmod(join(folder, 'etcd'), 0o755);
    process.env['KUBEBUILDER_ASSETS'] = folder;
    expect(programPaths(ROOT)).toEqual({ ...own, etcd: join(folder, 'etcd') });
  });
});
