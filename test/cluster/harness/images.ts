/*
 * The images of this checkout in a cluster: built when something in them changed, loaded into each node once.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { needImages as build, type ImageTarget } from '../../../tools/cluster/door.mjs';
import type { Ask } from './clusters.js';
import type { Cluster } from './cluster.js';

/** Target → its name in a pod. */
export type ImageNames = Readonly<Record<ImageTarget, string>>;

const TARGETS = ['memwarden', 'redis', 'workloads'] as const;

export async function needImages({ root, say }: Omit<Ask, 'name'>): Promise<void> {
  await build(root, { say, targets: TARGETS });
}

/** @returns what pods call them, with imagePullPolicy Never */
export async function loadImages({ root, say }: Omit<Ask, 'name'>, cluster: Cluster): Promise<ImageNames> {
  const images = await build(root, { say, targets: TARGETS });
  const loaded = join(cluster.shape.folder, 'loaded');
  await mkdir(loaded, { recursive: true });
  for (const { archive } of Object.values(images)) {
    const mark = join(loaded, basename(archive));
    if (existsSync(mark)) continue;
    await cluster.loadImages(archive);
    await writeFile(mark, '');
  }
  const { memwarden, redis, workloads } = images;
  return { memwarden: memwarden.reference, redis: redis.reference, workloads: workloads.reference };
}
