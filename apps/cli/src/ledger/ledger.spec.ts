import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { DeviceLedger, Holder } from '#contracts/ledger';
import { bytes, signedBytes } from '#contracts/units';
import { rowsOf, type RowOptions } from './rows.js';
import { ledgerTable } from './table.js';

interface Given {
  readonly name: string;
  readonly anon: number;
  readonly file: number;
}

function cgroup({ name, anon, file }: Given, index: number): Holder {
  return {
    id: `cgroup:${index}:${name}`,
    kind: 'cgroup',
    name,
    class: 'Running',
    flags: [],
    bytes: bytes(anon + file),
    parts: { anon: bytes(anon), shmem: bytes(0), file: bytes(file), kernel: bytes(0) },
    quality: 'measured',
  };
}

function process(within: string, name: string, amount: number): Holder {
  return {
    ...cgroup({ name, anon: amount, file: 0 }, amount),
    id: `process:${amount}:1`,
    kind: 'process',
    within,
  };
}

function device(holders: readonly Holder[]): DeviceLedger {
  const held = holders.reduce((sum, one) => sum + (one.within === undefined ? one.bytes : 0), 0);
  return {
    id: 'host',
    kind: 'host',
    name: 'Host memory',
    totalBytes: bytes(held + 1000),
    usedBytes: bytes(held + 300),
    reservedBytes: bytes(200),
    unattributedBytes: signedBytes(100),
    errorBoundBytes: bytes(0),
    unattributedKnown: [],
    unknownHolders: 0,
    quality: 'measured',
    holders,
  };
}

const flat: RowOptions = { sort: 'bytes', tree: false, open: () => false, filter: '' };
const openTree: RowOptions = { ...flat, tree: true, open: () => true };
const names = (rows: readonly { name: string; depth: number }[]): string[] =>
  rows.map(({ name, depth }) => `${depth} ${name}`);

describe('rows', () => {
  const given = [
    { name: '/', anon: 1, file: 0 },
    { name: '/a', anon: 10, file: 5 },
    { name: '/a/b', anon: 50, file: 0 },
    { name: '/a/c/d', anon: 5, file: 40 },
    { name: '/z', anon: 20, file: 0 },
  ].map(cgroup);

  it('are the exclusive rows by size, or by the part that is asked for', () => {
    expect(names(rowsOf(device(given), flat))).toEqual(['0 /a/b', '0 /a/c/d', '0 /z', '0 /a', '0 /']);
    expect(names(rowsOf(device(given), { ...flat, sort: 'file' })).slice(0, 2)).toEqual(['0 /a/c/d', '0 /a']);
    expect(names(rowsOf(device(given), { ...flat, sort: 'name' }))[0]).toBe('0 /');
  });

  it('as a tree hang below their path, with the sum of the subtree', () => {
    const rows = rowsOf(device(given), openTree);
    expect(names(rows)).toEqual(['0 a', '1 b', '1 c', '2 d', '1 (itself)', '0 z', '0 /']);
    expect(rows[0]).toMatchObject({ bytes: 110, anon: 65, file: 45, hasMore: true, isOpen: true });
  });

  it('are shown with their ancestors when something is looked for', () => {
    expect(names(rowsOf(device(given), { ...openTree, open: () => false, filter: 'd' }))).toEqual([
      '0 a',
      '1 c',
      '2 d',
    ]);
  });

  it('open to their processes', () => {
    const [first] = given.slice(4);
    const rows = rowsOf(device([first!, process(first!.id, 'postgres', 20)]), { ...flat, open: () => true });
    expect(names(rows)).toEqual(['0 /z', '1 postgres']);
  });

  it('always add up: the first level is everything held, each open row is its children', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 })
      .map((parts) => `/${parts.join('/')}`);
    const anyCgroup = fc.record({ name: path, anon: fc.nat(1000), file: fc.nat(1000) });
    fc.assert(
      fc.property(fc.uniqueArray(anyCgroup, { selector: ({ name }) => name, maxLength: 30 }), (all) => {
        const holders = all.map(cgroup);
        const held = holders.reduce((sum, one) => sum + one.bytes, 0);
        const rows = rowsOf(device(holders), openTree);
        expect(rows.filter(({ depth }) => depth === 0).reduce((sum, row) => sum + row.bytes, 0)).toBe(held);
        rows.forEach((row, at) => {
          const end = rows.findIndex((other, index) => index > at && other.depth <= row.depth);
          const below = rows
            .slice(at + 1, end < 0 ? undefined : end)
            .filter(({ depth }) => depth === row.depth + 1);
          const sum = below.reduce((total, child) => total + child.bytes, 0);
          expect(below.length === 0 ? row.bytes : sum).toBe(row.bytes);
        });
      }),
    );
  });
});

describe('the table', () => {
  const hostile = ['/\x1b[2Jevil\n/root', '/\u202Egnp.exe', `/${'界'.repeat(1024)}`].map((name, at) =>
    cgroup({ name, anon: 1024 ** (at + 1), file: 0 }, at),
  );

  it('ends with what adds up to the used bytes', () => {
    const lines = ledgerTable(device(hostile), { columns: 100, tree: false, details: false, limit: 40 });
    expect(lines.slice(-3).map((line) => line.slice(0, 22).trim())).toEqual([
      'reserved by the kernel',
      'unattributed',
      '= used',
    ]);
  });

  it('sums up what the limit leaves out', () => {
    const lines = ledgerTable(device(hostile), { columns: 100, tree: false, details: false, limit: 1 });
    expect(lines[3]).toMatch(/^2 more rows\s+1\.00 MiB/u);
  });

  it.each([60, 80, 120, 200])('keeps its lines whole at %p columns, whatever the names are', (columns) => {
    const lines = ledgerTable(device(hostile), { columns, tree: true, details: true, limit: 40 });
    for (const line of lines.slice(1)) {
      expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });
});
