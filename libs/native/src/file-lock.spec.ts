import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { InvalidValue, NotFound, Unavailable } from '#contracts/errors';
import { FileLock, LockHeld } from './index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memwarden-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('FileLock', () => {
  test('has one holder, until it is released', () => {
    const path = join(folder, 'lock');
    {
      using _first = FileLock.acquire(path);
      expect(() => FileLock.acquire(path)).toThrow(LockHeld);
    }
    const second = FileLock.acquire(path);
    second.release();
    second.release();
    FileLock.acquire(path).release();
  });

  test('says why it cannot be had', () => {
    symlinkSync('target', join(folder, 'link'));

    expect(() => FileLock.acquire(join(folder, 'none/lock'))).toThrow(NotFound);
    expect(() => FileLock.acquire(join(folder, 'link'))).toThrow(Unavailable);
    expect(() => FileLock.acquire('a\0b')).toThrow(InvalidValue);
  });
});
