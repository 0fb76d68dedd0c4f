/*
 * The guest's file system, two archives one after the other: the base (busybox, Node, libraries, modules), which
 * changes only with them and is cached, and the layer of this checkout: tests, bundles, native parts.
 * The layer has the checkout's own layout under /mw, so programs find each other as they do in a checkout.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from './command.js';
import { archive, device, directory, file, link, type CpioEntry } from './cpio.js';
import type { Kernel } from './kernel.js';
import { BUILD, CACHE, ROOT } from './places.js';

/** Raise when the recipe below changes. */
const RECIPE = 1;
/** In the order in which they must be loaded; what a kernel has built in is not in its folder and left out. */
const MODULES = [
  'virtio_ring',
  'virtio',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'virtio_blk',
  'crc16',
  'crc32c_generic',
  'libcrc32c',
  'mbcache',
  'jbd2',
  'ext4',
];
const BUSYBOX = '/bin/busybox';
const KOFFI_PARTS = /\.(js|cjs|json)$/;

/** Both archives in one file. */
export async function makeInitramfs(kernel: Kernel, folder: string): Promise<string> {
  const image = join(folder, 'initramfs.img');
  await copyFile(await ensureBase(kernel), image);
  await writeFile(image, archive(await layer()), { flag: 'a' });
  return image;
}

async function ensureBase(kernel: Kernel): Promise<string> {
  const key = createHash('sha256').update(`${RECIPE} ${kernel.release} ${process.version}`);
  await pipeline(createReadStream(BUSYBOX), key, { end: false });
  const path = join(CACHE, `base-${key.digest('hex').slice(0, 16)}.cpio`);
  if (await exists(path)) return path;
  await mkdir(CACHE, { recursive: true });
  await writeFile(`${path}.new`, archive(await base(kernel)));
  await rename(`${path}.new`, path);
  return path;
}

async function base(kernel: Kernel): Promise<CpioEntry[]> {
  return [
    ...['proc', 'sys/fs/cgroup', 'tmp', 'run', 'data'].map(directory),
    directory('dev'),
    device('dev/console', 5, 1),
    file('bin/busybox', await readFile(BUSYBOX), 0o755),
    link('bin/sh', 'busybox'),
    file('bin/node', await strippedNode(), 0o755),
    ...(await sharedLibraries(process.execPath)),
    ...(await modules(kernel)),
  ];
}

/** Without its symbols Node is a third smaller, and every byte is copied into an emulated machine's memory. */
async function strippedNode(): Promise<Buffer> {
  const path = join(BUILD, 'node');
  await run('strip', ['-o', path, process.execPath]);
  const stripped = await readFile(path);
  await rm(path);
  return stripped;
}

async function sharedLibraries(program: string): Promise<CpioEntry[]> {
  const lines = await run('ldd', [program]);
  const paths = [...lines.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
  return await Promise.all(paths.map(async (path) => file(path.slice(1), await readFile(path), 0o755)));
}

async function modules(kernel: Kernel): Promise<CpioEntry[]> {
  const found = new Map<string, string>();
  for (const path of await readdir(kernel.modules, { recursive: true }))
    found.set(basename(path), join(kernel.modules, path));
  const order = MODULES.filter((name) => found.has(`${name}.ko.xz`));
  const files = order.map(async (name) =>
    file(`modules/${name}.ko.xz`, await readFile(found.get(`${name}.ko.xz`) ?? '')),
  );
  return [file('modules/order', Buffer.from(`${order.join('\n')}\n`)), ...(await Promise.all(files))];
}

async function layer(): Promise<CpioEntry[]> {
  await run('cc', [
    '-static',
    '-O2',
    '-o',
    join(BUILD, 'exit-qemu'),
    join(ROOT, 'test/vm/guest/exit-qemu.c'),
  ]);
  return [
    file('init', await readFile(join(ROOT, 'test/vm/guest/init')), 0o755),
    file('bin/exit-qemu', await readFile(join(BUILD, 'exit-qemu')), 0o755),
    file('mw/guest.mjs', await readFile(join(BUILD, 'guest.mjs'))),
    ...(await tree('node_modules/koffi', KOFFI_PARTS)),
    ...(await tree('node_modules/@koromix/koffi-linux-x64', /^(?!musl)/)),
    ...(await tree('build/native', /^(libmemwarden\.so|memwarden-launch|workloads\/[^/]+)$/)),
    ...(await tree('bundle/node-agent', /\.mjs$/)),
  ];
}

/** The files of a folder of the checkout whose paths in it match; nothing where the folder is not. */
async function tree(folder: string, wanted: RegExp): Promise<CpioEntry[]> {
  const from = join(ROOT, folder);
  if (!(await exists(from))) return [];
  const entries: CpioEntry[] = [];
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const info = await stat(path);
    if (!info.isFile() || !wanted.test(relative(from, path))) continue;
    entries.push(file(join('mw', folder, relative(from, path)), await readFile(path), info.mode & 0o777));
  }
  return entries;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
