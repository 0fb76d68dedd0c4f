import { storedValueSuite, type Note } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '#contracts/codec';
import { FileValue } from './file-value.js';

const noteCodec: Codec<Note> = {
  kind: 'Note',
  decode: (value) =>
    typeof value === 'object' && value !== null && 'by' in value
      ? { ok: true, object: value as Note }
      : { ok: false, problems: [{ path: 'by', message: 'is missing' }] },
};

async function opened(path: string): Promise<FileValue<Note>> {
  const whenUnreadable = (reason: string): Note => ({ by: 'memwarden', reason });
  return FileValue.open<Note>({ path, codec: noteCodec, component: 'store/note', whenUnreadable });
}

async function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'memwarden-files-'));
}

storedValueSuite('FileValue', async () => {
  const path = await folder();
  const file = join(path, 'state', 'note.json');
  return {
    value: await opened(file),
    reopen: async () => opened(file),
    end: async () => rm(path, { recursive: true }),
  };
});

describe('FileValue', () => {
  it.each([
    ['empty', ''],
    ['torn', '{"by": "a", "rea'],
    ['of another kind', '{"what": 1}'],
  ])('holds what was asked for when its file is %s, until it is set', async (_, text) => {
    const path = await folder();
    const file = join(path, 'note.json');
    await writeFile(file, text);
    const value = await opened(file);
    expect(value.get()).toMatchObject({ by: 'memwarden', reason: expect.stringContaining(file) });
    expect(value.health()).toMatchObject({ state: 'degraded', reason: expect.stringContaining(file) });
    await value.set(null);
    expect(value.get()).toBeNull();
    expect(value.health().state).toBe('ok');
    expect((await opened(file)).get()).toBeNull();
    await rm(path, { recursive: true });
  });

  it('does not follow a link, and puts a file in its place', async () => {
    const path = await folder();
    const file = join(path, 'note.json');
    await writeFile(join(path, 'other'), '{"by":"other","reason":""}');
    await symlink('other', file);
    const value = await opened(file);
    expect(value.get()?.by).toBe('memwarden');
    await value.set({ by: 'a', reason: '' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await opened(file)).get()?.by).toBe('a');
    await rm(path, { recursive: true });
  });
});
