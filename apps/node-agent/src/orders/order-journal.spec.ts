/* eslint-disable jest/no-standalone-expect -- what needs root or a program is in a conditional `it` */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Unavailable } from '#contracts/errors';
import type { OrderOutcome } from '#contracts/order';
import { FileLock } from '#native';
import { scratchFolder } from '../../test/orders.js';
import {
  decodeJournal,
  encodeRecord,
  journalRecords,
  JournalUnusable,
  type JournalRecord,
} from './journal-format.js';
import { OrderJournal } from './order-journal.js';

// Every commit is a sync of the disk, and a busy disk is slow.
jest.setTimeout(60_000);

const EXECUTED: OrderOutcome = { kind: 'Executed', detail: 'sent\n"x" \u2028 ü' };
const HEAD: JournalRecord = { t: 'head', v: 1, journal: 'j', epoch: 3 };
const LIFE: readonly JournalRecord[] = [
  HEAD,
  { t: 'epoch', epoch: 4 },
  { t: 'order', id: 'a.0.1', at: 10, says: 'line\nbreak' },
  { t: 'started', id: 'a.0.1', at: 11 },
  { t: 'outcome', id: 'a.0.1', at: 12, outcome: EXECUTED },
  { t: 'acked', id: 'a.0.1' },
];

function bytesOf(records: readonly JournalRecord[]): Buffer {
  return Buffer.from(records.map(encodeRecord).join(''));
}

function journalAt(path: string): OrderJournal {
  return new OrderJournal({ path, lock: (of) => FileLock.acquire(of) });
}

async function opened(path: string): Promise<OrderJournal & AsyncDisposable> {
  const journal = journalAt(path);
  await journal.open();
  return Object.assign(journal, { [Symbol.asyncDispose]: () => journal.close() });
}

describe('the lines of a journal', () => {
  const TWENTY: readonly JournalRecord[] = [
    HEAD,
    ...Array.from({ length: 5 }, (_, i): JournalRecord[] => [
      { t: 'order', id: `a.${i}.1`, at: 10, of: 'd' },
      { t: 'started', id: `a.${i}.1`, at: 11 },
      { t: 'outcome', id: `a.${i}.1`, at: 12, outcome: EXECUTED },
      { t: 'acked', id: `a.${i}.1` },
    ]).flat(),
  ].slice(0, 19);

  it('are never believed with one bit of them turned, the last newline included', () => {
    const sound = bytesOf(TWENTY);
    for (let bit = 0; bit < sound.length * 8; bit += 1) {
      const bytes = Buffer.from(sound);
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => decodeJournal(bytes)).toThrow(JournalUnusable);
    }
  });

  it('cut anywhere are those before the cut, or no journal', () => {
    const sound = bytesOf(TWENTY);
    const prefixes = new Set(
      TWENTY.map((_, i) => JSON.stringify([...decodeJournal(bytesOf(TWENTY.slice(0, i + 1))).entries])),
    );
    const headEnd = bytesOf([HEAD]).length - 1; // it needs no newline
    for (let end = 0; end < headEnd; end += 1)
      expect(() => decodeJournal(sound.subarray(0, end))).toThrow(JournalUnusable);
    for (let end = headEnd; end < sound.length; end += 1)
      expect(prefixes).toContain(JSON.stringify([...decodeJournal(sound.subarray(0, end)).entries]));
  });

  it('fold to the state of each order', () => {
    const states = LIFE.map((_, i) => decodeJournal(bytesOf(LIFE.slice(0, i + 1))).entries.get('a.0.1'));
    expect(states.map((entry) => entry?.state)).toEqual([
      undefined,
      undefined,
      'received',
      'started',
      'done',
      'done',
    ]);
    expect(states.at(-1)).toEqual({
      state: 'done',
      atMs: 12,
      startedAtMs: 11,
      outcome: EXECUTED,
      isAcknowledged: true,
    });
    expect(decodeJournal(bytesOf(LIFE))).toMatchObject({ id: 'j', epoch: 4 });
  });

  it('written anew say the same', () => {
    const before = decodeJournal(bytesOf(LIFE));
    const after = decodeJournal(bytesOf([...journalRecords(before)]));
    expect(after).toEqual(before);
  });

  it('lose their torn end and nothing else, wherever it is torn', () => {
    const head = bytesOf([HEAD]).length;
    for (let i = 2; i <= LIFE.length; i += 1) {
      const whole = bytesOf(LIFE.slice(0, i));
      const before = decodeJournal(bytesOf(LIFE.slice(0, i - 1)));
      const from = Math.max(head, bytesOf(LIFE.slice(0, i - 1)).length);
      // The last cut takes only the newline: the record itself is whole, and counts.
      for (let end = from; end < whole.length - 1; end += 1)
        expect(decodeJournal(whole.subarray(0, end))).toEqual(before);
      expect(decodeJournal(whole.subarray(0, whole.length - 1))).toEqual(decodeJournal(whole));
    }
  });

  it('are refused whole for damage in any but the last', () => {
    const whole = bytesOf(LIFE);
    const last = bytesOf(LIFE.slice(0, -1)).length;
    fc.assert(
      fc.property(fc.nat(last - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(whole);
        damaged.writeUInt8(damaged.readUInt8(at) ^ flip, at);
        expect(() => decodeJournal(damaged)).toThrow(JournalUnusable);
      }),
      { numRuns: 500 },
    );
  });

  it('are refused when they are not a journal, or a newer one', () => {
    for (const none of ['', 'x', 'x\n', '\0'.repeat(4096)])
      expect(() => decodeJournal(Buffer.from(none))).toThrow(JournalUnusable);
    const newer = { ...HEAD, v: 2 } as unknown as JournalRecord;
    expect(() => decodeJournal(bytesOf([newer]))).toThrow('version 2');
    const strange = { t: 'later', id: 'x' } as unknown as JournalRecord;
    expect(() => decodeJournal(bytesOf([HEAD, strange]))).toThrow('newer version');
  });
});

