import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { conditionOf, isConditionTrue, rfc3339, withCondition, type Condition } from './index.js';

const accepted = { type: 'Accepted', status: 'True', reason: 'Valid', message: '' } as const;

describe('withCondition', () => {
  it('adds a condition with the time of now', () => {
    expect(withCondition([], accepted, 1000)).toEqual([
      { ...accepted, lastTransitionTime: '1970-01-01T00:00:01.000Z' },
    ]);
  });

  it('keeps the time while the status stays', () => {
    const before = withCondition([], accepted, 1000);
    const after = withCondition(before, { ...accepted, reason: 'Again', observedGeneration: 2 }, 2000);
    expect(after).toEqual([
      { ...accepted, reason: 'Again', observedGeneration: 2, lastTransitionTime: rfc3339(1000) },
    ]);
  });

  it('moves the time when the status changes', () => {
    const after = withCondition(withCondition([], accepted, 1000), { ...accepted, status: 'False' }, 2000);
    expect(conditionOf(after, 'Accepted')?.lastTransitionTime).toBe(rfc3339(2000));
  });

  it('gives the same array when nothing changes', () => {
    const before = withCondition([], { ...accepted, message: 'x'.repeat(2000) }, 1000);
    expect(withCondition(before, { ...accepted, message: 'x'.repeat(2000) }, 2000)).toBe(before);
  });

  it('keeps the others, and their order', () => {
    const two = withCondition(withCondition([], accepted, 1), { ...accepted, type: 'InForce' }, 2);
    expect(withCondition(two, { ...accepted, status: 'False' }, 3).map(({ type }) => type)).toEqual([
      'Accepted',
      'InForce',
    ]);
  });

  it('cuts a message to what the CRDs take, between characters', () => {
    const [cut] = withCondition([], { ...accepted, message: '😀'.repeat(1025) }, 0);
    expect(Array.from(cut?.message ?? '')).toHaveLength(1024);
    expect(cut?.message.isWellFormed()).toBe(true);
    expect(withCondition([], { ...accepted, message: '😀'.repeat(1024) }, 0)[0]?.message).toBe(
      '😀'.repeat(1024),
    );
  });

  it('has one of a type, with the newest words, whatever comes', () => {
    const observed = fc.record({
      type: fc.constantFrom('A', 'B', 'C'),
      status: fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const),
      reason: fc.constantFrom('X', 'Y'),
      message: fc.string(),
    });
    fc.assert(
      fc.property(fc.array(observed), (all) => {
        let conditions: readonly Condition[] = [];
        all.forEach((each, i) => {
          conditions = withCondition(conditions, each, i * 1000);
          expect(conditionOf(conditions, each.type)).toMatchObject(each);
        });
        expect(new Set(conditions.map(({ type }) => type)).size).toBe(conditions.length);
      }),
    );
  });
});

describe('isConditionTrue', () => {
  it('is false when nobody said anything', () => {
    expect(isConditionTrue(undefined, 'Accepted')).toBe(false);
    expect(isConditionTrue([], 'Accepted')).toBe(false);
  });

  it('says what was said', () => {
    expect(isConditionTrue(withCondition([], accepted, 0), 'Accepted')).toBe(true);
    expect(isConditionTrue(withCondition([], { ...accepted, status: 'Unknown' }, 0), 'Accepted')).toBe(false);
  });
});
