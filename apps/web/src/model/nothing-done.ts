/* What an empty list says: what was looked at, and what would show; and the sum of the last day. */
import type { Records } from './attention.js';
import { timeOf } from './cleanup.js';
import { counted } from './day.js';
import { isOpen } from './finding.js';
import type { Cleanup } from './objects.js';
import { policyState } from './policy.js';

export interface Words {
  readonly title: string;
  readonly text: string;
}

const DAY_MS = 86_400_000;

export function lastDayFreed(cleanups: Iterable<Cleanup>, nowMs: number): number {
  let sum = 0;
  for (const cleanup of cleanups)
    if (nowMs - timeOf(cleanup) < DAY_MS) sum += Math.max(0, cleanup.freedBytes);
  return sum;
}

export function doneWords(records: Records): Words {
  const title = 'Nothing was done.';
  const policies = [...records.policies.values()];
  if (policies.length === 0)
    return {
      title,
      text: 'No policy is there, so nothing is decided. A cleanup by hand shows here as soon as it is asked for.',
    };
  if (policies.every((policy) => policy.mode === 'Observe'))
    return { title, text: allObserve(policies.length) };
  const open = [...records.findings.values()].filter(isOpen).length;
  return {
    title,
    text: `${counted(policies.length, 'policy', 'policies')} and ${counted(open, 'open finding')} were looked at. An act shows here as soon as it is decided.`,
  };
}

function allObserve(count: number): string {
  const who = count === 1 ? 'The one policy observes' : `All ${count} policies observe`;
  return `${who}. To see what would be done, set one to DryRun.`;
}

export function foundWords(records: Records): Words {
  const policies = [...records.policies.values()].filter((policy) => policyState(policy) !== 'Rejected');
  const targets = policies.reduce((sum, policy) => sum + (policy.rules?.targets ?? 0), 0);
  if (policies.length === 0)
    return { title: 'Nothing was found.', text: 'No policy is in force, so nothing is looked for.' };
  return {
    title: 'Nothing was found.',
    text: `${counted(policies.length, 'policy', 'policies')} ${policies.length === 1 ? 'watches' : 'watch'} ${counted(targets, 'target')}. A holder that stays above its mark shows here, at first as suspected.`,
  };
}

export function policyWords(): Words {
  return {
    title: 'No policy.',
    text: 'Policies are files of a folder, in local mode the one given with --policies. One that is wrong is listed too, with what is wrong about it. Try a file first: memwarden policies validate FILE.',
  };
}