describe('OrderJournal', () => {
  it('has on disk what was committed, for the next one to read', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'deep/orders.journal');
    const first = await opened(path);
    for (const record of LIFE.slice(1)) await first.commit(record);
    const { id } = first;
    expect(decodeJournal(readFileSync(path)).entries).toEqual(first.entries);
    await first.close();
    await using second = await opened(path);
    expect(second.trouble).toBeNull();
    expect([second.id, second.epoch]).toEqual([id, 4]);
    expect(second.entries).toEqual(first.entries);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('shows an entry only when it is on disk', async () => {
    using folder = scratchFolder();
    await using journal = await opened(join(folder.path, 'j'));
    const committed = journal.commit({ t: 'started', id: 'x', at: 1 });
    expect(journal.entries.has('x')).toBe(false);
    await committed;
    expect(journal.entries.has('x')).toBe(true);
  });

  it('keeps what does no harm when it is forgotten in memory, and writes it with what comes next, or at its end', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'j');
    const isOnDisk = (id: string): boolean | undefined =>
      decodeJournal(readFileSync(path)).entries.get(id)?.isAcknowledged;
    const journal = await opened(path);
    const outcome = (id: string): JournalRecord => ({ t: 'outcome', id, at: 1, outcome: EXECUTED });
    await journal.commit(outcome('x'), outcome('y'));
    journal.note({ t: 'acked', id: 'x' });
    expect([journal.entries.get('x')?.isAcknowledged, isOnDisk('x')]).toEqual([true, false]);
    await journal.commit({ t: 'epoch', epoch: 5 });
    expect(isOnDisk('x')).toBe(true);
    journal.note({ t: 'acked', id: 'y' });
    await journal.close();
    expect(isOnDisk('y')).toBe(true);
  });

  it('goes on after a torn end, and sets a damaged file aside under a new id', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'j');
    writeFileSync(path, bytesOf(LIFE));
    truncateSync(path, bytesOf(LIFE).length - 5);
    {
      await using torn = await opened(path);
      expect([torn.id, torn.setAside]).toEqual(['j', null]);
    }
    const damaged = readFileSync(path);
    damaged.writeUInt8(damaged.readUInt8(30) ^ 1, 30);
    writeFileSync(path, damaged);
    await using anew = await opened(path);
    expect(anew.trouble).toBeNull();
    expect(anew.id).not.toBe('j');
    expect(anew.entries.size).toBe(0);
    expect(anew.setAside).toContain('byte 0');
    expect(existsSync(`${path}.unusable`)).toBe(true);
  });

  it('is one agent’s', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'j');
    await using first = await opened(path);
    await using second = await opened(path);
    expect(first.trouble).toBeNull();
    expect(second.trouble).toContain('cannot be used');
    expect(second.id).toBeNull();
    await expect(second.commit({ t: 'epoch', epoch: 1 })).rejects.toThrow(Unavailable);
  });

  it('notices that its file was removed or changed, and writes all of it again', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'j');
    await using journal = await opened(path);
    await journal.commit({ t: 'started', id: 'x', at: 1 });
    rmSync(path);
    await expect(journal.commit({ t: 'epoch', epoch: 9 })).rejects.toThrow(Unavailable);
    expect(journal.trouble).toContain('tried again by itself');
    await journal.open();
    expect(journal.trouble).toBeNull();
    expect(decodeJournal(readFileSync(path)).entries.get('x')?.state).toBe('started');
    writeFileSync(path, 'scribble', { flag: 'a' });
    await expect(journal.commit({ t: 'epoch', epoch: 9 })).rejects.toThrow(Unavailable);
    await journal.open();
    await journal.commit({ t: 'epoch', epoch: 9 });
    expect(decodeJournal(readFileSync(path)).epoch).toBe(9);
  });

  it('stays small: what was forgotten and said twice goes with the next rewriting', async () => {
    using folder = scratchFolder();
    const path = join(folder.path, 'j');
    await using journal = await opened(path);
    const long = { kind: 'Executed', detail: 'x'.repeat(1000) } as const;
    await Promise.all(
      Array.from({ length: 2000 }, (_, i) =>
        journal.commit({ t: 'outcome', id: `o${i % 10}`, at: i, outcome: long }),
      ),
    );
    expect(statSync(path).size).toBeLessThan(2_300_000);
    await journal.commit({ t: 'epoch', epoch: 1 });
    expect(statSync(path).size).toBeLessThan(20_000);
    expect(decodeJournal(readFileSync(path)).entries.size).toBe(10);
  });

  const isRoot = process.geteuid?.() === 0;
  (isRoot ? it : it.skip)('says no on a full disk, and is well again with room (needs root)', async () => {
    using folder = scratchFolder();
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      const path = join(disk, 'j');
      const journal = await opened(path);
      await journal.commit({ t: 'started', id: 'x', at: 1 });
      const before = readFileSync(path);
      try {
        writeFileSync(join(disk, 'filler'), Buffer.alloc(1024 * 1024));
      } catch {
        // as far as it goes
      }
      const much = { kind: 'Executed', detail: 'x'.repeat(8000) } as const;
      await expect(journal.commit({ t: 'outcome', id: 'x', at: 2, outcome: much })).rejects.toThrow(
        Unavailable,
      );
      expect(journal.entries.get('x')?.state).toBe('started');
      expect(journal.trouble).toContain('ENOSPC');
      await journal.open();
      expect(journal.trouble).toContain('ENOSPC');
      expect(readFileSync(path).subarray(0, before.length)).toEqual(before);
      rmSync(join(disk, 'filler'));
      await journal.open();
      expect(journal.trouble).toBeNull();
      await journal.commit({ t: 'outcome', id: 'x', at: 2, outcome: much });
      expect(decodeJournal(readFileSync(path)).entries.get('x')?.state).toBe('done');
      await journal.close();
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});
/* eslint-enable jest/no-standalone-expect -- end of the file */
