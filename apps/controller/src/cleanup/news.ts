/*
 * Committed changes of findings and cleanups as notices.
 */
import { isConditionTrue, type MemoryCleanup, type MemoryFinding } from '#api';
import { keyOf, type ObjectStore } from '#contracts/store';
import type { NoticeBus } from '#events';
import { findingState } from '../findings/apply-change.js';

export function publishChanges(
  stores: { readonly findings: ObjectStore<MemoryFinding>; readonly cleanups: ObjectStore<MemoryCleanup> },
  notices: Pick<NoticeBus, 'publish'>,
): Disposable {
  const following = [
    stores.findings.onChange(({ kind, object }) => {
      const state = kind === 'Deleted' ? kind : findingState(object);
      const { metadata, spec } = object;
      notices.publish({ kind: 'finding', node: spec.target.node, name: keyOf(metadata), state });
    }),
    stores.cleanups.onChange(({ kind, object }) => {
      const state = kind === 'Deleted' ? kind : cleanupState(object);
      const { metadata, spec } = object;
      notices.publish({ kind: 'cleanup', node: spec.target.node, name: keyOf(metadata), state });
    }),
  ];
  return {
    [Symbol.dispose]: () => {
      for (const each of following) each[Symbol.dispose]();
    },
  };
}

/** Of the step that is under way; Completed when none is. */
export function cleanupState({ status }: MemoryCleanup): string {
  if (isConditionTrue(status.conditions, 'Completed')) return 'Completed';
  const current = status.steps.findLast(({ state }) => state !== 'Pending') ?? status.steps[0];
  return current?.state ?? 'Pending';
}
