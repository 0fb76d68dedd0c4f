import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memberPath, nearest, quote } from './problems.js';

describe('nearest', () => {
  const fields = ['percentOfLimit', 'clearPercent', 'forSeconds', 'signal'];

  it.each([
    ['percentOfLimt', 'percentOfLimit'],
    ['PERCENTOFLIMIT', 'percentOfLimit'],
    ['singal', 'signal'],
    ['sgnl', null],
    ['clear', 'clearPercent'],
    ['replicas', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ])('for %p is %p', (word, wanted) => {
    expect(nearest(word, fields)).toBe(wanted);
  });
});

describe('quote', () => {
  it('escapes what JSON leaves as it is', () => {
    expect(quote('\u007f\u0085\u202e\u2028\u{e0001}ä')).toBe('"\\u007f\\u0085\\u202e\\u2028\\udb40\\udc01ä"');
  });

  it('leaves no character that moves a cursor, and cuts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const quoted = quote(text);
        expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(quoted.isWellFormed()).toBe(true);
        expect(quoted.length).toBeLessThanOrEqual(2 + 12 * 65);
      }),
    );
  });
});

describe('memberPath', () => {
  it('quotes what is no plain name', () => {
    expect(memberPath('', 'spec')).toBe('spec');
    expect(memberPath('spec', 'match')).toBe('spec.match');
    expect(memberPath('metadata.labels', 'a/b')).toBe('metadata.labels["a/b"]');
    expect(memberPath('spec', '\u001b')).toBe('spec["\\u001b"]');
  });
});
