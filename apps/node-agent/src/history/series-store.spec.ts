import { describe, expect, it } from '@jest/globals';
import { bytes } from '#contracts/units';
import { deviceOf, rowOf } from '../../test/fakes.js';
import { MOST_PROCESSES, MOST_ROWS, NOBODY, observe, type Observation } from './observations.js';
import { selectLargest } from './selection.js';
import { CAPACITY, SeriesStore } from './series-store.js';

const START = 1_700_000_000_000;
const of = (holder: string, value = 1): Observation => ({
  device: 'host',
  holder,
  quantity: 'bytes',
  name: holder,
  limitBytes: null,
  value,
});
const many = (prefix: string, count: number): Observation[] =>
  Array.from({ length: count }, (_, i) => of(`${prefix}${i}`));

describe('selectLargest', () => {
  it('takes the largest, and lets the chosen stay until another is a quarter larger', () => {
    const sizes = (b: number): { id: string; bytes: number }[] => [
      { id: 'a', bytes: 100 },
      { id: 'b', bytes: b },
    ];
    expect([...selectLargest(sizes(90), new Set(), 1)]).toEqual(['a']);
    expect([...selectLargest(sizes(124), new Set(['a']), 1)]).toEqual(['a']);
    expect([...selectLargest(sizes(126), new Set(['a']), 1)]).toEqual(['b']);
  });
});

describe('observe', () => {
  it('follows the device, growth and bytes of rows, bytes of processes', () => {
    const row = rowOf('cgroup:1:/a', 10, {
      parts: { anon: bytes(1), shmem: bytes(2), file: bytes(3), kernel: bytes(4) },
    });
    const process = rowOf('process:1:1', 6, { kind: 'process', within: row.id });
    const rest = rowOf('rest:1:/a', 4, { kind: 'bucket', within: row.id });
    const { observations } = observe(deviceOf([row, process, rest]), NOBODY);
    expect(observations.map(({ holder, quantity, value }) => [holder, quantity, value])).toEqual([
      [null, 'used', 10],
      [null, 'unattributed', 0],
      [row.id, 'bytes', 10],
      [row.id, 'growth', 7],
      [process.id, 'bytes', 6],
    ]);
  });

  it('never asks for more series than there is room for', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => rowOf(`cgroup:${i}:/`, i));
    const processes = Array.from({ length: 5000 }, (_, i) =>
      rowOf(`process:${i}:1`, 0, { kind: 'process', within: 'cgroup:1:/', bytes: bytes(i + 1) }),
    );
    const { observations } = observe(deviceOf([...rows, ...processes]), NOBODY);
    expect(observations).toHaveLength(2 + 2 * MOST_ROWS + MOST_PROCESSES);
    expect(observations.length).toBeLessThan(CAPACITY);
  });
});

describe('SeriesStore', () => {
  it('gives each series a URL-safe id that lasts', () => {
    const store = new SeriesStore('n1');
    store.record(START, [of('cgroup:1:/ä ö/\n')]);
    const [ref] = store.list({});
    expect(ref?.id).toMatch(/^[\w-]{22}$/);
    const again = new SeriesStore('n1');
    again.record(START + 1, [of('cgroup:1:/ä ö/\n')]);
    expect(again.list({})[0]?.id).toBe(ref?.id);
  });

  it('lists by device and holder, reads by id, and knows no other', () => {
    const store = new SeriesStore('n1');
    store.record(START, [of('a', 5), of('b', 6)]);
    store.record(START + 5000, [of('a', 7)]);
    expect(store.list({ holder: 'a' })).toMatchObject([
      { holder: 'a', lastBytes: 7, firstAtMs: START, lastAtMs: START + 5000 },
    ]);
    expect(store.list({ device: 'gpu' })).toEqual([]);
    const id = store.list({ holder: 'a' })[0]?.id ?? '';
    expect(store.read(id, { fromMs: 0, toMs: START + 10_000 })?.blocks.map((block) => block.max)).toEqual([
      5, 7,
    ]);
    expect(store.read('nobody', { fromMs: 0, toMs: START })).toBeNull();
  });

  it('never has more than its capacity, and drops the gone, short lives first, then the longest gone', () => {
    const store = new SeriesStore('n1');
    const live = many('live', CAPACITY - 3);
    store.record(START, [...live, of('old'), of('older')]);
    store.record(START + 100_000, [...live, of('old'), of('older')]);
    store.record(START + 200_000, [...live, of('old'), of('brief')]);
    expect(store.size).toBe(CAPACITY);
    const left = (...names: string[]): number[] => names.map((holder) => store.list({ holder }).length);
    store.record(START + 300_000, [...live, of('new1')]);
    expect(left('old', 'older', 'brief', 'new1')).toEqual([1, 1, 0, 1]);
    store.record(START + 400_000, [...live, of('new1'), of('new2')]);
    expect(left('old', 'older', 'new2')).toEqual([1, 0, 1]);
  });

  it('keeps every series of who is there, when all of the room is taken by them', () => {
    const store = new SeriesStore('n1');
    store.record(START, many('live', CAPACITY));
    store.record(START + 5000, [of('new'), ...many('live', CAPACITY)]);
    expect(store.size).toBe(CAPACITY);
    expect(store.list({ holder: 'new' })).toEqual([]);
  });

  it('starts a place that was somebody else’s with no blocks', () => {
    const store = new SeriesStore('n1');
    store.record(START, many('a', CAPACITY));
    store.record(START + 5000, many('b', CAPACITY));
    const id = store.list({ holder: 'b7' })[0]?.id ?? '';
    expect(store.read(id, { fromMs: 0, toMs: START + 100_000 })?.blocks).toHaveLength(1);
  });

  it('stands cgroups that are made and removed 100 times a second', () => {
    const store = new SeriesStore('n1');
    const steady = many('steady', 300);
    for (let tick = 0; tick < 200; tick += 1)
      store.record(START + tick * 5000, [...steady, ...many(`brief${tick}-`, 500)]);
    expect(store.size).toBe(CAPACITY);
    const id = store.list({ holder: 'steady0' })[0]?.id ?? '';
    expect(
      store.read(id, { fromMs: START + 199 * 5000 - 300_000, toMs: START + 10 ** 7 })?.blocks.length,
    ).toBeGreaterThan(60);
  });

  it('takes one that made room for a new series when it comes back', () => {
    const store = new SeriesStore('n1');
    store.record(START, [of('first')]);
    store.record(START + 1, many('other', CAPACITY));
    store.record(START + 2, [of('first', 7)]);
    const series = store.list({ holder: 'first' });
    expect(series).toMatchObject([{ firstAtMs: START + 2, lastBytes: 7 }]);
    expect(store.read(series[0]!.id, { fromMs: 0, toMs: START + 10_000 })?.blocks).toHaveLength(1);
  });

  it('reaches back to where a clock that was set back has come to', () => {
    const store = new SeriesStore('n1');
    store.record(START, [of('a', 1)]);
    store.record(START - 60_000, [of('a', 2)]);
    expect(store.list({ holder: 'a' })).toMatchObject([
      { firstAtMs: START - 60_000, lastAtMs: START - 60_000 },
    ]);
    const id = store.list({ holder: 'a' })[0]!.id;
    expect(store.read(id, { fromMs: 0, toMs: START })?.blocks.map(({ max }) => max)).toEqual([2]);
  });
});
