import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import type { Holder } from '#contracts/ledger';
import { bytes, signedBytes } from '#contracts/units';
import type { LedgerAnswer } from '../client/answers.js';
import { pressed, received, START, troubled, visibleRows, type Key, type TopState } from './model.js';
import { draw, drawAll } from './view.js';

function holder(name: string, amount: number): Holder {
  const parts = { anon: bytes(amount), shmem: bytes(0), file: bytes(0), kernel: bytes(0) };
  return {
    id: `cgroup:${name}`,
    kind: 'cgroup',
    name,
    class: 'Running',
    flags: [],
    bytes: bytes(amount),
    parts,
    quality: 'measured',
  };
}

function answer(holders: readonly Holder[], used = 1000): LedgerAnswer {
  return {
    node: 'node-1',
    takenAt: '2026-01-02T03:04:05.678Z',
    devices: [
      {
        id: 'host',
        kind: 'host',
        name: 'Host memory',
        totalBytes: bytes(2000),
        usedBytes: bytes(used),
        reservedBytes: bytes(100),
        unattributedBytes: signedBytes(50),
        errorBoundBytes: bytes(0),
        unattributedKnown: [],
        unknownHolders: 0,
        quality: 'measured',
        holders,
      },
    ],
  };
}

const child: Holder = { ...holder('sh', 300), id: 'process:1:1', kind: 'process', within: 'cgroup:/a/one' };
const LEDGER = answer([holder('/a/one', 300), child, holder('/a/two', 400), holder('/b', 150)]);
const key = (name: string, text = ''): Key => ({ name, ctrl: false, text });
const sign = (text: string): Key => ({ name: text, ctrl: false, text });
const press = (state: TopState, ...keys: Key[]): TopState => keys.reduce(pressed, state);
const live = received(START, LEDGER, null);
const namesOf = (state: TopState): string[] => visibleRows(state).map(({ name }) => name);

describe('the keys of top', () => {
  it('choose a row, and stop at the ends', () => {
    expect(namesOf(live)).toEqual(['a', 'two', 'one', 'b']);
    expect(press(live, key('down')).selected).toBe('cgroup:/a/two');
    expect(press(live, key('end')).selected).toBe('cgroup:/b');
    expect(press(live, key('end'), key('down'), key('home'), key('up')).selected).toBe('path:/a');
  });

  it('open and close a row', () => {
    const chosen = press(live, key('down'), key('down'));
    expect(namesOf(press(chosen, key('space')))).toEqual(['a', 'two', 'one', 'sh', 'b']);
    expect(namesOf(press(chosen, key('left')))).toEqual(namesOf(live));
    expect(namesOf(press(chosen, key('right'), key('right')))).toContain('sh');
    expect(namesOf(press(live, key('home'), key('return')))).toEqual(['a', 'b']);
  });

  it('sort, flatten, find, and go back', () => {
    expect(namesOf(press(live, sign('t')))).toEqual(['/a/two', '/a/one', '/b']);
    expect(namesOf(press(live, sign('n')))).toEqual(['a', 'one', 'two', 'b']);
    const found = press(
      live,
      { name: undefined, ctrl: false, text: '/' },
      sign('t'),
      sign('w'),
      key('backspace'),
      sign('w'),
      key('return'),
    );
    expect(namesOf(found)).toEqual(['a', 'two']);
    expect(namesOf(press(found, key('escape')))).toEqual(namesOf(live));
  });

  it('hold still: news waits', () => {
    const still = press(live, sign('p'));
    expect(received(still, answer([]), null).ledger).toBe(LEDGER);
    expect(received(press(still, sign('p')), answer([]), null).ledger).not.toBe(LEDGER);
  });

  it('leave by q and by Ctrl-C, also while typing', () => {
    expect(press(live, sign('q')).isOver).toBe(true);
    expect(
      press(press(live, { name: undefined, ctrl: false, text: '/' }), { name: 'c', ctrl: true, text: '\x03' })
        .isOver,
    ).toBe(true);
  });
});

describe('the picture of top', () => {
  const area = fc.record({
    columns: fc.integer({ min: 1, max: 300 }),
    rows: fc.integer({ min: 1, max: 100 }),
  });
  const anyHolders = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), {
    maxLength: 40,
  });

  it('fills the terminal exactly, at every size, whatever the names are', () => {
    fc.assert(
      fc.property(area, anyHolders, fc.boolean(), ({ columns, rows }, names, tree) => {
        const holders = names.map((name, at) => holder(`/${name}`, at));
        const lines = draw({ ...received(START, answer(holders), null), tree }, { columns, rows });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const { text } of lines) {
          expect(stringWidth(text)).toBe(columns);
          expect(text).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });

  it('keeps the chosen row in sight', () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      holder(`/cgroup-${String(at).padStart(3, '0')}`, 300 - at),
    );
    const state = press(received(START, answer(many), null), sign('t'), key('end'));
    const lines = draw(state, { columns: 80, rows: 24 });
    expect(lines).toHaveLength(24);
    expect(lines.find(({ style }) => style === 'selected')?.text).toContain('cgroup-299');
  });

  it('says that the link is lost, and keeps what was there', () => {
    const lines = draw(troubled(live, 'http://x cannot be reached.'), { columns: 100, rows: 10 });
    expect(lines[0]).toMatchObject({ style: 'alarm', text: expect.stringContaining('link lost') as unknown });
    expect(lines.at(-1)?.text).toContain('cannot be reached');
    expect(lines.some(({ text }) => text.includes('two'))).toBe(true);
  });

  it('shows every row when it is drawn once', () => {
    expect(drawAll(live, 100)).toHaveLength(4 + visibleRows(live).length);
    expect(draw(START, { columns: 40, rows: 5 })[0]?.text).toContain('Waiting for the first ledger');
  });

  it('shows the keys', () => {
    const lines = draw(press(live, key('h')), { columns: 80, rows: 24 });
    expect(lines[0]?.text).toContain('keys');
    expect(press(live, key('h'), key('x')).isHelpShown).toBe(false);
  });
});
