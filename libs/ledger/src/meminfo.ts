/*
 * /proc/meminfo (Documentation/filesystems/proc.rst, "meminfo"). Lines are "Name:   123 kB"; the counts of
 * huge pages have no unit. A field that this kernel does not print is 0; the first of two equal fields counts.
 */
import { InvalidValue } from '#contracts/errors';
import type { Meminfo } from '#contracts/reading';
import { bytes, KIB, type Bytes } from '#contracts/units';
import { wholeNumber, words } from './number-text.js';

/** @throws {InvalidValue} without MemTotal and MemFree: nothing can be said of such a reading */
export function parseMeminfo(text: string): Meminfo {
  const fields = fieldsOf(text);
  const size = (name: string): Bytes => bytes(fields.get(name) ?? 0);
  return {
    memTotal: required(fields, 'MemTotal'),
    memFree: required(fields, 'MemFree'),
    memAvailable: size('MemAvailable'),
    swapTotal: size('SwapTotal'),
    swapFree: size('SwapFree'),
    slab: size('Slab'),
    sReclaimable: size('SReclaimable'),
    vmallocUsed: size('VmallocUsed'),
    kernelStack: size('KernelStack'),
    pageTables: size('PageTables'),
    secPageTables: size('SecPageTables'),
    percpu: size('Percpu'),
    zswap: size('Zswap'),
    balloon: size('Balloon'),
    hugetlb: size('Hugetlb'),
    hugePagesFree: fields.get('HugePages_Free') ?? 0,
    hugepagesize: size('Hugepagesize'),
  };
}

function required(fields: ReadonlyMap<string, number>, name: string): Bytes {
  const value = fields.get(name);
  if (value === undefined)
    throw new InvalidValue(`/proc/meminfo says no ${name}: is the configured proc root a mounted procfs?`);
  return bytes(value);
}

function fieldsOf(text: string): Map<string, number> {
  const fields = new Map<string, number>();
  // What follows the last line feed was cut off: "MemFree: 12" may have been "MemFree: 123456 kB".
  for (const line of text.split('\n').slice(0, -1)) {
    const colon = line.indexOf(':');
    if (colon < 0 || fields.has(line.slice(0, colon))) continue;
    const value = sizeIn(line.slice(colon + 1));
    if (value !== null) fields.set(line.slice(0, colon), value);
  }
  return fields;
}

function sizeIn(text: string): number | null {
  const [digits, unit, ...more] = words(text);
  const value = wholeNumber(digits);
  if (value === null || more.length > 0) return null;
  if (unit === undefined) return value;
  const size = value * KIB;
  return unit === 'kB' && Number.isSafeInteger(size) ? size : null;
}
