import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Unavailable } from '#contracts/errors';
import { ABI_VERSION, FUNCTIONS, loadBindings, STATUS, typeOfDeclaration } from './bindings.js';
import { CGROUP, COMM_BYTES, PROCESS, PROPORTIONAL, SCAN_FLAGS, SCAN_RESULT } from './layout.js';
import { findLibrary } from './library.js';

const root = join(import.meta.dirname, '../../..');
const header = readFileSync(join(root, 'native/include/memwarden.h'), 'utf8').replaceAll(
  /\/\*[\s\S]*?\*\//g,
  '',
);
const library = findLibrary(import.meta.dirname);

function functionsOf(text: string): [string, [string, string[]]][] {
  return [...text.matchAll(/^MW_API\s+([^;(]+?)(\w+)\(([^)]*)\);/gm)].map(
    ([, result = '', name = '', list = '']) => [
      name,
      [result.trim(), list === 'void' ? [] : list.split(',').map((p) => p.replaceAll(/\s+/g, ' ').trim())],
    ],
  );
}

function fieldsOf(struct: string): (string | number)[][] {
  const body = new RegExp(`typedef struct ${struct} \\{([^}]*)\\} ${struct};`).exec(header)?.[1] ?? '';
  return [...body.matchAll(/(\w+) (\w+)(?:\[(\w+)\])?;/g)].map(([, type = '', name = '', count]) =>
    count === undefined ? [name, type] : [name, type, count === 'MW_COMM_BYTES' ? COMM_BYTES : Number(count)],
  );
}

describe('the table of bindings and the header', () => {
  test('have the same functions in the same order with the same parameters', () => {
    const declared = functionsOf(header);

    expect(declared.length).toBeGreaterThan(10);
    expect(Object.entries(FUNCTIONS)).toEqual(declared);
  });

  test('have the same statuses', () => {
    const declared = [...header.matchAll(/(MW_(?:OK|ERR_\w+)) = (-?\d+)/g)].map(([, n, v]) => [n, Number(v)]);

    expect(Object.entries(STATUS)).toEqual(declared);
  });

  test('have the same constants', () => {
    expect(header).toContain(`#define MW_ABI_VERSION ${ABI_VERSION}\n`);
    expect(header).toContain(`#define MW_COMM_BYTES ${COMM_BYTES}\n`);
    const flags = [...header.matchAll(/#define (MW_SCAN_\w+) (\d+)U/g)].map(([, n, v]) => [n, Number(v)]);
    expect(Object.entries(SCAN_FLAGS)).toEqual(flags);
  });

  test.each([
    ['mw_scan_result', SCAN_RESULT, 24],
    ['mw_process', PROCESS, 136],
    ['mw_cgroup', CGROUP, 120],
    ['mw_proportional', PROPORTIONAL, 32],
  ])('have the same %s', (name, layout, bytes) => {
    expect(layout.fields).toEqual(fieldsOf(name));
    // header_c.c asserts the same number against the compiler.
    expect(layout.bytes).toBe(bytes);
  });
});

describe('the library', () => {
  test('exports what the header declares and nothing else', () => {
    const symbols = execFileSync('nm', ['-D', '--defined-only', library], { encoding: 'utf8' });
    const exported = [...symbols.matchAll(/ \w (\S+)$/gm)].map(([, name]) => name);

    expect(exported.sort()).toEqual(Object.keys(FUNCTIONS).sort());
  });

  test('needs nothing but the C library', () => {
    const dynamic = execFileSync('readelf', ['-d', library], { encoding: 'utf8' });
    const needed = [...dynamic.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name);

    expect(needed.every((name) => /^(libc\.so|ld-linux)/.test(name ?? ''))).toBe(true);
  });

  test('has a text for every status', () => {
    const native = loadBindings(library);
    const texts = Object.values(STATUS).map((status) => native.mw_status_text(status));

    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).not.toContain(native.mw_status_text(-999));
  });

  test.each(['/does/not/exist.so', '/etc/passwd'])('that does not load is named: %s', (path) => {
    expect(() => loadBindings(path)).toThrow(Unavailable);
    expect(() => loadBindings(path)).toThrow(path);
  });

  test('that is another library is refused', () => {
    expect(() => loadBindings('libc.so.6')).toThrow(Unavailable);
  });
});

test.each([
  ['const char *path', 'const char *'],
  ['mw_scanner **scanner', 'mw_scanner **'],
  ['uint32_t pid', 'uint32_t'],
])('the type of "%s" is "%s"', (declaration, type) => {
  expect(typeOfDeclaration(declaration)).toBe(type);
});
