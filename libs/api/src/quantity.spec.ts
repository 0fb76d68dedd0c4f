import { describe, expect, it } from '@jest/globals';
import { InvalidValue } from '#contracts/errors';
import fc from 'fast-check';
import { parseQuantity } from './index.js';

function outcomeOf(text: string): unknown {
  try {
    return Number.isSafeInteger(parseQuantity(text)) ? 'fine' : 'not whole';
  } catch (error) {
    return error instanceof InvalidValue ? 'fine' : error;
  }
}

describe('parseQuantity', () => {
  it.each([
    [0, 0],
    [1024, 1024],
    ['0', 0],
    ['1024', 1024],
    ['1k', 1000],
    ['1Ki', 1024],
    ['1M', 1e6],
    ['1Mi', 2 ** 20],
    ['1G', 1e9],
    ['1Gi', 2 ** 30],
    ['1T', 1e12],
    ['1Ti', 2 ** 40],
    ['1P', 1e15],
    ['1Pi', 2 ** 50],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['.5Ki', 512],
    ['5.Ki', 5120],
    ['+1Ki', 1024],
    ['1e3', 1000],
    ['1E3', 1000],
    ['1e+3', 1000],
    ['1500e-1', 150],
    ['12e-1', 2],
    ['1500m', 2],
    ['100m', 1],
    ['1u', 1],
    ['1n', 1],
    ['0m', 0],
    ['0.1', 1],
    ['0.3Ki', 308],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['7.9Pi', 8894609264056730],
    ['0e99999999', 0],
    ['1e-99999999999', 1],
  ])('%p is %p bytes', (text, wanted) => {
    expect(parseQuantity(text)).toBe(wanted);
  });

  it.each([
    '',
    ' ',
    '.',
    '+',
    '-1',
    '-0',
    '1 Gi',
    '1GB',
    '1gi',
    '1KI',
    '1K',
    '1ki',
    'Gi',
    '1ee3',
    '1e',
    '1e1.5',
    '0x10',
    '1_000',
    '١',
    'NaN',
    '1Gi\n',
    '1'.repeat(65),
  ])('refuses %p', (text) => {
    expect(() => parseQuantity(text)).toThrow(InvalidValue);
  });

  it.each(['8Pi', '1Ei', '1E', '9007199254740992', '1e300', '1e99999999999', `${'9'.repeat(60)}Ei`, 2 ** 53])(
    'says that %p is too much',
    (value) => {
      expect(() => parseQuantity(value)).toThrow('8Pi or more');
    },
  );

  it.each([-1, 1.5, NaN, Infinity])('refuses the number %p', (value) => {
    expect(() => parseQuantity(value)).toThrow('not a whole number');
  });

  it('reads every whole number as itself', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => expect(parseQuantity(String(n))).toBe(parseQuantity(n))));
  });

  it('never makes less of a larger text, and never less than there is', () => {
    const amount = fc.tuple(fc.nat(8_000_000), fc.nat(999), fc.constantFrom('', 'k', 'Ki', 'M', 'Mi', 'm'));
    const exact = ([whole, fraction, unit]: readonly [number, number, string]): number => {
      const factor = { '': 1, k: 1e3, Ki: 1024, M: 1e6, Mi: 2 ** 20, m: 1e-3 }[unit] ?? NaN;
      return (whole + fraction / 1000) * factor;
    };
    fc.assert(
      fc.property(amount, ([whole, fraction, unit]) => {
        const value = parseQuantity(`${whole}.${String(fraction).padStart(3, '0')}${unit}`);
        expect(value - exact([whole, fraction, unit])).toBeGreaterThanOrEqual(-1e-3);
        expect(value - exact([whole, fraction, unit])).toBeLessThan(1 + 1e-3);
      }),
    );
  });

  it('throws nothing else, whatever it reads, and soon', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.eE+-]{0,70}[a-zA-Z]{0,2}$/)), (text) => {
        expect(outcomeOf(text)).toBe('fine');
      }),
    );
  });
});
