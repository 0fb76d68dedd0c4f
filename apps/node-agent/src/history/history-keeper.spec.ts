import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock, ledgerOf, rowOf } from '../../test/fakes.js';
import { HistoryFile } from './history-file.js';
import { decodeHistory, encodeHistory, HistoryUnusable } from './history-format.js';
import { HistoryKeeper } from './history-keeper.js';
import { CAPACITY, SeriesStore } from './series-store.js';
import { type Observation } from './observations.js';

const ALWAYS = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
let dir: string;
let clock: FakeClock;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'memwarden-history-'));
  clock = new FakeClock();
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const path = (): string => join(dir, 'history.mwh');
const keeper = (node = 'n1', stateDir = dir): HistoryKeeper => new HistoryKeeper(node, stateDir, clock);

async function filled(): Promise<HistoryKeeper> {
  const one = keeper();
  await one.load();
  for (const size of [10, 20, 30]) {
    one.record(ledgerOf(clock.wallMs, [rowOf('cgroup:1:/a\n\u0000💥', size * 4096)]));
    clock.advance(5000);
  }
  return one;
}

function contents(of: HistoryKeeper): unknown[] {
  return of.list({}).map((series) => of.read(series.id, ALWAYS));
}

describe('HistoryKeeper', () => {
  it('has after a restart what it had before', async () => {
    const one = await filled();
    await one.save();
    const two = keeper();
    await two.load();
    expect(contents(two)).toEqual(contents(one));
    expect(contents(two)).toHaveLength(4);
    two.record(ledgerOf(clock.wallMs, [rowOf('cgroup:1:/a\n\u0000💥', 4096)]));
    expect(two.seriesCount).toBe(4);
    expect(two.health()).toEqual({ component: 'history', state: 'ok' });
  });

  it('writes its file every minute, readable for its user only, and nothing beside it', async () => {
    const one = keeper();
    await one.load();
    clock.advance(59_000);
    one.record(ledgerOf(clock.wallMs, []));
    expect(readdirSync(dir)).toEqual([]);
    clock.advance(1000);
    one.record(ledgerOf(clock.wallMs, []));
    await one.save(); // joins the one under way
    expect(readdirSync(dir)).toEqual(['history.mwh']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it.each([
    [
      'cut off',
      () => {
        truncateSync(path(), statSync(path()).size - 1);
      },
    ],
    [
      'cut off within its head',
      () => {
        truncateSync(path(), 20);
      },
    ],
    [
      'empty',
      () => {
        truncateSync(path(), 0);
      },
    ],
    [
      'damaged',
      () => {
        flip(path(), 500);
      },
    ],
    [
      'of another version',
      () => {
        flip(path(), 8);
      },
    ],
    [
      'something else',
      () => {
        writeFileSync(path(), 'x'.repeat(500));
      },
    ],
    [
      'too large',
      () => {
        truncateSync(path(), 2 ** 32);
      },
    ],
    [
      'a folder',
      () => {
        rmSync(path());
        mkdirSync(path());
      },
    ],
    [
      'a FIFO without a writer',
      () => {
        rmSync(path());
        execFileSync('mkfifo', [path()]);
      },
    ],
  ])('sets aside a file that is %s, says so, and goes on', async (_what, spoil) => {
    await (await filled()).save();
    spoil();
    const two = keeper();
    await two.load();
    expect(two.list({})).toEqual([]);
    expect(two.health()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('.unusable') });
    expect(readdirSync(dir)).toEqual(['history.mwh.unusable']);
    two.record(ledgerOf(clock.wallMs, []));
    await two.save();
    expect(two.health().state).toBe('ok');
  });

  it.each([
    ['a link', (beside: string) => symlinkSync(join(dir, 'elsewhere'), beside)],
    ['a FIFO', (beside: string) => execFileSync('mkfifo', [beside])],
    ['half a file', (beside: string) => writeFileSync(beside, 'x'.repeat(100_000))],
  ])('writes neither into nor through %s that lies where it writes', async (_what, put) => {
    const one = await filled();
    writeFileSync(join(dir, 'elsewhere'), 'precious');
    put(`${path()}.new`);
    await one.save();
    expect(one.health().state).toBe('ok');
    expect(readFileSync(join(dir, 'elsewhere'), 'utf8')).toBe('precious');
    const two = keeper();
    await two.load();
    expect(contents(two)).toEqual(contents(one));
  });

  it('reads what it wrote, however long the names are', async () => {
    // The kernel takes any byte but newline and slash in a cgroup's name; JSON writes six for a control character.
    const path = (i: number): string => `/${String(i).padStart(4_094, '\u0001')}`;
    const rows = Array.from({ length: 350 }, (_, i) =>
      rowOf(`cgroup:${i}:${path(i)}`, 4096, { name: path(i) }),
    );
    const one = keeper();
    one.record(ledgerOf(clock.wallMs, rows));
    await one.save();
    const two = keeper();
    await two.load();
    expect(two.health()).toEqual({ component: 'history', state: 'ok' });
    expect(two.seriesCount).toBe(702);
  });

  it('does not take another node’s history for its own', async () => {
    await (await filled()).save();
    const other = keeper('n2');
    await other.load();
    expect(other.list({})).toEqual([]);
    expect(other.health()).toMatchObject({ reason: expect.stringContaining('node "n1"') });
  });

  it('makes its folder', async () => {
    const one = keeper('n1', join(dir, 'a/b'));
    await one.load();
    await one.save();
    expect(readdirSync(join(dir, 'a/b'))).toEqual(['history.mwh']);
  });

  it('goes on in memory where it cannot write, and is well again when it can', async () => {
    const stateDir = join(dir, 'state');
    writeFileSync(stateDir, 'a file where the folder should be');
    const one = keeper('n1', stateDir);
    await one.load();
    one.record(ledgerOf(clock.wallMs, [rowOf('cgroup:1:/a', 4096)]));
    await one.save();
    expect(one.health()).toEqual({
      component: 'history',
      state: 'degraded',
      reason: `History is kept in memory only: ${stateDir}/history.mwh cannot be written. MEMWARDEN_STATE_DIR is no folder: set it to one.`,
    });
    expect(contents(one)).toHaveLength(4);
    rmSync(stateDir);
    await one.save();
    expect(one.health().state).toBe('ok');
  });

  it('leaves the old file whole when the new one cannot be written to its end', async () => {
    await (await filled()).save();
    const before = readFileSync(path());
    const full = function* (): Generator<Buffer> {
      yield Buffer.from('half');
      throw Object.assign(new RangeError('no space'), { code: 'ENOSPC' });
    };
    await expect(new HistoryFile(path()).write(full())).rejects.toThrow('no space');
    expect(readFileSync(path()).equals(before)).toBe(true);
    expect(readdirSync(dir)).toEqual(['history.mwh']);
  });
});

describe('decodeHistory', () => {
  it('takes a file whole or refuses it, wherever it is cut or changed', async () => {
    const one = await filled();
    await one.save();
    const file = readFileSync(path());
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean());
    fc.assert(
      fc.property(change, ([at, flips, isCut]) => {
        const other = isCut ? file.subarray(0, at) : Buffer.from(file);
        if (!isCut) other[at] = (other[at] ?? 0) ^ flips;
        const store = new SeriesStore('n1');
        expect(() => {
          decodeHistory(other, 'n1', store);
        }).toThrow(HistoryUnusable);
        expect(store.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a file of another byte order', () => {
    const file = Buffer.concat([...encodeHistory('n1', new SeriesStore('n1'))]);
    file.subarray(12, 16).reverse();
    file.writeUInt32LE(crc32(file.subarray(0, -4)), file.length - 4);
    expect(() => {
      decodeHistory(file, 'n1', new SeriesStore('n1'));
    }).toThrow(HistoryUnusable);
  });

  it('refuses blocks of other lengths', () => {
    const file = Buffer.concat([...encodeHistory('n1', new SeriesStore('n1'))]);
    expect(() => {
      decodeHistory(file, 'n1', new SeriesStore('n1'));
    }).not.toThrow();
    const other = Buffer.from(file.toString('latin1').replace('[5000,120]', '[6000,120]'), 'latin1');
    other.writeUInt32LE(crc32(other.subarray(0, -4)), other.length - 4);
    expect(() => {
      decodeHistory(other, 'n1', new SeriesStore('n1'));
    }).toThrow('blocks of other lengths');
  });
});

describe('encodeHistory', () => {
  const observed = (holder: string, value: number): Observation => ({
    device: 'host',
    holder,
    quantity: 'bytes',
    name: holder,
    limitBytes: null,
    value,
  });
  const many = (prefix: string, value: number): Observation[] =>
    Array.from({ length: CAPACITY }, (_, i) => observed(`${prefix}${i}`, value));

  it('never writes a series with the values of the one it made room for', () => {
    const store = new SeriesStore('n1');
    store.record(1_700_000_000_000, many('old', 1));
    const pieces = encodeHistory('n1', store);
    const written = [pieces.next().value as Buffer, pieces.next().value as Buffer];
    store.record(1_700_000_005_000, many('new', 2)); // between two pieces
    const restored = new SeriesStore('n1');
    decodeHistory(Buffer.concat([...written, ...pieces]), 'n1', restored);
    const values = [...restored.all()].flatMap(({ id }) => restored.read(id, ALWAYS)?.blocks ?? []);
    expect(values.length).toBeGreaterThan(0);
    expect(values.every(({ mean }) => mean === 1)).toBe(true);
    expect([...restored.all()].every(({ name }) => name.startsWith('old'))).toBe(true);
  });
});

function flip(file: string, at: number): void {
  const content = readFileSync(file);
  content[at] = (content[at] ?? 0) ^ 0x40;
  writeFileSync(file, content);
}
