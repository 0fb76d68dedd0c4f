/*
 * Targets compared, and cleanups as far as decisions read them.
 */
import { conditionOf, isConditionTrue, type Condition, type MemoryCleanup, type Target } from '#api';

/** One incarnation of one holder. */
export function isSameTarget(a: Target, b: Target): boolean {
  return a.holder === b.holder && a.node === b.node && a.bootID === b.bootID && a.device === b.device;
}

/** The same, or one cgroup within the other: an act on either changes what the other measures. */
export function overlaps(a: Target, b: Target): boolean {
  if (isSameTarget(a, b)) return true;
  if (a.node !== b.node || a.bootID !== b.bootID || a.cgroup === undefined || b.cgroup === undefined)
    return false;
  return isWithin(a.cgroup.path, b.cgroup.path) || isWithin(b.cgroup.path, a.cgroup.path);
}

function isWithin(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor === '/' ? '/' : `${ancestor}/`);
}

export function isOpen({ status }: MemoryCleanup): boolean {
  return !isConditionTrue(status.conditions, 'Completed');
}

/** Null while it is open. */
export function completed({ status }: MemoryCleanup): Condition | null {
  const condition = conditionOf(status.conditions, 'Completed');
  return condition?.status === 'True' ? condition : null;
}

/** Wall time. One without a time was created just now, for all that anybody can say. */
export function createdAtMs({ metadata }: MemoryCleanup, nowMs: number): number {
  return metadata.creationTimestamp === undefined ? nowMs : Date.parse(metadata.creationTimestamp);
}
