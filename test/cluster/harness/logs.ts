/*
 * What a cluster said, kept beyond its end: of its daemons, of its API server's requests and of every container.
 */
import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterShape } from './shape.js';

/** Replaces `folder`, unless there is no cluster. */
export async function keepLogs(cluster: ClusterShape, folder: string): Promise<void> {
  if (!existsSync(cluster.folder)) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copy(join(cluster.folder, 'logs'), join(folder, 'daemons'));
  for (const { name, folder: node } of cluster.nodes)
    await copy(join(node, 'var/log/pods'), join(folder, 'pods', name));
}

async function copy(from: string, to: string): Promise<void> {
  if (existsSync(from)) await cp(from, to, { recursive: true });
}
