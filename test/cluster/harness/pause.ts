/*
 * The program and the image "pause", compiled once and kept by the contents of its source.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';
import { PAUSE_IMAGE } from './config/containerd.js';
import { writeOciArchive } from './oci-archive.js';

export interface Pause {
  readonly folder: string;
  readonly program: string;
  readonly archive: string;
}

const FLAGS = ['-static', '-Os', '-s', '-Wall', '-Wextra', '-Werror'];

/** Where it is, made or not. @param source the C file */
export async function pauseAt(source: string, cache: string): Promise<Pause> {
  const hash = createHash('sha256')
    .update(await readFile(source))
    .update(FLAGS.join(' '))
    .update(PAUSE_IMAGE);
  const folder = join(cache, `pause-${hash.digest('hex').slice(0, 12)}`);
  return { folder, program: join(folder, 'pause'), archive: join(folder, 'pause.tar') };
}

export async function needPause(source: string, cache: string): Promise<void> {
  const { folder } = await pauseAt(source, cache);
  if (!existsSync(folder)) await make(source, cache, folder);
}

async function make(source: string, cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, '.pause-'));
  try {
    const program = join(unfinished, 'pause');
    await run('cc', [...FLAGS, '-o', program, source]);
    const root = join(unfinished, 'root');
    await mkdir(root);
    await copyFile(program, join(root, 'pause'));
    const image = { reference: PAUSE_IMAGE, entrypoint: ['/pause'], root };
    await writeOciArchive(image, join(unfinished, 'pause.tar'));
    await rm(root, { recursive: true });
    await rename(unfinished, folder);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
