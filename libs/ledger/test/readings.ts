/*
 * Readings to build ledgers from in tests: small hosts made by hand, with only the numbers that matter given.
 */
import type { CgroupReading, HostReading, Meminfo, ProcessReading } from '#contracts/reading';
import { bytes, MIB, type Bytes } from '#contracts/units';

const ZERO = bytes(0);

export const mib = (count: number): Bytes => bytes(count * MIB);

export function meminfoOf(sizes: Partial<Meminfo>): Meminfo {
  return {
    memTotal: mib(8192),
    memFree: mib(4096),
    memAvailable: mib(6000),
    swapTotal: ZERO,
    swapFree: ZERO,
    slab: ZERO,
    sReclaimable: ZERO,
    vmallocUsed: ZERO,
    kernelStack: ZERO,
    pageTables: ZERO,
    secPageTables: ZERO,
    percpu: ZERO,
    zswap: ZERO,
    balloon: ZERO,
    hugetlb: ZERO,
    hugePagesFree: 0,
    hugepagesize: mib(2),
    ...sizes,
  };
}

export function cgroupOf(path: string, sizes: Partial<CgroupReading> = {}): CgroupReading {
  return {
    path,
    inode: inodeOf(path),
    usage: ZERO,
    limit: null,
    swap: ZERO,
    anon: ZERO,
    file: ZERO,
    shmem: ZERO,
    kernel: ZERO,
    own: null,
    hugetlb: null,
    dyingDescendants: 0,
    oomKills: 0,
    ...sizes,
  };
}

export function processOf(
  pid: number,
  cgroup: string | null,
  sizes: Partial<ProcessReading> = {},
): ProcessReading {
  return {
    pid,
    startTimeTicks: 100 + pid,
    parentPid: 1,
    uid: 0,
    state: 'S',
    name: `p${pid}`,
    rssAnon: ZERO,
    rssFile: ZERO,
    rssShmem: ZERO,
    swap: ZERO,
    hugetlb: ZERO,
    cgroup,
    ...sizes,
  };
}

export function readingOf(parts: Partial<HostReading>): HostReading {
  const meminfo = parts.meminfo ?? meminfoOf({});
  return {
    takenAtMs: 1_700_000_000_000,
    bootId: '00000000-0000-4000-8000-000000000001',
    cpus: 2,
    cgroupVersion: 2,
    hugetlbIsCharged: false,
    memFreeBefore: meminfo.memFree,
    meminfo,
    perCpuFreeBefore: parts.perCpuFree ?? ZERO,
    perCpuFree: ZERO,
    otherHugetlbFree: ZERO,
    cgroups: [cgroupOf('/', { usage: null })],
    processes: [],
    skipped: { processes: 0, cgroups: 0 },
    seesAllProcesses: true,
    proportional: new Map(),
    oomKills: 0,
    pressure: null,
    ...parts,
  };
}

function inodeOf(path: string): number {
  let inode = 7;
  for (let i = 0; i < path.length; i += 1) inode = (inode * 31 + path.charCodeAt(i)) % 1_000_003;
  return inode;
}
