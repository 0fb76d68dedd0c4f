import { describe, expect, it } from '@jest/globals';
import type { CleanupStep, MemoryCleanup, MemoryFinding } from '#api';
import { taintedForNothing } from './taints.js';

const DONE = {
  type: 'Completed',
  status: 'True',
  reason: 'Ineffective',
  message: '',
  lastTransitionTime: '',
} as const;
const CLOSED = { ...DONE, type: 'Closed', reason: 'Cleared' } as const;

function cleanup(node: string, state: CleanupStep['state'], isOver = true): MemoryCleanup {
  return {
    metadata: { name: `c-${node}`, namespace: 'team', uid: `uid-${node}` },
    spec: { target: { node }, findingRef: { name: `f-${node}` } },
    status: { steps: [{ index: 0, type: 'Taint', state }], conditions: isOver ? [DONE] : [] },
  } as unknown as MemoryCleanup;
}

const finding = (isClosed: boolean): MemoryFinding =>
  ({ status: { conditions: isClosed ? [CLOSED] : [] } }) as unknown as MemoryFinding;

describe('our taint', () => {
  it('stays while its cleanup or its finding is not over, and goes then', () => {
    const all = [cleanup('a', 'Verified'), cleanup('b', 'Verified'), cleanup('c', 'Executed', false)];
    const open = taintedForNothing(all, () => finding(false));
    const closed = taintedForNothing(all, (key) => finding(key === 'team/f-a'));
    const gone = taintedForNothing(all, () => null);
    expect(open).toEqual([]);
    expect(closed).toEqual([{ node: 'a', by: ['uid-a'] }]);
    expect(gone.map(({ node }) => node)).toEqual(['a', 'b']);
  });

  it('is looked for where it may have been set, and nowhere else', () => {
    const all = [cleanup('a', 'Unknown'), cleanup('b', 'Refused'), cleanup('c', 'Pending')];
    expect(taintedForNothing(all, () => null).map(({ node }) => node)).toEqual(['a']);
  });

  it('stays while one of two that set it is not over', () => {
    const all = [cleanup('a', 'Verified'), cleanup('a', 'Executed', false)];
    expect(taintedForNothing(all, () => null)).toEqual([]);
  });
});
