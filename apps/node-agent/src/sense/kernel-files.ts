/*
 * The few kernel text files that are read here rather than by the native scanner. Reading is off the event loop.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '#contracts/errors';
import type { Meminfo, PressureReading } from '#contracts/reading';
import { bytes, type Bytes } from '#contracts/units';
import {
  hugePagesFolder,
  parseFreeHugePages,
  parseMeminfo,
  parseOomKills,
  parsePerCpuFreePages,
  parsePressure,
} from '#ledger';

const PAGE_SIZE_TAG = 6; // AT_PAGESZ of getauxval(3)
const AUXV_PAIR_BYTES = 16;

export class KernelFiles {
  private pageBytes: number | null = null;

  constructor(
    private readonly procRoot: string,
    private readonly sysRoot = '/sys',
  ) {}

  async bootId(): Promise<string> {
    return (await this.text('sys/kernel/random/boot_id')).trim();
  }

  async meminfo(): Promise<Meminfo> {
    return parseMeminfo(await this.text('meminfo'));
  }

  async perCpuFree(): Promise<Bytes> {
    this.pageBytes ??= await pageSize();
    return bytes(parsePerCpuFreePages(await this.text('zoneinfo')) * this.pageBytes);
  }

  /** Free huge pages of sizes other than the default one; 0 where sysfs is not mounted. */
  async otherHugetlbFree({ hugetlb, hugepagesize }: Meminfo): Promise<Bytes> {
    if (hugetlb === 0) return bytes(0);
    const folder = join(this.sysRoot, 'kernel/mm/hugepages');
    const sizes = await readdir(folder).catch(() => []);
    let free = 0;
    for (const size of sizes) {
      if (size === hugePagesFolder(hugepagesize)) continue; // meminfo has it, in the same read as their sum
      const text = await readFile(join(folder, size, 'free_hugepages'), 'utf8').catch(() => '');
      free += parseFreeHugePages(size, text) ?? 0;
    }
    return bytes(free);
  }

  /** Null: a kernel that does not count them. */
  async oomKills(): Promise<number | null> {
    return parseOomKills(await this.text('vmstat'));
  }

  /** Null: a kernel without PSI, or with PSI switched off. */
  async pressure(): Promise<PressureReading | null> {
    try {
      return parsePressure(await this.text('pressure/memory'));
    } catch (error) {
      if (error instanceof Unavailable) return null;
      throw error;
    }
  }

  private async text(name: string): Promise<string> {
    const path = join(this.procRoot, name);
    try {
      return await readFile(path, 'utf8');
    } catch (cause) {
      throw new Unavailable(`${path} cannot be read: is /proc mounted and readable for this user?`, {
        cause,
      });
    }
  }
}

/** From the kernel's auxiliary vector of this process; arm64 kernels use 4, 16 or 64 KiB. */
async function pageSize(): Promise<number> {
  const auxv = await readFile('/proc/self/auxv');
  for (let at = 0; at + AUXV_PAIR_BYTES <= auxv.length; at += AUXV_PAIR_BYTES)
    if (auxv.readBigUInt64LE(at) === BigInt(PAGE_SIZE_TAG)) return Number(auxv.readBigUInt64LE(at + 8));
  throw new Unavailable('/proc/self/auxv names no page size.');
}
