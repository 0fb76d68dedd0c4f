/*
 * The paths of processes' cgroups as they are in the machine's hierarchy. A container has a cgroup namespace of its own,
 * and the kernel shows it every path from that namespace's root: `/` for itself, `/../../x` for others
 * (cgroup_namespaces(7)). Where that root is the kernel does not say; the agent finds it by looking for itself among the
 * machine's cgroups, which are mounted into its container.
 */
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { parseCgroupFile } from '../orders/process-text.js';

/** More are not looked at: about 40 ms of another thread. */
const MOST_LOOKED_AT = 4_096;

export interface CgroupPlace {
  readonly procRoot: string;
  /** The machine's: a cgroup2 mount, a v1 memory mount, or the folder of v1 mounts. */
  readonly cgroupRoot: string;
  /** In the pid namespace of procRoot. */
  readonly pid: number;
}

/**
 * The root of this process' cgroup namespace, as a path of the machine's hierarchy. Null: it was not found.
 * @param paths of cgroups, as the machine has them
 */
export async function namespaceRoot(
  place: CgroupPlace,
  version: 1 | 2,
  paths: readonly string[],
): Promise<string | null> {
  const own = await ownPath(place, version);
  if (own === null) return null;
  const folder = await hierarchyFolder(place, version);
  const candidates = [own, ...paths.filter((path) => path !== own && endsWith(path, own))];
  for (const path of candidates.slice(0, MOST_LOOKED_AT))
    if (await hasProcess(join(folder, path), place.pid)) return rootOf(path, own);
  return null;
}

/** `path`: as the kernel shows it to a process whose namespace has this root. */
export function inHierarchy(root: string, path: string): string {
  if (root === '/') return path;
  return path === '/' ? root : posix.join(root, path);
}

async function ownPath({ procRoot, pid }: CgroupPlace, version: 1 | 2): Promise<string | null> {
  const lines = parseCgroupFile(await text(join(procRoot, String(pid), 'cgroup')));
  const wanted = version === 1 ? 'memory' : '';
  return lines.find(({ controllers }) => controllers.includes(wanted))?.path ?? null;
}

async function hierarchyFolder({ cgroupRoot }: CgroupPlace, version: 1 | 2): Promise<string> {
  if (version === 2) return cgroupRoot;
  const inside = join(cgroupRoot, 'memory');
  return (await text(join(inside, 'cgroup.procs'))) === '' ? cgroupRoot : inside;
}

async function hasProcess(folder: string, pid: number): Promise<boolean> {
  return (await text(join(folder, 'cgroup.procs'))).split('\n').includes(String(pid));
}

/** Its own path within the namespace is the end of the real one. */
function endsWith(path: string, own: string): boolean {
  return own === '/' || path.endsWith(own);
}

function rootOf(path: string, own: string): string {
  if (own === '/') return path;
  return path.slice(0, path.length - own.length) || '/';
}

async function text(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
