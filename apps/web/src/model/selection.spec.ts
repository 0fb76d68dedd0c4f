import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLUMNS } from './order.js';
import { foldMark } from './fold.js';
import { RANGE_NAMES } from './history.js';
import {
  decodeSelection,
  DONE_VIEWS,
  encodeSelection,
  NOTHING_CHOSEN,
  QUESTIONS,
  type Selection,
} from './selection.js';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });

const anySelection: fc.Arbitrary<Selection> = fc.record({
  node: fc.option(text),
  device: fc.option(text),
  row: fc.option(text),
  sort: fc.record({ column: fc.constantFrom(...COLUMNS), descending: fc.boolean() }),
  query: fc.string({ unit: 'grapheme', maxLength: 60 }),
  range: fc.constantFrom(...RANGE_NAMES),
  turned: fc.uniqueArray(fc.string().map(foldMark), { maxLength: 64 }),
  quantity: fc.constantFrom(null, 'growth', 'bytes', 'used', 'unattributed'),
  exact: fc.boolean(),
  theme: fc.constantFrom(null, 'light', 'dark'),
  question: fc.constantFrom(...QUESTIONS),
  done: fc.constantFrom(...DONE_VIEWS),
  opened: fc.option(text),
});

describe('the address', () => {
  it('gives back whatever was chosen', () => {
    fc.assert(
      fc.property(anySelection, (selection) => {
        expect(decodeSelection(encodeSelection(selection))).toEqual(selection);
      }),
    );
  });

  it('never fails, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (hash) =>
        expect(() => decodeSelection(`#${hash}`)).not.toThrow(),
      ),
    );
    expect(
      decodeSelection('#/nodes/%E0%A4%A?sort=up&range=1y&fold=<b>.!&theme=red&done=x&question=4'),
    ).toEqual(NOTHING_CHOSEN);
  });

  it('is short where nothing was chosen', () => {
    expect(encodeSelection(NOTHING_CHOSEN)).toBe('#/');
    expect(encodeSelection({ ...NOTHING_CHOSEN, node: 'gpu-17' })).toBe('#/nodes/gpu-17');
  });
});
