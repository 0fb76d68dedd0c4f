import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { run } from './command.js';
import { writeOciArchive } from './oci-archive.js';

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Record<string, string>;
}

let folder: string;
const image = { reference: 'example.org/it:1', entrypoint: ['/it'], root: '' };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-oci-'));
  await mkdir(join(folder, 'root'));
  await writeFile(join(folder, 'root/it'), 'program');
});
afterEach(async () => await rm(folder, { recursive: true }));

/** Written, and unpacked again. */
async function written(name: string): Promise<string> {
  await writeOciArchive({ ...image, root: join(folder, 'root') }, join(folder, `${name}.tar`));
  await mkdir(join(folder, name));
  await run('tar', ['-C', join(folder, name), '-xf', join(folder, `${name}.tar`)]);
  return join(folder, name);
}

async function blob(layout: string, { digest, size }: Descriptor): Promise<Buffer> {
  const data = await readFile(join(layout, 'blobs', digest.replace(':', '/')));
  expect(data).toHaveLength(size);
  expect(`sha256:${createHash('sha256').update(data).digest('hex')}`).toBe(digest);
  return data;
}

describe('writeOciArchive', () => {
  it('describes each blob by its true size and digest, down to the layer', async () => {
    const layout = await written('a');
    const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
      manifests: [Descriptor];
    };
    expect(index.manifests[0].annotations).toEqual({ 'io.containerd.image.name': 'example.org/it:1' });
    const manifest = JSON.parse((await blob(layout, index.manifests[0])).toString()) as {
      config: Descriptor;
      layers: [Descriptor];
    };
    expect(JSON.parse((await blob(layout, manifest.config)).toString())).toMatchObject({
      config: { Entrypoint: ['/it'], User: '65532:65532' },
      rootfs: { diff_ids: [manifest.layers[0].digest] },
    });
    await blob(layout, manifest.layers[0]);
  });

  it('writes the same bytes again', async () => {
    await written('a');
    await written('b');
    expect(await readFile(join(folder, 'a.tar'))).toEqual(await readFile(join(folder, 'b.tar')));
  });
});
