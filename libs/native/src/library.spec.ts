import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Unavailable } from '#contracts/errors';
import { findLibrary, openLibrary } from './library.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memwarden-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('findLibrary takes the nearest one above', () => {
  const deep = join(folder, 'dist/libs/native/src');
  mkdirSync(deep, { recursive: true });
  mkdirSync(join(folder, 'build/native'), { recursive: true });
  writeFileSync(join(folder, 'build/native/libmemwarden.so'), '');

  expect(findLibrary(deep)).toBe(join(folder, 'build/native/libmemwarden.so'));
});

test('findLibrary says how to build what it does not find', () => {
  expect(() => findLibrary(folder)).toThrow(Unavailable);
  expect(() => findLibrary(folder)).toThrow(/cmake --build build\/native/);
});

test('openLibrary takes the path that it is given', () => {
  expect(() => openLibrary(join(folder, 'none.so'))).toThrow(/none\.so/);
});

test('openLibrary loads a library once', () => {
  expect(openLibrary()).toBe(openLibrary());
});
