/*
 * The guest's two disks, made anew for every run: sparse files, formatted here because the guest has no mkfs.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { MIB } from '#contracts/units';
import { run } from './command.js';

export interface Disks {
  readonly data: string;
  readonly swap: string;
}

const DATA_BYTES = 512 * MIB;
const SWAP_BYTES = 512 * MIB;

export async function makeDisks(folder: string): Promise<Disks> {
  const disks = { data: join(folder, 'data.img'), swap: join(folder, 'swap.img') };
  await sparse(disks.data, DATA_BYTES);
  await sparse(disks.swap, SWAP_BYTES);
  // sbin is not on everybody's PATH.
  await run('/sbin/mkfs.ext4', ['-q', '-F', '-m', '0', disks.data]);
  await run('/sbin/mkswap', ['-q', disks.swap]);
  return disks;
}

async function sparse(path: string, size: number): Promise<void> {
  await using handle = await open(path, 'w', 0o600);
  await handle.truncate(size);
}
