import { auditEntry, auditTrailSuite } from '#testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidValue } from '#contracts/errors';
import { nodeDisk, type Disk } from './disk.js';
import { FileAuditTrail, type FileAuditTrailOptions } from './file-audit-trail.js';

for (const segmentBytes of [1024 * 1024, 400]) {
  auditTrailSuite(`FileAuditTrail with segments of ${segmentBytes} bytes`, async () => {
    const path = await mkdtemp(join(tmpdir(), 'memwarden-files-'));
    const open = async () =>
      FileAuditTrail.open({ folder: join(path, 'audit'), segmentBytes, segments: 100 });
    let trail = await open();
    return {
      trail,
      reopen: async () => {
        await trail[Symbol.asyncDispose]();
        trail = await open();
        return trail;
      },
      end: async () => {
        await trail[Symbol.asyncDispose]();
        await rm(path, { recursive: true });
      },
    };
  });
}

describe('FileAuditTrail', () => {
  let path: string;
  const open: FileAuditTrail[] = [];
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'memwarden-files-')), 'audit');
  });
  afterEach(async () => {
    for (const trail of open.splice(0)) await trail[Symbol.asyncDispose]();
    await rm(join(path, '..'), { recursive: true });
  });
  const opened = async (options: Partial<FileAuditTrailOptions> = {}): Promise<FileAuditTrail> => {
    const trail = await FileAuditTrail.open({ folder: path, ...options });
    open.push(trail);
    return trail;
  };
  const at = (number: number): string => join(path, `${String(number).padStart(8, '0')}.ndjson`);
  const recordAll = async (trail: FileAuditTrail, from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) await trail.record(auditEntry(String(i)));
  };
  const idsOf = async (trail: FileAuditTrail): Promise<string[]> =>
    (await trail.read({ limit: 1000 })).entries.map((each) => each.id);
  const down = (from: number, to: number): string[] =>
    Array.from({ length: from - to + 1 }, (_, i) => String(from - i));

  it('is bounded: the oldest segment goes when there are too many', async () => {
    const trail = await opened({ segmentBytes: 1000, segments: 3 });
    await recordAll(trail, 0, 100);
    const files = await readdir(path);
    expect(files).toHaveLength(3);
    for (const file of files) expect((await stat(join(path, file))).size).toBeLessThanOrEqual(1000);
    const ids = await idsOf(trail);
    expect(ids).toEqual(down(99, 100 - ids.length));
    expect(await idsOf(await opened({ segmentBytes: 1000, segments: 3 }))).toEqual(ids);
  });

  it('ends a reader whose older pages were rotated away', async () => {
    const trail = await opened({ segmentBytes: 1000, segments: 3 });
    await recordAll(trail, 0, 10);
    const page = await trail.read({ limit: 5 });
    await recordAll(trail, 10, 100);
    expect(await trail.read({ limit: 5, continue: page.continue ?? '' })).toEqual({
      entries: [],
      continue: null,
    });
  });

  it.each(['{"id":"torn","atMs":1', '\0\0\0\0', '{"id":"no line feed"}'])(
    'repairs the torn last line %j',
    async (tail) => {
      const first = await opened();
      await recordAll(first, 0, 3);
      await first[Symbol.asyncDispose]();
      const { size } = await stat(at(1));
      await appendFile(at(1), tail);
      const second = await opened();
      expect((await stat(at(1))).size).toBe(size);
      await recordAll(second, 2, 5);
      expect(await idsOf(second)).toEqual(down(4, 0));
    },
  );

  it('repairs a segment that is one torn line, and an empty one', async () => {
    await mkdir(path);
    await writeFile(at(1), '{"id":');
    const trail = await opened();
    await recordAll(trail, 0, 2);
    expect(await idsOf(trail)).toEqual(['1', '0']);
  });

  it('reads on past lines that are no entries', async () => {
    const first = await opened();
    await recordAll(first, 0, 2);
    await first[Symbol.asyncDispose]();
    await appendFile(at(1), `no JSON\n\n{"id": 7}\n${'x'.repeat(200_000)}\n`);
    const second = await opened();
    await recordAll(second, 2, 4);
    expect(await idsOf(second)).toEqual(down(3, 0));
  });

  it('goes on beside segments that are no plain files', async () => {
    await mkdir(path);
    await mkdir(at(7));
    await symlink('/etc/passwd', at(8));
    const trail = await opened();
    await recordAll(trail, 0, 2);
    expect(await idsOf(trail)).toEqual(['1', '0']);
    expect((await stat(at(9))).mode & 0o777).toBe(0o600);
  });

  it('cuts texts, and refuses an id that is none', async () => {
    const trail = await opened();
    const long = '\u0000'.repeat(1_000_000);
    await trail.record(auditEntry('1', { message: long, target: long, who: long, reason: long }));
    const { entries } = await trail.read({ limit: 1 });
    expect(entries[0]?.message).toBe(`${'\u0000'.repeat(4095)}…`);
    await expect(trail.record(auditEntry(''))).rejects.toThrow(InvalidValue);
    await expect(trail.record(auditEntry('x'.repeat(2000)))).rejects.toThrow(InvalidValue);
  });

  it('gives pages of bounded size, and all of them in the end', async () => {
    const trail = await opened({ segmentBytes: 10_000_000 });
    const text = '\u0001'.repeat(4000);
    await Promise.all(
      down(39, 0).map(async (id) => trail.record(auditEntry(id, { message: text, target: text }))),
    );
    const ids: string[] = [];
    let pages = 0;
    for (let mark: string | null = ''; mark !== null; pages++) {
      const page = await trail.read({ limit: 1000, ...(mark !== '' && { continue: mark }) });
      ids.push(...page.entries.map((each) => each.id));
      mark = page.continue;
    }
    expect(pages).toBe(2);
    expect(ids).toEqual(down(39, 0).toReversed());
  });

  it('shares a sync among entries that wait', async () => {
    let syncs = 0;
    const writeAt: Disk['writeAt'] = async (...args) => {
      syncs += 1;
      await nodeDisk.writeAt(...args);
    };
    const trail = await opened({ disk: { ...nodeDisk, writeAt } });
    await recordAll(trail, 0, 1);
    await Promise.all(down(100, 1).map(async (id) => trail.record(auditEntry(id))));
    expect(syncs).toBe(1);
  });
});
