import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DIRTY_DEVICE, taintsAfter, type Taint } from './node-taint.js';

const other = { key: 'nvidia.com/gpu', effect: 'NoSchedule', value: 'present' };
const ours = (effect: string): Taint => ({ key: DIRTY_DEVICE, effect });

describe('taintsAfter', () => {
  it.each([
    ['adds ours behind others', [other], 'NoSchedule', [other, ours('NoSchedule')]],
    [
      'changes its effect',
      [ours('NoSchedule'), other],
      'PreferNoSchedule',
      [other, ours('PreferNoSchedule')],
    ],
    ['leaves one of two', [ours('NoSchedule'), ours('NoExecute')], 'NoSchedule', [ours('NoSchedule')]],
    ['takes ours away', [ours('NoSchedule'), other, ours('NoExecute')], null, [other]],
    ['has nothing to do when it is there', [ours('NoSchedule'), other], 'NoSchedule', null],
    ['has nothing to do when it is not there', [other], null, null],
  ] as const)('%s', (_, taints, effect, expected) => {
    expect(taintsAfter(taints, effect)).toEqual(expected);
  });

  it('never touches another’s, and is done after one time', () => {
    const taint = fc.record({
      key: fc.constantFrom(DIRTY_DEVICE, 'a', 'b/c'),
      effect: fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule'),
    });
    const effects = fc.constantFrom('NoSchedule' as const, 'PreferNoSchedule' as const, null);
    fc.assert(
      fc.property(fc.array(taint), effects, (taints, effect) => {
        const after = taintsAfter(taints, effect) ?? taints;
        const others = (list: readonly Taint[]): Taint[] => list.filter(({ key }) => key !== DIRTY_DEVICE);
        expect(others(after)).toEqual(others(taints));
        expect(taintsAfter(after, effect)).toBeNull();
      }),
    );
  });
});
