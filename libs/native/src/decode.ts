/*
 * Records of the library as readings of #contracts/reading. Pure.
 * Strings that many records share (states, comms of swarms, cgroup paths) are decoded once a scan.
 */
import type { CgroupReading, ProcessReading, ProportionalReading } from '#contracts/reading';
import { bytes, type Bytes } from '#contracts/units';
import { STATUS } from './bindings.js';
import { CGROUP, PROCESS, PROPORTIONAL, SCAN_RESULT } from './layout.js';
import type { MemoryView } from './memory-view.js';

export interface ScanResult {
  readonly neededBytes: number;
  readonly records: number;
  readonly skipped: number;
  readonly cgroupVersion: number;
  readonly flags: number;
}

export function decodeScanResult(view: MemoryView): ScanResult {
  const at = SCAN_RESULT.offsets;
  return {
    neededBytes: view.u64(at.needed_bytes),
    records: view.u32(at.records),
    skipped: view.u32(at.skipped),
    cgroupVersion: view.u32(at.cgroup_version),
    flags: view.u32(at.flags),
  };
}

/** Decodes the processes of one scan; make a new one for each. */
export class ProcessDecoder {
  private readonly paths = new Map<number, string>();

  constructor(private readonly view: MemoryView) {}

  decode(index: number): ProcessReading {
    const { view } = this;
    const base = index * PROCESS.bytes;
    const at = PROCESS.offsets;
    const size = (offset: number): Bytes => bytes(view.u64(base + offset));
    return {
      pid: view.u32(base + at.pid),
      startTimeTicks: view.u64(base + at.start_ticks),
      parentPid: view.u32(base + at.parent_pid),
      uid: view.u32(base + at.uid),
      state: String.fromCharCode(view.u8(base + at.state)),
      name: view.name(base + at.comm, view.u8(base + at.comm_bytes)),
      rssAnon: size(at.rss_anon),
      rssFile: size(at.rss_file),
      rssShmem: size(at.rss_shmem),
      swap: size(at.swap),
      hugetlb: size(at.hugetlb),
      cgroup: this.path(view.u32(base + at.cgroup_offset), view.u32(base + at.cgroup_bytes)),
    };
  }

  private path(offset: number, length: number): string | null {
    if (offset === 0) return null;
    const known = this.paths.get(offset);
    if (known !== undefined) return known;
    const path = this.view.path(offset, length);
    this.paths.set(offset, path);
    return path;
  }
}

export function decodeCgroup(view: MemoryView, index: number): CgroupReading {
  const base = index * CGROUP.bytes;
  const at = CGROUP.offsets;
  const size = (offset: number): Bytes => bytes(view.u64(base + offset));
  const optional = (offset: number): Bytes | null => {
    const value = view.optionalU64(base + offset);
    return value === null ? null : bytes(value);
  };
  const anon = optional(at.own_anon);
  const file = optional(at.own_file);
  const shmem = optional(at.own_shmem);
  return {
    path: view.path(view.u32(base + at.path_offset), view.u32(base + at.path_bytes)),
    inode: view.u64(base + at.inode),
    usage: optional(at.usage),
    limit: optional(at.limit),
    swap: size(at.swap),
    anon: size(at.anon),
    file: size(at.file),
    shmem: size(at.shmem),
    kernel: size(at.kernel),
    own: anon === null || file === null || shmem === null ? null : { anon, file, shmem },
    hugetlb: optional(at.hugetlb),
    dyingDescendants: view.u64(base + at.dying),
    oomKills: view.u64(base + at.oom_kills),
  };
}

/** Null for a process that could not be read. */
export function decodeProportional(view: MemoryView, index: number): ProportionalReading | null {
  const base = index * PROPORTIONAL.bytes;
  const at = PROPORTIONAL.offsets;
  if (view.i32(base + at.status) !== STATUS.MW_OK) return null;
  return {
    pssAnon: bytes(view.u64(base + at.pss_anon)),
    pssShmem: bytes(view.u64(base + at.pss_shmem)),
  };
}
