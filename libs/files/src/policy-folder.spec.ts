import { sample } from '#testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSamples } from '../test/sample-policies.js';
import { PolicyFolder, type Look } from './policy-folder.js';

const TEXT = JSON.stringify(sample('a', 1));

function seen(look: Look<unknown>): string {
  if (look.kind !== 'Read') return look.kind;
  const names = look.files.map(({ documents }) => documents.map(({ name }) => name ?? 'broken').join('+'));
  return `${names.join()}${look.pending.length > 0 ? ' pending' : ''} ${look.isSettled ? 'settled' : 'unsettled'}`;
}

describe('PolicyFolder', () => {
  let path: string;
  let parses: number;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'memwarden-policies-'));
    parses = 0;
  });
  afterEach(async () => rm(path, { recursive: true }));

  // A clock that stands: no file is ever old enough to be taken at the first look.
  const folder = (nowMs = 0): PolicyFolder<ReturnType<typeof sample>> => {
    const parse = (text: string): ReturnType<typeof parseSamples> => {
      parses += 1;
      return parseSamples(text);
    };
    return new PolicyFolder(path, parse, { nowMs: () => nowMs, monotonicMs: () => 0 });
  };
  const file = (): string => join(path, 'a.yaml');

  it('takes a file that is the same in two looks', async () => {
    const looking = folder();
    await writeFile(file(), TEXT.slice(0, 20));
    expect(seen(await looking.look())).toBe(' pending unsettled');
    await appendFile(file(), TEXT.slice(20, 30));
    expect(seen(await looking.look())).toBe(' pending unsettled');
    await appendFile(file(), TEXT.slice(30));
    expect(seen(await looking.look())).toBe(' pending unsettled');
    expect(seen(await looking.look())).toBe('a settled');
    expect(parses).toBe(1);
  });

  it('takes what was untouched for a while at once', async () => {
    await writeFile(file(), TEXT);
    expect(seen(await folder(Date.now() + 10_000).look())).toBe('a settled');
  });

  it('has what it was while it is being written', async () => {
    const looking = folder();
    await writeFile(file(), TEXT);
    await looking.look();
    await looking.look();
    await writeFile(file(), '');
    expect(seen(await looking.look())).toBe('a unsettled');
    await writeFile(file(), TEXT.replace('"a"', '"b"'));
    expect(seen(await looking.look())).toBe('a unsettled');
    expect(seen(await looking.look())).toBe('b settled');
  });

  it('misses a file twice before it is gone', async () => {
    const looking = folder();
    await writeFile(file(), TEXT);
    await looking.look();
    await looking.look();
    await rm(file());
    expect(seen(await looking.look())).toBe('a unsettled');
    expect(seen(await looking.look())).toBe(' settled');
  });

  it('reads nothing again that did not change', async () => {
    const looking = folder();
    await writeFile(file(), TEXT);
    for (let i = 0; i < 10; i++) await looking.look();
    expect(parses).toBe(1);
  });

  it('reads the first thousand files in byte order, and says how many it does not', async () => {
    for (let i = 0; i < 1003; i++) await writeFile(join(path, `${String(i).padStart(4, '0')}.yaml`), TEXT);
    const look = await folder(Date.now() + 10_000).look();
    expect(look).toMatchObject({ kind: 'Read', ignored: 3 });
    expect(look.kind === 'Read' ? look.files.at(-1)?.path : '').toBe(join(path, '0999.yaml'));
  }, 60_000);
});
