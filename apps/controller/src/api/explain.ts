/*
 * Where each number is from. The reading and the sums are docs/reference/ledger.md's; this says them in one line each.
 */
import type { DeviceLedger, Holder } from '#contracts/ledger';
import type { DeviceNumber, Explanation } from './schemas.js';

const SOURCES: Readonly<Record<DeviceNumber, string>> = {
  totalBytes: '/proc/meminfo: MemTotal',
  usedBytes: '/proc/meminfo: MemTotal - MemFree',
  reservedBytes:
    'kernel memory that no cgroup is charged for, free huge pages and per-CPU free lists: /proc/meminfo, /proc/zoneinfo, memory.stat',
  unattributedBytes: 'usedBytes - the rows without "within" - reservedBytes',
};

export function explainDevice(
  device: DeviceLedger,
  ageSeconds: number,
): Readonly<Record<DeviceNumber, Explanation>> {
  const explained = (name: DeviceNumber, errorBoundBytes: number | null): Explanation => ({
    source: SOURCES[name],
    errorBoundBytes,
    ageSeconds,
  });
  return {
    totalBytes: explained('totalBytes', 0),
    // One read of one file: its own two numbers are of one moment.
    usedBytes: explained('usedBytes', device.usedBytes === null ? null : 0),
    reservedBytes: explained('reservedBytes', device.errorBoundBytes),
    unattributedBytes: explained('unattributedBytes', device.errorBoundBytes),
  };
}

export function explainHolder(device: DeviceLedger, row: Holder, ageSeconds: number): Explanation {
  return { source: sourceOf(row), errorBoundBytes: boundOf(device, row), ageSeconds };
}

function sourceOf(row: Holder): string {
  if (row.within === 'bucket:hugetlb') return hugetlbSource(row);
  if (row.kind === 'process') return processSource(row);
  if (row.kind === 'bucket') return bucketSource(row.id);
  if (row.kind === 'pod') return 'sum of the charges of its cgroups';
  if (row.within !== undefined) return `the charge of ${row.within} - its processes`;
  return 'memory.current (v1: memory.usage_in_bytes) - that of its live children';
}

function hugetlbSource(row: Holder): string {
  if (row.kind === 'process') return `/proc/${row.pid ?? 'PID'}/status: HugetlbPages`;
  if (row.id === 'hugetlb:rest') return 'bucket:hugetlb - its other details';
  return 'hugetlb.*.current (v1: hugetlb.*.usage_in_bytes) - that of its live children';
}

function processSource(row: Holder): string {
  return row.quality === 'measured'
    ? `/proc/${row.pid ?? 'PID'}/status: RssAnon + RssShmem`
    : `/proc/${row.pid ?? 'PID'}/smaps_rollup: Pss_Anon + Pss_Shmem, scaled to the charge of its cgroup`;
}

const BUCKET_SOURCES: readonly (readonly [string, string])[] = [
  ['bucket:root', 'memory.stat of the root cgroup - that of the top-level cgroups'],
  ['bucket:deleted', 'memory still charged to removed cgroups: memory.stat of the root - what is live'],
  [
    'bucket:hugetlb',
    '/proc/meminfo: Hugetlb - free pages of every size (/sys/kernel/mm/hugepages), less what cgroups are charged for',
  ],
];

function bucketSource(id: string): string {
  return BUCKET_SOURCES.find(([bucket]) => bucket === id)?.[1] ?? 'the charge of its cgroup - its processes';
}

// Charges are exact counters that were read one after the other: off by at most what moved meanwhile.
function boundOf(device: DeviceLedger, row: Holder): number | null {
  return row.quality === 'unknown' ? null : device.errorBoundBytes;
}
