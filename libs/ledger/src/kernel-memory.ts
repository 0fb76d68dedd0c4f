/*
 * Memory that the kernel uses for itself, and the part of it that is charged to cgroups.
 * Kernel stacks are vmalloc'ed since Linux 4.9 (CONFIG_VMAP_STACK): VmallocUsed has them, so the larger counts.
 */
import type { HostReading, Meminfo } from '#contracts/reading';
import type { CgroupTree } from './cgroup-tree.js';
import { freeHugetlb } from './hugetlb.js';

/** Slab + max(VmallocUsed, KernelStack) + PageTables + SecPageTables + Percpu + Zswap. */
export function kernelMemory(meminfo: Meminfo): number {
  const { slab, vmallocUsed, kernelStack, pageTables, secPageTables, percpu, zswap } = meminfo;
  return slab + Math.max(vmallocUsed, kernelStack) + pageTables + secPageTables + percpu + zswap;
}

/** v1: memory.kmem.usage_in_bytes of the root. v2: memory.stat "kernel" of the top-level cgroups. */
export function chargedKernelMemory(reading: HostReading, tree: CgroupTree): number {
  return reading.cgroupVersion === 1 ? (tree.root?.kernel ?? tree.tops.kernel) : tree.tops.kernel;
}

/**
 * Free huge pages are out of MemFree for good, whoever uses them later; and pages on per-CPU lists are free but
 * not in MemFree either.
 */
export function reservedMemory(reading: HostReading, tree: CgroupTree): number {
  const uncharged = Math.max(0, kernelMemory(reading.meminfo) - chargedKernelMemory(reading, tree));
  return uncharged + freeHugetlb(reading) + reading.perCpuFree;
}
