/*
 * A Redis that keeps its files as local mode's does: append-only, synced each second.
 */
import { join } from 'node:path';
import { Child } from '../harness/child.js';
import type { Workspace } from '../harness/workspace.js';

export interface RunningRedis {
  readonly url: string;
  readonly pid: number;
}

export async function startRedis(section: Workspace): Promise<RunningRedis> {
  const folder = await section.folder();
  const socket = join(folder, 'redis.sock');
  const files = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];
  const redis = section.use(new Child(['redis-server', '--port', '0', '--unixsocket', socket, ...files]));
  return { url: `unix://${socket}`, pid: redis.pid };
}
