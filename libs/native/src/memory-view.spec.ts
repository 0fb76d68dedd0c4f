import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidValue } from '#contracts/errors';
import { MemoryView } from './memory-view.js';

function viewOf(bytes: Uint8Array): MemoryView {
  const memory = new ArrayBuffer(Math.ceil((bytes.length + 1) / 8) * 8);
  new Uint8Array(memory).set(bytes);
  return new MemoryView(memory);
}

describe('MemoryView.u64', () => {
  test('gives back every whole number that a number can hold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), (value) => {
        const memory = new ArrayBuffer(8);
        new DataView(memory).setBigUint64(0, value, true);
        expect(new MemoryView(memory).u64(0)).toBe(Number(value));
      }),
    );
  });

  test('refuses every other', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }), (value) => {
        const memory = new ArrayBuffer(8);
        new DataView(memory).setBigUint64(0, value, true);
        expect(() => new MemoryView(memory).u64(0)).toThrow(InvalidValue);
      }),
    );
  });

  test('is null for MW_ABSENT only where that is asked for', () => {
    const memory = new BigUint64Array([2n ** 64n - 1n, 5n]).buffer;
    expect(new MemoryView(memory).optionalU64(0)).toBeNull();
    expect(new MemoryView(memory).optionalU64(8)).toBe(5);
    expect(() => new MemoryView(memory).u64(0)).toThrow(InvalidValue);
  });

  test('refuses what is outside the memory', () => {
    expect(() => new MemoryView(new ArrayBuffer(8)).u64(8)).toThrow(InvalidValue);
    expect(() => new MemoryView(new ArrayBuffer(8)).u8(8)).toThrow(InvalidValue);
  });
});

describe('MemoryView.path', () => {
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.string({ unit: 'grapheme', maxLength: 4 }).map((s) => Buffer.from(s)),
  );

  test('tells apart what differs, in bytes that are no UTF-8 too', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const same = Buffer.from(a).equals(Buffer.from(b));
        expect(viewOf(a).path(0, a.length) === viewOf(b).path(0, b.length)).toBe(same);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    [Buffer.from('/kubepods.slice/x\\x2dy'), '/kubepods.slice/x\\x2dy'],
    [Buffer.from('/ä😀'), '/ä😀'],
    [Buffer.from([0x2f, 0xff]), '/\uFFFDff'],
    [Buffer.from('/\uFFFD'), '/\uFFFDef\uFFFDbf\uFFFDbd'],
  ])('%j is %j', (bytes, path) => {
    expect(viewOf(bytes).path(0, bytes.length)).toBe(path);
  });
});
