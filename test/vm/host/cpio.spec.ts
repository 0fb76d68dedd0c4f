import { InvalidValue } from '#contracts/errors';
import { describe, expect, it } from '@jest/globals';
import { archive, device, directory, file, link } from './cpio.js';

/** An independent reading of the format, straight from the kernel's document. */
function read(data: Buffer): { path: string; mode: number; body: string }[] {
  const found = [];
  let at = 0;
  for (;;) {
    expect(data.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number): number =>
      parseInt(data.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16);
    const nameEnd = at + 110 + field(11);
    const path = data.toString('utf8', at + 110, nameEnd - 1);
    if (path === 'TRAILER!!!') return found;
    const start = Math.ceil(nameEnd / 4) * 4;
    found.push({ path, mode: field(1), body: data.toString('utf8', start, start + field(6)) });
    at = Math.ceil((start + field(6)) / 4) * 4;
  }
}

describe('archive', () => {
  it('keeps names, modes and contents of any length', () => {
    const made = archive([
      file('init', Buffer.from('#!/bin/sh\n'), 0o755),
      file('a/b/odd', Buffer.from('12345')),
      link('bin/sh', 'busybox'),
    ]);
    expect(read(made)).toEqual([
      { path: 'init', mode: 0o100755, body: '#!/bin/sh\n' },
      { path: 'a', mode: 0o040755, body: '' },
      { path: 'a/b', mode: 0o040755, body: '' },
      { path: 'a/b/odd', mode: 0o100644, body: '12345' },
      { path: 'bin', mode: 0o040755, body: '' },
      { path: 'bin/sh', mode: 0o120777, body: 'busybox' },
    ]);
  });

  it('makes each directory once', () => {
    const paths = read(archive([file('a/x', Buffer.alloc(0)), directory('a'), file('a/y', Buffer.alloc(0))]));
    expect(paths.map((entry) => entry.path)).toEqual(['a', 'a/x', 'a/y']);
  });

  it('ends on a whole block, so that archives can be concatenated', () => {
    expect(archive([device('dev/console', 5, 1)]).length % 512).toBe(0);
  });

  it('refuses absolute paths', () => {
    expect(() => archive([directory('/etc')])).toThrow(InvalidValue);
  });
});
