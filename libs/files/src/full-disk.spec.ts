import { auditEntry, sample, sampleCodec, type Sample } from '#testing';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComponentHealth } from '#contracts/agent';
import { StoreUnavailable } from '#contracts/store';
import { parseSamples } from '../test/sample-policies.js';
import { smallDisk, type SmallDisk } from '../test/small-disk.js';
import { FileAuditTrail } from './file-audit-trail.js';
import { FileObjectStore } from './file-object-store.js';
import { FileValue } from './file-value.js';
import { FolderPolicySource } from './folder-policy-source.js';

// On a busy machine; what does not happen is seen as a timeout.
jest.setTimeout(60_000);

interface Part extends AsyncDisposable {
  health(): ComponentHealth;
}

/** Resolves when it says by itself that it is well. */
async function recovered(part: Part): Promise<void> {
  while (part.health().state !== 'ok') await new Promise((turn) => setTimeout(turn, 5));
}

const mounted = smallDisk();
// Mounting needs root; a run without it says that these were skipped.
const withDisk = mounted === null ? describe.skip : describe;

withDisk('a full and a read-only disk', () => {
  const disk = mounted as SmallDisk;
  const at = (name: string): string => join(disk.path, name);
  const parts: Part[] = [];
  const used = <P extends Part>(part: P): P => {
    parts.push(part);
    return part;
  };
  let folder = 0;

  beforeEach(() => {
    folder += 1;
  });
  afterEach(async () => {
    for (const part of parts.splice(0)) await part[Symbol.asyncDispose]();
    await disk.free();
  });
  afterAll(() => disk[Symbol.dispose]());

  const store = async (): Promise<FileObjectStore<Sample>> =>
    used(
      await FileObjectStore.open<Sample>({
        folder: at(`s${folder}`),
        codec: sampleCodec,
        component: 'store',
        probeAfterMs: 20,
      }),
    );
  const value = async (): Promise<FileValue<Sample>> =>
    used(
      await FileValue.open<Sample>({
        path: at(`v${folder}.json`),
        codec: sampleCodec,
        component: 'value',
        whenUnreadable: () => null,
        probeAfterMs: 20,
      }),
    );
  const trail = async (): Promise<FileAuditTrail> =>
    used(await FileAuditTrail.open({ folder: at(`t${folder}`), probeAfterMs: 20 }));

  // Every way to be full: the name does not fit, the first block does not, a later one does not.
  it.each([0, 1, 2, 3, 4])(
    'objects: with %i blocks left nothing is lost, and it recovers by itself',
    async (left) => {
      const objects = await store();
      const note = 'x'.repeat(14_000);
      const { object } = await objects.create(sample('a', 1, note));
      await objects.create(sample('gone'));
      await disk.fillBut(left);
      const grown = { ...object, spec: { size: 2 }, status: { note: note + note } };
      await expect(objects.update(grown)).rejects.toThrow(/the disk is full: free space there \(ENOSPC\)/);
      await expect(objects.create(sample('b', 1, note + note))).rejects.toThrow(StoreUnavailable);
      expect(objects.health()).toMatchObject({
        state: 'degraded',
        reason: expect.stringContaining('ENOSPC'),
      });
      expect(objects.list().map((each) => each.spec.size)).toEqual([1, 1]);
      await objects.delete('gone');
      expect((await store()).list()).toEqual([object]);
      await disk.free();
      await recovered(objects);
      expect((await objects.update(grown)).spec.size).toBe(2);
      expect((await store()).list()).toEqual(objects.list());
    },
  );

  it('objects: a read-only disk takes nothing, starts, and recovers by itself', async () => {
    const first = await store();
    const { object } = await first.create(sample('a'));
    disk.readOnly(true);
    await expect(first.update({ ...object, spec: { size: 2 } })).rejects.toThrow(/read-only.*\(EROFS\)/);
    await expect(first.delete('a')).rejects.toThrow(StoreUnavailable);
    const second = await store();
    expect(second.list()).toEqual([object]);
    disk.readOnly(false);
    await recovered(first);
    await first.delete('a');
    expect((await store()).list()).toEqual([]);
  });

  it('a value: nothing is lost, and it recovers by itself', async () => {
    const note = await value();
    await note.set(sample('a', 1));
    await disk.fill();
    await expect(note.set(sample('a', 2, 'x'.repeat(9000)))).rejects.toThrow(/ENOSPC/);
    expect(note.get()?.spec.size).toBe(1);
    expect((await value()).get()?.spec.size).toBe(1);
    expect(note.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining('disk is full'),
    });
    await disk.free();
    await recovered(note);
    await note.set(sample('a', 2));
    expect((await value()).get()?.spec.size).toBe(2);
  });

  it.each([0, 1, 2])(
    'audit: with %i blocks left nothing is lost and nothing torn, and it recovers',
    async (left) => {
      const audit = await trail();
      const big = auditEntry('big', {
        message: 'ä'.repeat(4000),
        target: 'x'.repeat(4000),
        reason: 'y'.repeat(4000),
      });
      for (let i = 0; i < 20; i++) await audit.record(auditEntry(String(i)));
      await disk.fillBut(left);
      await expect(audit.record(big)).rejects.toThrow(/ENOSPC/);
      await expect(audit.record(big)).rejects.toThrow(StoreUnavailable);
      expect(audit.health().reason).toContain('the disk is full: free space there');
      expect((await audit.read({ limit: 100 })).entries).toHaveLength(20);
      // A restart meanwhile: two at once on one folder are not meant to be.
      await audit[Symbol.asyncDispose]();
      const second = await trail();
      expect((await second.read({ limit: 100 })).entries).toHaveLength(20);
      await expect(second.record(big)).rejects.toThrow(StoreUnavailable);
      await disk.free();
      await recovered(second);
      await second.record(big);
      const { entries } = await (await trail()).read({ limit: 100 });
      expect(entries.map((each) => each.id)).toEqual([
        'big',
        ...Array.from({ length: 20 }, (_, i) => String(19 - i)),
      ]);
      expect(entries[0]?.message).toBe(big.message);
    },
  );

  it('policies: the last good generation stays in force, and the edit comes when there is room', async () => {
    const people = await mkdtemp(join(tmpdir(), 'memwarden-policies-'));
    const write = async (policy: Sample): Promise<void> => {
      await writeFile(join(people, '.new'), JSON.stringify(policy));
      await rename(join(people, '.new'), join(people, 'a.json'));
    };
    await write(sample('a', 1));
    const open = async (): Promise<FolderPolicySource<Sample>> =>
      used(
        await FolderPolicySource.open<Sample>({
          folder: people,
          stateFolder: at(`q${folder}`),
          parse: parseSamples,
          codec: sampleCodec,
          settleMs: 5,
          rescanMs: 20,
        }),
      );
    const source = await open();
    const until = async (isSo: () => boolean): Promise<void> => {
      if (isSo()) return;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      using _listener = source.onChange(() => isSo() && resolve(undefined));
      await promise;
    };
    await until(() => source.list()[0]?.object?.spec.size === 1);
    await disk.fill();
    await write(sample('a', 2));
    await until(() => source.list()[0]?.rejected !== null);
    expect(source.list()[0]?.rejected?.problems[0]?.message).toContain('the disk is full');
    expect(source.list()[0]?.object?.spec.size).toBe(1);
    expect(source.health().state).toBe('degraded');
    await disk.free();
    await until(() => source.list()[0]?.rejected === null);
    expect(source.list()[0]?.object).toMatchObject({ spec: { size: 2 }, metadata: { generation: 2 } });
    await rm(people, { recursive: true });
  });
});
