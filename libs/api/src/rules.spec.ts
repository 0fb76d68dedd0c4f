import { describe, expect, it } from '@jest/globals';
import { Problems } from './problems.js';
import { checkRules } from './rules.js';
import type { Schema } from './schema.js';

const MESSAGE = 'must hold';
const ruled = (schema: Schema, rule: string): Schema => ({ ...schema, rules: [{ rule, message: MESSAGE }] });

function said(schema: Schema, value: unknown, old?: unknown): readonly string[] {
  const problems = new Problems();
  checkRules(schema, old === undefined ? { value } : { value, old }, 'here', problems);
  return problems.all.map(({ path, message }) => `${path}: ${message}`);
}

describe('a rule sees', () => {
  it.each<[string, Schema, unknown, string]>([
    ['whole numbers as int', { type: 'integer' }, 3, 'self / 2 == 1 && self + 1 == 4'],
    ['numbers as double', { type: 'number' }, 1, 'self + 0.5 == 1.5'],
    ['an amount as it is written', { type: 'intOrString' }, '1Gi', "self == '1Gi'"],
    ['an amount in bytes as int', { type: 'intOrString' }, 3, 'self / 2 == 1'],
    [
      'times as timestamp',
      { type: 'string', format: 'date-time' },
      '2026-01-01T00:00:00Z',
      "self < timestamp('2026-01-01T00:00:01Z')",
    ],
    ['texts by character', { type: 'string' }, '😀😀', 'size(self) == 2'],
    [
      'members that are there',
      { type: 'object', properties: { a: { type: 'boolean' } } },
      { a: false },
      'has(self.a) && !has(self.b)',
    ],
    [
      'no member of a prototype',
      { type: 'object', properties: {} },
      {},
      '!has(self.constructor) && !has(self.toString)',
    ],
    [
      'values of a map',
      { type: 'object', additionalProperties: { type: 'integer' } },
      { x: 1 },
      "self['x'] + 1 == 2",
    ],
    ['items', { type: 'array', items: { type: 'integer' } }, [1, 2], 'self.all(x, x + 1 > 1)'],
  ])('%s', (_what, schema, value, rule) => {
    expect(said(ruled(schema, rule), value)).toEqual([]);
    expect(said(ruled(schema, `!(${rule})`), value)).toEqual([`here: ${MESSAGE}`]);
  });
});

describe('a rule', () => {
  it('that cannot be evaluated refuses, and says so', () => {
    const broken = ruled({ type: 'object', properties: {} }, 'self.nothing > 1');
    expect(said(broken, {})).toEqual([
      expect.stringMatching(/^here: must hold \(the rule cannot be evaluated: ".+"\)$/),
    ]);
    expect(said(ruled({ type: 'string' }, 'self ==='), 'x')).toHaveLength(1);
    expect(said(ruled({ type: 'string' }, 'self'), 'x')).toEqual([`here: ${MESSAGE}`]);
  });

  it('about a change is asked only of a change', () => {
    const fixed: Schema = { type: 'object', properties: { a: ruled({ type: 'string' }, 'self == oldSelf') } };
    expect(said(fixed, { a: 'x' })).toEqual([]);
    expect(said(fixed, { a: 'x' }, {})).toEqual([]);
    expect(said(fixed, { a: 'x' }, { a: 'x' })).toEqual([]);
    expect(said(fixed, { a: 'x' }, { a: 'y' })).toEqual([`here.a: ${MESSAGE}`]);
  });

  it('about an item knows no item before it', () => {
    const list: Schema = { type: 'array', items: ruled({ type: 'string' }, 'self == oldSelf') };
    expect(said(list, ['x'], ['y'])).toEqual([]);
  });

  it('is not asked of what is not there, or null', () => {
    const never: Schema = {
      type: 'object',
      properties: { a: ruled({ type: 'string', nullable: true }, 'false') },
    };
    expect(said(never, {})).toEqual([]);
    expect(said(never, { a: null })).toEqual([]);
    expect(said(never, { a: 'x' })).toHaveLength(1);
  });
});
