import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { alignRight, fit, truncate } from './columns.js';
import { printable } from './escape.js';
import { percent, size } from './size.js';

const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('printable', () => {
  it('shows what would move the cursor, colour or make a line', () => {
    expect(printable('a\nb\r\t\x1b[31mred\x07\x9b2J')).toBe('a\\nb\\r\\t\\x1b[31mred\\x07\\x9b2J');
  });

  it('shows what turns the direction of writing', () => {
    expect(printable('pay\u202Efdp.exe\u2069\u200f')).toBe('pay\\u202efdp.exe\\u2069\\u200f');
  });

  it('leaves other scripts as they are', () => {
    expect(printable('日本語 ünïcode 🎉 back\\slash')).toBe('日本語 ünïcode 🎉 back\\slash');
  });

  it('never lets a control character through', () => {
    fc.assert(fc.property(anyText, (text) => !/[\p{Cc}\u2028\u2029\u202a-\u202e]/u.test(printable(text))));
  });
});

describe('columns', () => {
  it('fills up and cuts to exactly the width', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, width) => {
        expect(stringWidth(fit(printable(text), width))).toBe(width);
      }),
    );
  });

  it('counts East Asian characters as two columns', () => {
    expect(fit('日本語', 4)).toBe('日… ');
    expect(truncate('日本語', 6)).toBe('日本語');
  });

  it('costs no more for a name of 4 KiB than for a line of it', () => {
    expect(stringWidth(truncate('e\u0301'.repeat(2048), 20))).toBe(20);
  });

  it('aligns on the right and never cuts figures', () => {
    expect(alignRight('12', 4)).toBe('  12');
    expect(alignRight('12345', 4)).toBe('12345');
  });
});

describe('size', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [1047552, '1023 KiB'],
    [1048064, '1.00 MiB'],
    [25 * 1024 ** 3, '25.0 GiB'],
    [-3 * 1024 ** 2, '−3.00 MiB'],
    [9007199254740991, '8.00 PiB'],
    [null, 'unknown'],
  ])('%p is %p', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });

  it('is never wider than a column of the table', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (bytes) => size(bytes).length <= 10));
  });

  it('says nothing of a share of nothing', () => {
    expect(percent(1, 0)).toBe('–');
    expect(percent(1, 3)).toBe('33.3 %');
  });
});
