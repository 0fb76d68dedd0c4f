/*
 * Which cleanups that ended still speak in decisions about their target: an outcome that nobody knows, acts that did not
 * help, the last one for the cooldown. While the target lives they must not be forgotten: what was forgotten is tried again.
 */
import type { MemoryCleanup } from '#api';
import { keyOf } from '#contracts/store';
import { completed, createdAtMs } from './target.js';

/** As many as a policy may allow in a row. */
const MOST_INEFFECTIVE = 10;

/** Of one target, in any order; open ones are not among the answer. Names. */
export function speaking(history: readonly MemoryCleanup[], nowMs: number): ReadonlySet<string> {
  const ended = history
    .filter((cleanup) => completed(cleanup) !== null)
    .sort((a, b) => createdAtMs(b, nowMs) - createdAtMs(a, nowMs));
  const reasonOf = (cleanup: MemoryCleanup): string | undefined => completed(cleanup)?.reason;
  const lastFreed = ended.findIndex((cleanup) => reasonOf(cleanup) === 'Freed');
  const sinceFreed = lastFreed === -1 ? ended : ended.slice(0, lastFreed);
  const ineffective = sinceFreed.filter((cleanup) => reasonOf(cleanup) === 'Ineffective');
  const lastOf = (mode: MemoryCleanup['spec']['mode']): readonly MemoryCleanup[] =>
    ended.filter(({ spec }) => spec.mode === mode).slice(0, 1);
  const all = [
    ...unknownOf(ended),
    ...ineffective.slice(0, MOST_INEFFECTIVE),
    ...lastOf('Enforce'),
    ...lastOf('DryRun'),
  ];
  return new Set(all.map(({ metadata }) => keyOf(metadata)));
}

/** Lifted by a person's cleanup after it; both are said, or the one would be forgotten before the other. */
function unknownOf(newestFirst: readonly MemoryCleanup[]): readonly MemoryCleanup[] {
  const unknown = newestFirst.findIndex((cleanup) => completed(cleanup)?.reason === 'Unknown');
  if (unknown === -1) return [];
  const lift = newestFirst.slice(0, unknown).find(({ spec }) => spec.policyRef === undefined);
  return [newestFirst[unknown], lift].filter((cleanup) => cleanup !== undefined);
}
