import { describe, expect, it } from '@jest/globals';
import type { LabelSelector } from '#api';
import { labelTest } from './selector.js';

type Row = readonly [string, LabelSelector, Readonly<Record<string, string>> | null, boolean];

const ROWS: readonly Row[] = [
  ['an empty selector matches everything that is known', {}, {}, true],
  ['unknown labels match nothing, not even an empty selector', {}, null, false],
  [
    'unknown labels do not lack a label',
    { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] },
    null,
    false,
  ],
  ['matchLabels: equal', { matchLabels: { app: 'cache' } }, { app: 'cache', more: 'x' }, true],
  ['matchLabels: another value', { matchLabels: { app: 'cache' } }, { app: 'web' }, false],
  ['matchLabels: all of them', { matchLabels: { app: 'cache', tier: 'a' } }, { app: 'cache' }, false],
  ['In', { matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] }, { a: '2' }, true],
  ['In: absent', { matchExpressions: [{ key: 'a', operator: 'In', values: ['1'] }] }, {}, false],
  [
    'In without values matches nothing',
    { matchExpressions: [{ key: 'a', operator: 'In' }] },
    { a: '1' },
    false,
  ],
  [
    'NotIn: absent matches, as in Kubernetes',
    { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] },
    {},
    true,
  ],
  ['NotIn: there', { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, { a: '1' }, false],
  ['Exists: with an empty value', { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, { a: '' }, true],
  ['Exists: absent', { matchExpressions: [{ key: 'a', operator: 'Exists' }] }, { b: '' }, false],
  ['DoesNotExist', { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] }, { b: '' }, true],
  [
    'labels and expressions are both asked',
    { matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] },
    { a: '1' },
    false,
  ],
  [
    'what every object inherits is no label',
    { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
    {},
    false,
  ],
];

describe('labelTest', () => {
  it.each(ROWS)('%s', (_, selector, labels, expected) => {
    expect(labelTest(selector)(labels)).toBe(expected);
  });

  it('takes a label called __proto__ as any other', () => {
    const labels = JSON.parse('{"__proto__": "1"}') as Record<string, string>;
    expect(
      labelTest({ matchExpressions: [{ key: '__proto__', operator: 'In', values: ['1'] }] })(labels),
    ).toBe(true);
    expect(labelTest({ matchExpressions: [{ key: '__proto__', operator: 'Exists' }] })({})).toBe(false);
  });
});
