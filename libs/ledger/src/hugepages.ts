/*
 * /sys/kernel/mm/hugepages (Documentation/admin-guide/mm/hugetlbpage.rst): a folder "hugepages-<size>kB" for each
 * size of huge pages. /proc/meminfo has the number of free ones of the default size only.
 */
import { bytes, KIB, type Bytes } from '#contracts/units';
import { wholeNumber } from './number-text.js';

const FOLDER = /^hugepages-(\d+)kB$/;

/** From the folder's name and its free_hugepages. Null for what is not such a folder or no number. */
export function parseFreeHugePages(folder: string, freeHugepages: string): Bytes | null {
  const size = wholeNumber(FOLDER.exec(folder)?.[1]);
  const pages = wholeNumber(freeHugepages.trim());
  if (size === null || pages === null) return null;
  const free = size * KIB * pages;
  return Number.isSafeInteger(free) ? bytes(free) : null;
}

/** The folder of one size. */
export function hugePagesFolder(pageBytes: Bytes): string {
  return `hugepages-${pageBytes / KIB}kB`;
}
