/* Where libmemwarden.so is, and loading it once for each path. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Unavailable } from '#contracts/errors';
import { loadBindings, type Bindings } from './bindings.js';

const BUILT_AT = join('build', 'native', 'libmemwarden.so');

const loaded = new Map<string, Bindings>();

/** `libraryPath`, else the library that was built in a folder above this file. @throws {Unavailable} */
export function openLibrary(libraryPath?: string): Bindings {
  const path = libraryPath ?? findLibrary(import.meta.dirname);
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const bindings = loadBindings(path);
  loaded.set(path, bindings);
  return bindings;
}

/** Walks up from `start`. @throws {Unavailable} */
export function findLibrary(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, BUILT_AT);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) break;
  }
  throw new Unavailable(
    `${BUILT_AT} is in no folder above ${start}. Build it: cmake -G Ninja -S native -B build/native && cmake --build build/native`,
  );
}
