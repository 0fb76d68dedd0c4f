/*
 * What one pass over a node's kernel files says, before anybody has interpreted it: the input of the ledger.
 * Sizes are bytes. A number is what the kernel printed, converted to bytes and nothing else.
 * Order of reading (it bounds the error): processes, meminfo, cgroups, zoneinfo, meminfo.
 */
import type { Bytes } from './units.js';

/** /proc/meminfo, in bytes. A field that this kernel does not print is 0 (Documentation/filesystems/proc.rst). */
export interface Meminfo {
  readonly memTotal: Bytes;
  readonly memFree: Bytes;
  readonly memAvailable: Bytes;
  readonly swapTotal: Bytes;
  readonly swapFree: Bytes;
  readonly slab: Bytes;
  readonly sReclaimable: Bytes;
  readonly vmallocUsed: Bytes;
  readonly kernelStack: Bytes;
  readonly pageTables: Bytes;
  readonly secPageTables: Bytes;
  readonly percpu: Bytes;
  readonly zswap: Bytes;
  readonly balloon: Bytes;
  /** All huge pages of all sizes, free ones too. */
  readonly hugetlb: Bytes;
  readonly hugePagesFree: number;
  readonly hugepagesize: Bytes;
}

/** One entry of /proc. Identity is {boot id, pid, startTimeTicks}, never the pid alone. */
export interface ProcessReading {
  readonly pid: number;
  /** /proc/PID/stat field 22: clock ticks since boot. */
  readonly startTimeTicks: number;
  readonly parentPid: number;
  readonly uid: number;
  /** /proc/PID/stat field 3: R, S, D, Z, T, t, X, I. */
  readonly state: string;
  /** comm, decoded as UTF-8 with U+FFFD for what is not; may hold any character but NUL and '/'. */
  readonly name: string;
  readonly rssAnon: Bytes;
  readonly rssFile: Bytes;
  readonly rssShmem: Bytes;
  readonly swap: Bytes;
  readonly hugetlb: Bytes;
  /** Path in the hierarchy that holds the memory controller, from its root: '/', '/a/b'. Null: could not be read. */
  readonly cgroup: string | null;
}

/** Pss_* of /proc/PID/smaps_rollup: shared pages divided by the number of their users. */
export interface ProportionalReading {
  readonly pssAnon: Bytes;
  readonly pssShmem: Bytes;
}

/**
 * One memory cgroup. `usage` covers the whole subtree on both versions (v2 memory.current,
 * v1 memory.usage_in_bytes, which leaves kernel memory out only in the v1 root).
 */
export interface CgroupReading {
  /** From the root of the hierarchy: '/', '/a/b'. */
  readonly path: string;
  /** Inode of the directory (v2: the cgroup id). A path that was removed and made again has another one. */
  readonly inode: number;
  /** v2: null for the root, which has no memory.current. */
  readonly usage: Bytes | null;
  /** v2 memory.max, v1 memory.limit_in_bytes; null: no limit. */
  readonly limit: Bytes | null;
  readonly swap: Bytes;
  /** Whole subtree. v2 memory.stat anon; v1 total_rss. */
  readonly anon: Bytes;
  /** Whole subtree, shmem included. v2 memory.stat file; v1 total_cache. */
  readonly file: Bytes;
  /** Whole subtree. v2 memory.stat shmem; v1 total_shmem. */
  readonly shmem: Bytes;
  /** Whole subtree. v2 memory.stat kernel; v1 memory.kmem.usage_in_bytes. */
  readonly kernel: Bytes;
  /** The cgroup alone, without its children. v1 rss, cache and shmem of memory.stat; v2: null (derived by subtraction). */
  readonly own: { readonly anon: Bytes; readonly file: Bytes; readonly shmem: Bytes } | null;
  /**
   * Over all page sizes, whole subtree. memory.stat hugetlb where it is in `usage` and the kernel tells, else
   * hugetlb.*.current or usage_in_bytes; null: neither.
   */
  readonly hugetlb: Bytes | null;
  /** v2 cgroup.stat nr_dying_descendants; v1: 0. */
  readonly dyingDescendants: number;
  /** v2 memory.events oom_kill, v1 memory.oom_control oom_kill. */
  readonly oomKills: number;
}

/** One line pair of /proc/pressure/memory (Documentation/accounting/psi.rst). Percent and microseconds. */
export interface PressureReading {
  readonly someAvg10: number;
  readonly someTotalMicroseconds: number;
  readonly fullAvg10: number;
  readonly fullTotalMicroseconds: number;
}

/** Entries that a scan left out although they were there: denied, or not as documented. */
export interface Skipped {
  readonly processes: number;
  readonly cgroups: number;
}

export interface HostReading {
  readonly takenAtMs: number;
  readonly bootId: string;
  readonly cpus: number;
  readonly cgroupVersion: 1 | 2;
  /** v2 only: hugetlb is inside memory.current (mount option memory_hugetlb_accounting). */
  readonly hugetlbIsCharged: boolean;
  /**
   * MemFree, and pages on per-CPU free lists, before the cgroups were read. Their distance to meminfo.memFree plus
   * perCpuFree is the error of the reading: what is freed meanwhile may go to either, mostly to the lists.
   */
  readonly memFreeBefore: Bytes;
  readonly perCpuFreeBefore: Bytes;
  readonly meminfo: Meminfo;
  /** Free huge pages of all sizes but meminfo.hugepagesize; 0 where the kernel does not tell. */
  readonly otherHugetlbFree: Bytes;
  /** Pages on per-CPU free lists: sum of the "count:" lines of /proc/zoneinfo times the page size. */
  readonly perCpuFree: Bytes;
  /** Every cgroup of the memory hierarchy, the root first, a parent always before its children. */
  readonly cgroups: readonly CgroupReading[];
  readonly processes: readonly ProcessReading[];
  readonly skipped: Skipped;
  /** False: /proc hides processes from the reader, or is that of a container. */
  readonly seesAllProcesses: boolean;
  /** By `pid:startTimeTicks`; only of processes whose cgroup asked for it (see docs/reference/ledger.md). */
  readonly proportional: ReadonlyMap<string, ProportionalReading>;
  /** /proc/vmstat oom_kill since boot; null: not printed by this kernel. */
  readonly oomKills: number | null;
  /** Null: kernel without PSI. */
  readonly pressure: PressureReading | null;
}

export interface CgroupScan {
  readonly version: 1 | 2;
  readonly hugetlbIsCharged: boolean;
  /** The root first, a parent always before its children. */
  readonly cgroups: readonly CgroupReading[];
}

export type ProcessIdentity = Pick<ProcessReading, 'pid' | 'startTimeTicks'>;

/** Port: the passes over /proc and the cgroup tree that cost real time. Each runs off the event loop. */
export interface HostScanner {
  /** Of the last scan of each. */
  readonly skipped: Skipped;
  /** Entries that vanish while they are read are left out; none is returned half read. */
  scanProcesses(): Promise<readonly ProcessReading[]>;
  scanCgroups(): Promise<CgroupScan>;
  /** Keyed `pid:startTimeTicks`. A process that is gone, was replaced, or may not be read is left out. */
  readProportional(processes: readonly ProcessIdentity[]): Promise<ReadonlyMap<string, ProportionalReading>>;
}
