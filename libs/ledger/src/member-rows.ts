/*
 * The rows inside a row: its processes and "cache and kernel", which add up to it exactly. A row without
 * processes has no details.
 */
import type { Holder, Parts } from '#contracts/ledger';
import type { CgroupReading, ProcessReading } from '#contracts/reading';
import { bytes, type Quality } from '#contracts/units';
import { processKey, shareOut, type Proportional, type Share } from './members.js';
import { fitParts } from './parts.js';
import type { RowNames } from './row-names.js';

export interface DetailedRow {
  readonly id: string;
  readonly bytes: number;
  readonly parts: Parts;
  readonly cgroup: CgroupReading;
  /** Of the pod that all of them are in. */
  readonly names: RowNames;
}

/** Made one by one, as they are asked for: there may be thousands. */
export function* memberRows(
  row: DetailedRow,
  processes: readonly ProcessReading[],
  proportional: Proportional,
): Generator<Holder, void, void> {
  const { shares, quality } = shareOut(row, processes, proportional);
  for (const share of shares) yield { ...processRow(row.id, share, quality), ...row.names };
  yield restRow(row, shares, quality);
}

export function processRow(within: string, share: Share, quality: Quality): Holder {
  const { process } = share;
  return {
    id: `process:${processKey(process)}`,
    kind: 'process',
    within,
    name: process.name,
    class: 'Running',
    flags: [],
    bytes: bytes(share.anon + share.shmem),
    parts: { anon: bytes(share.anon), shmem: bytes(share.shmem), file: bytes(0), kernel: bytes(0) },
    swapBytes: process.swap,
    quality,
    pid: process.pid,
    startTimeTicks: process.startTimeTicks,
    uid: process.uid,
  };
}

function restRow(row: DetailedRow, shares: readonly Share[], quality: Quality): Holder {
  const sum = { anon: 0, shmem: 0 };
  for (const share of shares) {
    sum.anon += share.anon;
    sum.shmem += share.shmem;
  }
  const held = row.bytes - sum.anon - sum.shmem;
  return {
    id: `rest:${row.cgroup.inode}:${row.cgroup.path}`,
    kind: 'bucket',
    within: row.id,
    name: 'cache and kernel',
    class: 'Kernel',
    flags: [],
    bytes: bytes(held),
    parts: fitParts(held, {
      anon: row.parts.anon - sum.anon,
      shmem: row.parts.shmem - sum.shmem,
      file: row.parts.file,
      kernel: row.parts.kernel,
    }),
    quality,
    ...row.names,
  };
}
