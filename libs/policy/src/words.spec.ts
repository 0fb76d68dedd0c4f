import { expect, it } from '@jest/globals';
import { GIB, KIB, MIB } from '#contracts/units';
import { bytesInWords, percentInWords, secondsInWords, sentence } from './words.js';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [KIB, '1.0 KiB'],
  [MIB - 1, '1023.9 KiB'],
  [4.66 * GIB, '4.6 GiB'],
  [1024 * GIB, '1.0 TiB'],
  [-2 * GIB, '-2.0 GiB'],
])('%d bytes: %s', (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words);
});

it('a number never reads as having reached a mark that it has not', () => {
  expect(percentInWords(89.99)).toBe('89.9 %');
  expect(percentInWords(90)).toBe('90 %');
  expect(secondsInWords(59_999)).toBe('59 s');
});

it('a sentence has one full stop', () => {
  expect([sentence('Redis is away'), sentence('Redis is away.')]).toEqual([
    'Redis is away.',
    'Redis is away.',
  ]);
});
