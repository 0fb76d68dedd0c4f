/*
 * The status that an object begins with, from what stands in it otherwise: who asked for a cleanup is its annotation, which
 * the admission policy holds to the person's own name.
 */
import type { MemoryCleanup, MemoryCleanupSpec, MemoryCleanupStatus, MemoryFindingStatus } from '#api';
import type { StoredObject } from '#contracts/store';
import { memberOf } from './kept.js';

export const REQUESTED_BY = 'memwarden.dev/requested-by';

/** For KubeObjectStore: every step waits. */
export function initialCleanupStatus(half: StoredObject): MemoryCleanupStatus {
  const { ladder } = memberOf(half, 'spec') as MemoryCleanupSpec;
  const annotations = (memberOf(half.metadata, 'annotations') ?? {}) as Readonly<Record<string, string>>;
  return {
    steps: ladder.map(({ type }, index) => ({ index, type, state: 'Pending' })),
    freedBytes: 0,
    requestedBy: annotations[REQUESTED_BY] ?? '',
    conditions: [],
  };
}

/** For KubeObjectStore: what a cleanup is created with, so that its status can be made up for. */
export function cleanupAnnotations({ status }: MemoryCleanup): Readonly<Record<string, string>> {
  return status.requestedBy === '' ? {} : { [REQUESTED_BY]: status.requestedBy };
}

/** For KubeObjectStore: seen once, nothing measured. The next look at its target fills it. */
export function initialFindingStatus({
  metadata: { creationTimestamp = '' },
}: StoredObject): MemoryFindingStatus {
  return {
    firstSeen: creationTimestamp,
    lastSeen: creationTimestamp,
    bytes: null,
    quality: 'Unknown',
    evidence: [],
    cleanups: 0,
    conditions: [],
  };
}
