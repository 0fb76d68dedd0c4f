/*
 * The guest's kernel: Debian's newest cloud kernel, downloaded and unpacked into the cache, never installed.
 * Backports come first (6.12: swappiness for reclaim, DAMON), else the release's own. apt gets a configuration of its
 * own, so the host's sources and lists stay as they are. A cache folder is whole or absent: it is renamed into place.
 */
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '#contracts/errors';
import { run } from './command.js';
import { CACHE } from './places.js';

const META_PACKAGE = 'linux-image-cloud-amd64';

export interface Kernel {
  /** As `uname -r` prints it. */
  readonly release: string;
  readonly image: string;
  /** Folder of the kernel's modules. */
  readonly modules: string;
}

/** @throws {Unavailable} when there is none in the cache and none can be downloaded */
export async function ensureKernel(say: (line: string) => void): Promise<Kernel> {
  const kernels = join(CACHE, 'kernels');
  await mkdir(kernels, { recursive: true });
  const cached = (await readdir(kernels)).filter((name) => !name.startsWith('.')).sort(byVersion);
  const newest = cached.at(-1);
  return newest === undefined ? await download(kernels, say) : kernelIn(join(kernels, newest), newest);
}

const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

function kernelIn(folder: string, release: string): Kernel {
  return {
    release,
    image: join(folder, `boot/vmlinuz-${release}`),
    modules: join(folder, `lib/modules/${release}`),
  };
}

async function download(kernels: string, say: (line: string) => void): Promise<Kernel> {
  const scratch = await mkdtemp(join(kernels, '.new-'));
  try {
    const apt = await privateApt(scratch);
    await run('apt-get', [...apt.options, 'update', '-qq'], { deadlineSeconds: 180 });
    const name = await newestImage(apt);
    say(`downloading ${name}`);
    await run('apt-get', [...apt.options, 'download', '-qq', name], { cwd: scratch, deadlineSeconds: 300 });
    const packed = (await readdir(scratch)).find((entry) => entry.endsWith('.deb')) ?? '';
    await run('dpkg-deb', ['-x', packed, 'unpacked'], { cwd: scratch });
    const release = name.slice('linux-image-'.length);
    await rename(join(scratch, 'unpacked'), join(kernels, release));
    return kernelIn(join(kernels, release), release);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Apt {
  readonly options: readonly string[];
  /** Suites to take the kernel from, the best first. */
  readonly suites: readonly string[];
}

async function privateApt(scratch: string): Promise<Apt> {
  const { site, codename } = await hostRelease();
  const suites = [`${codename}-backports`, codename];
  await mkdir(join(scratch, 'lists/partial'), { recursive: true });
  await mkdir(join(scratch, 'archives/partial'), { recursive: true });
  await writeFile(
    join(scratch, 'sources.list'),
    suites.map((suite) => `deb ${site} ${suite} main\n`).join(''),
  );
  const settings = {
    'Dir::Etc::sourcelist': join(scratch, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(scratch, 'lists'),
    'Dir::Cache': scratch,
    'APT::Sandbox::User': '',
  };
  return { suites, options: Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]) };
}

/** The mirror and release that this host's own apt uses. */
async function hostRelease(): Promise<{ site: string; codename: string }> {
  const targets = await run('apt-get', [
    'indextargets',
    '--format',
    '$(ORIGIN) $(COMPONENT) $(SITE) $(CODENAME)',
    'Created-By: Packages',
  ]);
  const lines = targets.split('\n').map((line) => line.split(' '));
  const main = lines.find(
    ([origin, component, , codename]) =>
      origin === 'Debian' && component === 'main' && /^[a-z]+$/.test(codename ?? ''),
  );
  const [, , site, codename] = main ?? [];
  if (site === undefined || codename === undefined)
    throw new Unavailable(
      'This is no Debian with package lists: run apt-get update, or put a kernel in the cache.',
    );
  return { site, codename };
}

/** Null: this suite has none, or is not to be reached. */
async function imageOf(apt: Apt, suite: string): Promise<string | null> {
  try {
    const shown = await run('apt-cache', [...apt.options, '-t', suite, 'depends', META_PACKAGE]);
    return /Depends: (linux-image-\S+)/.exec(shown)?.[1] ?? null;
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}

async function newestImage(apt: Apt): Promise<string> {
  for (const suite of apt.suites) {
    const name = await imageOf(apt, suite);
    if (name !== null) return name;
  }
  throw new Unavailable(
    `No ${META_PACKAGE} in the cache, and none to be had: is the package mirror reachable?`,
  );
}
