/*
 * Whose processes are where, and how much of their cgroup's bytes each of them is shown with. Processes detail a
 * row and never add to it: RSS counts a page once for every process that maps it, a cgroup once.
 *   1. RssAnon and RssShmem, as measured, while the sum of each is at most 1.02 of the cgroup's anon and shmem (of
 *      each alone: tmpfs files that nobody maps would hide processes that share anonymous memory);
 *   2. else Pss_Anon + Pss_Shmem where they were read, and for the others RSS times the mean ratio of those;
 *   3. scaled down to the cgroup's anon, and shmem, where still above (memory charged elsewhere), and to its bytes.
 * Rounding goes down, so the rest is never negative.
 */
import type { Parts } from '#contracts/ledger';
import type { ProcessIdentity, ProcessReading, ProportionalReading } from '#contracts/reading';
import type { CgroupNode, CgroupTree } from './cgroup-tree.js';

/** Differences of counters that are kept per CPU, not sharing. */
const TOLERANCE = 1.02;

export type Proportional = ReadonlyMap<string, ProportionalReading>;

export interface Share {
  readonly process: ProcessReading;
  anon: number;
  shmem: number;
}

export interface Shares {
  readonly shares: readonly Share[];
  readonly quality: 'measured' | 'estimated';
}

export interface Members {
  readonly of: ReadonlyMap<CgroupNode | 'root', readonly ProcessReading[]>;
  readonly unplaced: readonly ProcessReading[];
}

export const processKey = (process: ProcessIdentity): string => `${process.pid}:${process.startTimeTicks}`;

/** Kernel threads and zombies have no memory and no row. Each process counts once, however often it was listed. */
export function placeProcesses(tree: CgroupTree, processes: readonly ProcessReading[]): Members {
  const of = new Map<CgroupNode | 'root', ProcessReading[]>();
  const unplaced: ProcessReading[] = [];
  const places = new Map<string | null, CgroupNode | 'root' | 'unplaced'>();
  const seen = new Map<number, number>();
  for (const process of processes) {
    if (!hasMemory(process) || seen.get(process.pid) === process.startTimeTicks) continue;
    seen.set(process.pid, process.startTimeTicks);
    const place = places.get(process.cgroup) ?? tree.chargedTo(process.cgroup);
    places.set(process.cgroup, place);
    if (place === 'unplaced') unplaced.push(process);
    else push(of, place, process);
  }
  return { of, unplaced };
}

function push<K>(lists: Map<K, ProcessReading[]>, key: K, process: ProcessReading): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [process]);
  else list.push(process);
}

function hasMemory(process: ProcessReading): boolean {
  return process.rssAnon + process.rssShmem + process.rssFile + process.swap + process.hugetlb > 0;
}

/** Rule 1 does not hold: the processes share pages with each other or with another cgroup. */
export function isShared(parts: Parts, processes: readonly ProcessReading[]): boolean {
  const rss = { anon: 0, shmem: 0 };
  for (const process of processes) {
    rss.anon += process.rssAnon;
    rss.shmem += process.rssShmem;
  }
  return rss.anon > TOLERANCE * parts.anon || rss.shmem > TOLERANCE * parts.shmem;
}

/** The rules of this file's head. The shares add up to at most `bytes`. */
export function shareOut(
  holder: { readonly bytes: number; readonly parts: Parts },
  processes: readonly ProcessReading[],
  proportional: Proportional,
): Shares {
  const shared = isShared(holder.parts, processes);
  const shares = shared ? byProportion(processes, proportional) : processes.map(byResidence);
  const isScaled = [
    scale(shares, 'anon', holder.parts.anon),
    scale(shares, 'shmem', holder.parts.shmem),
    scaleAll(shares, holder.bytes),
  ].includes(true);
  return { shares, quality: shared || isScaled ? 'estimated' : 'measured' };
}

function byResidence(process: ProcessReading): Share {
  return { process, anon: process.rssAnon, shmem: process.rssShmem };
}

function byProportion(processes: readonly ProcessReading[], proportional: Proportional): Share[] {
  const sum = { pssAnon: 0, rssAnon: 0, pssShmem: 0, rssShmem: 0 };
  const readings = processes.map((process) => proportional.get(processKey(process)));
  processes.forEach((process, i) => {
    const reading = readings[i];
    if (reading === undefined) return;
    sum.pssAnon += reading.pssAnon;
    sum.rssAnon += process.rssAnon;
    sum.pssShmem += reading.pssShmem;
    sum.rssShmem += process.rssShmem;
  });
  const anonRatio = ratio(sum.pssAnon, sum.rssAnon);
  const shmemRatio = ratio(sum.pssShmem, sum.rssShmem);
  return processes.map((process, i) => ({
    process,
    anon: readings[i]?.pssAnon ?? Math.floor(process.rssAnon * anonRatio),
    shmem: readings[i]?.pssShmem ?? Math.floor(process.rssShmem * shmemRatio),
  }));
}

/** 1 when nothing was read: rule 3 then divides by RSS. */
function ratio(pss: number, rss: number): number {
  return rss > 0 ? Math.min(1, pss / rss) : 1;
}

function scale(shares: readonly Share[], part: 'anon' | 'shmem', limit: number): boolean {
  let sum = 0;
  for (const share of shares) sum += share[part];
  if (sum <= TOLERANCE * limit) return false;
  for (const share of shares) share[part] = portion(share[part], limit, sum);
  return true;
}

/** What rule 1 tolerates can be more than the cgroup has in all. */
function scaleAll(shares: readonly Share[], limit: number): boolean {
  let sum = 0;
  for (const share of shares) sum += share.anon + share.shmem;
  if (sum <= limit) return false;
  for (const share of shares) {
    share.anon = portion(share.anon, limit, sum);
    share.shmem = portion(share.shmem, limit, sum);
  }
  return true;
}

/** Rounded down; the error of the division (2^-52 of it) is below a byte, so portions of a sum stay within the limit. */
function portion(value: number, limit: number, sum: number): number {
  return Math.floor(value * (limit / sum));
}
