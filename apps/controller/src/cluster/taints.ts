/*
 * Which nodes have our taint for nothing: every cleanup that tainted one is over, and so is the finding that it was for.
 * Pure. What is not known to be over keeps its taint; taking away one that is not there does nothing.
 */
import type { MemoryCleanup, MemoryFinding } from '#api';
import { keyBeside } from '#contracts/store';
import { isCompleted } from '../cleanup/cleanup-index.js';
import { isClosed } from '../findings/apply-change.js';

export interface Tainted {
  readonly node: string;
  /** Uids of the cleanups that tainted it. */
  readonly by: readonly string[];
}

export function taintedForNothing(
  cleanups: readonly MemoryCleanup[],
  findingOf: (key: string) => MemoryFinding | null,
): readonly Tainted[] {
  const byNode = Map.groupBy(cleanups.filter(hasTainted), ({ spec }) => spec.target.node);
  return [...byNode].flatMap(([node, all]) =>
    all.every((cleanup) => isOver(cleanup, findingOf))
      ? [{ node, by: all.map(({ metadata }) => metadata.uid ?? '') }]
      : [],
  );
}

/** Or may have: what was issued and never answered. */
function hasTainted({ status }: MemoryCleanup): boolean {
  return status.steps.some(
    ({ type, state }) => type === 'Taint' && state !== 'Pending' && state !== 'Refused',
  );
}

function isOver(cleanup: MemoryCleanup, findingOf: (key: string) => MemoryFinding | null): boolean {
  const { findingRef } = cleanup.spec;
  const finding = findingRef === undefined ? null : findingOf(keyBeside(cleanup, findingRef));
  return isCompleted(cleanup) && (finding === null || isClosed(finding));
}
