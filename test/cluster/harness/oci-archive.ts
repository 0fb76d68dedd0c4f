/*
 * An image of one layer without any tool for images: what an OCI archive is, https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './command.js';

export interface SmallImage {
  readonly reference: string;
  readonly entrypoint: readonly string[];
  /** A folder whose files become the image's. */
  readonly root: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MEDIA = 'application/vnd.oci.image';

/** Writes `archive` whole or not at all. */
export async function writeOciArchive(image: SmallImage, archive: string): Promise<void> {
  const folder = await mkdtemp(join(dirname(archive), '.image-'));
  try {
    const layout = join(folder, 'layout');
    await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
    const layerFile = join(folder, 'layer.tar');
    await run('tar', [...REPRODUCIBLE, '-C', image.root, '-cf', layerFile, '.']);
    await writeLayout(layout, image, await readFile(layerFile));
    await run('tar', [...REPRODUCIBLE, '-C', layout, '-cf', join(folder, 'image.tar'), '.']);
    await rename(join(folder, 'image.tar'), archive);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const REPRODUCIBLE = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

async function writeLayout(layout: string, image: SmallImage, layer: Buffer): Promise<void> {
  const put = async (mediaType: string, data: Buffer): Promise<Descriptor> => {
    const hash = createHash('sha256').update(data).digest('hex');
    await writeFile(join(layout, 'blobs/sha256', hash), data);
    return { mediaType, digest: `sha256:${hash}`, size: data.length };
  };
  const layerBlob = await put(`${MEDIA}.layer.v1.tar`, layer);
  const config = await put(`${MEDIA}.config.v1+json`, json(imageConfig(image, layerBlob)));
  const manifest = await put(
    `${MEDIA}.manifest.v1+json`,
    json({ schemaVersion: 2, mediaType: `${MEDIA}.manifest.v1+json`, config, layers: [layerBlob] }),
  );
  const annotations = { 'io.containerd.image.name': image.reference };
  await writeFile(
    join(layout, 'index.json'),
    json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  await writeFile(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
}

export function imageConfig({ entrypoint }: SmallImage, layer: Descriptor): object {
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: entrypoint, User: '65532:65532' },
    // An uncompressed layer is named by the same digest inside and outside.
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
