import { describe, expect, it } from '@jest/globals';
import { bytes, KIB, MIB } from '#contracts/units';
import { hugePagesFolder, parseFreeHugePages } from './hugepages.js';

describe('parseFreeHugePages', () => {
  it('multiplies pages by the size in the name of their folder', () => {
    expect(parseFreeHugePages('hugepages-1048576kB', '3\n')).toBe(3 * 1024 * MIB);
    expect(parseFreeHugePages('hugepages-64kB', '0\n')).toBe(0);
  });

  it.each([
    ['hugepages-kB', '1\n'],
    ['hugepages-2048', '1\n'],
    ['x-hugepages-2048kB', '1\n'],
    ['hugepages-2048kB', ''],
    ['hugepages-2048kB', '-1\n'],
    ['hugepages-2048kB', '9007199254740991\n'],
  ])('has nothing for %j with %j', (folder, text) => {
    expect(parseFreeHugePages(folder, text)).toBeNull();
  });

  it('knows the folder of a size', () => {
    expect(hugePagesFolder(bytes(2048 * KIB))).toBe('hugepages-2048kB');
  });
});
