/*
 * Which kernel account a row's bytes stand in. The kernel keeps charge (usage) and statistics (anon, file, …) in
 * different counters: the charge runs ahead by up to 64 pages a CPU, statistics lag, and the files are read one
 * after the other. So the parts of a reading never quite add up; the parts of a row always do:
 * the charge is the truth, what it has more is kernel (sockets, charges taken ahead), what it has less is taken
 * from the account that matters least: file, then kernel, shmem, anon.
 */
import type { Parts } from '#contracts/ledger';
import { bytes } from '#contracts/units';

/** As the statistics say; may be negative where sums of children were read later than their parent. */
export interface Statistics {
  readonly anon: number;
  readonly shmem: number;
  readonly file: number;
  readonly kernel: number;
}

const TAKEN_FROM = ['file', 'kernel', 'shmem', 'anon'] as const;

/** Parts that add up to `total` exactly, as near to the statistics as that allows. */
export function fitParts(total: number, statistics: Statistics): Parts {
  const fitted = {
    anon: Math.max(0, statistics.anon),
    shmem: Math.max(0, statistics.shmem),
    file: Math.max(0, statistics.file),
    kernel: Math.max(0, statistics.kernel),
  };
  let missing = fitted.anon + fitted.shmem + fitted.file + fitted.kernel - total;
  for (const part of TAKEN_FROM) {
    if (missing <= 0) break;
    const taken = Math.min(missing, fitted[part]);
    fitted[part] -= taken;
    missing -= taken;
  }
  return {
    anon: bytes(fitted.anon),
    shmem: bytes(fitted.shmem),
    file: bytes(fitted.file),
    kernel: bytes(fitted.kernel - Math.min(0, missing)),
  };
}
