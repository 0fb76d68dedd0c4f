/*
 * The cluster's own cgroup in every hierarchy. Every process that the cluster ever starts is born below it and nothing else is, so that
 * ending the cluster means ending the members of one cgroup: no list of pids that may be stale, incomplete or somebody else's by now.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from './waiting.js';

export interface Hierarchy {
  readonly mountPoint: string;
  readonly version: 1 | 2;
  /** What mounts the same hierarchy again; empty for version 2. */
  readonly options: string;
}

const END_SECONDS = 30;
const OF_THE_MOUNT = /^(rw|ro|xattr|clone_children|noprefix|nsdelegate|memory_\w+|release_agent=.*)$/u;

/**
 * @param mountinfo /proc/self/mountinfo (proc_pid_mountinfo(5))
 * @returns one entry a hierarchy, in the order of its first mount
 */
export function parseHierarchies(mountinfo: string): readonly Hierarchy[] {
  const found = mountinfo.split('\n').flatMap((line) => hierarchyOf(line));
  return found.filter(({ options }, at) => found.findIndex((each) => each.options === options) === at);
}

function hierarchyOf(line: string): readonly Hierarchy[] {
  const [mount = '', fileSystem = ''] = line.split(' - ');
  const mountPoint = mount.split(' ')[4] ?? '';
  const [type, , superOptions = ''] = fileSystem.split(' ');
  if (type === 'cgroup2') return [{ mountPoint, version: 2, options: '' }];
  if (type !== 'cgroup') return [];
  const options = superOptions.split(',').filter((option) => !OF_THE_MOUNT.test(option));
  const named = options.every((option) => option.startsWith('name='));
  return [{ mountPoint, version: 1, options: [...(named ? ['none'] : []), ...options].join(',') }];
}

export async function readHierarchies(): Promise<readonly Hierarchy[]> {
  return parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8'));
}

export class Cgroups {
  constructor(readonly hierarchies: readonly Hierarchy[]) {}

  /** The folders of one cgroup, one a hierarchy. */
  folders(path: string): readonly string[] {
    return this.hierarchies.map(({ mountPoint }) => join(mountPoint, path));
  }

  async make(path: string): Promise<void> {
    await Promise.all(this.hierarchies.map((hierarchy) => makeWithin(hierarchy, path)));
  }

  /** Files into which a process writes its pid to become a member. */
  doors(path: string): readonly string[] {
    return this.folders(path).map((folder) => join(folder, 'cgroup.procs'));
  }

  /** Moves the members of `from` itself, not of its children. */
  async move(from: string, to: string): Promise<void> {
    for (const { mountPoint } of this.hierarchies)
      for (const pid of await pidsIn(join(mountPoint, from)))
        await writeFile(join(mountPoint, to, 'cgroup.procs'), String(pid)).catch(ignoreEnded);
  }

  /**
   * Lets a cgroup's children have controllers. It must have no members of its own: a node's are asked for after they moved. Where
   * version 2 stands beside version 1 its few controllers are left alone, and so is the root's setting.
   */
  async delegate(path: string): Promise<void> {
    const [only, ...others] = this.hierarchies;
    if (only?.version !== 2 || others.length > 0) return;
    let folder = only.mountPoint;
    for (const part of ['', ...path.split('/')]) {
      folder = join(folder, part);
      await passControllersOn(folder);
    }
  }

  /** Everybody in it and below, in any hierarchy. */
  async members(path: string): Promise<readonly number[]> {
    const perHierarchy = await Promise.all(this.folders(path).map(async (folder) => await pidsBelow(folder)));
    return [...new Set(perHierarchy.flat())];
  }

  /** Ends all members at once and waits until none is left. */
  async kill(path: string): Promise<void> {
    await eventually(`the processes of ${path} end`, { seconds: END_SECONDS, everyMs: 20 }, async () => {
      const members = await this.members(path);
      if (members.length === 0) return true;
      // A frozen process does not even die.
      for (const folder of this.folders(path)) await thawBelow(folder);
      for (const pid of members) kill(pid);
      return undefined;
    });
  }

  /** Removes a cgroup without members, and those below it. */
  async remove(path: string): Promise<void> {
    for (const folder of this.folders(path))
      await eventually(`${folder} is removed`, { seconds: END_SECONDS, everyMs: 20 }, async () => {
        await removeBelow(folder);
        return true;
      });
  }

  existing(path: string): readonly string[] {
    return this.folders(path).filter((folder) => existsSync(folder));
  }
}

async function makeWithin({ mountPoint }: Hierarchy, path: string): Promise<void> {
  let folder = mountPoint;
  for (const part of path.split('/')) {
    const parent = folder;
    folder = join(folder, part);
    await mkdir(folder, { recursive: true });
    for (const file of ['cpuset.cpus', 'cpuset.mems']) await inherit(file, parent, folder);
  }
}

/** A new cpuset of version 1 is empty, and nobody can live in it. */
async function inherit(file: string, parent: string, folder: string): Promise<void> {
  const own = await contents(join(folder, file));
  if (own === '') await writeFile(join(folder, file), (await contents(join(parent, file))) ?? '');
}

async function passControllersOn(folder: string): Promise<void> {
  const controllers = (await contents(join(folder, 'cgroup.controllers'))) ?? '';
  const wanted = controllers.split(' ').filter((name) => name !== '');
  if (wanted.length > 0)
    await writeFile(join(folder, 'cgroup.subtree_control'), wanted.map((name) => `+${name}`).join(' '));
}

async function pidsBelow(folder: string): Promise<readonly number[]> {
  const below = await Promise.all((await foldersIn(folder)).map(async (each) => await pidsBelow(each)));
  return [...(await pidsIn(folder)), ...below.flat()];
}

async function pidsIn(folder: string): Promise<readonly number[]> {
  const text = (await contents(join(folder, 'cgroup.procs'))) ?? '';
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0);
}

async function thawBelow(folder: string): Promise<void> {
  for (const each of await foldersIn(folder)) await thawBelow(each);
  if ((await contents(join(folder, 'freezer.state'))) === 'FROZEN')
    await writeFile(join(folder, 'freezer.state'), 'THAWED').catch(ignoreEnded);
  if ((await contents(join(folder, 'cgroup.freeze'))) === '1')
    await writeFile(join(folder, 'cgroup.freeze'), '0').catch(ignoreEnded);
}

async function removeBelow(folder: string): Promise<void> {
  for (const each of await foldersIn(folder)) await removeBelow(each);
  if (existsSync(folder)) await rmdir(folder);
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

/** undefined: there is no such file, or no longer. */
async function contents(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    ignoreEnded(error);
  }
}

/** Processes and cgroups may end between being seen and being touched. */
function ignoreEnded(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ESRCH' && code !== 'ENOENT' && code !== 'ENODEV') throw error;
}
