import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lastLines, tailOf } from './tail.js';
import { tarEnd, tarEntry, tarPath } from './tar.js';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-tar-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('an archive', () => {
  it('is one that tar unpacks, with what was put in, whatever its length', async () => {
    const long = `${'folder/'.repeat(20)}${'n'.repeat(90)}.log`;
    const contents: Record<string, string> = {
      'a/empty.txt': '',
      'a/one-block.txt': 'x'.repeat(512),
      'a/more.txt': `ü\n`.repeat(1000),
      [tarPath(long)]: 'long',
    };
    const entries = Object.entries(contents).map(([path, text]) => tarEntry(path, Buffer.from(text), 1_763_733_900));
    await writeFile(join(folder, 'x.tar'), Buffer.concat([...entries, tarEnd()]));
    const listed = execFileSync('tar', ['tvf', join(folder, 'x.tar')], { encoding: 'utf8' });
    expect(listed).toMatch(/^-rw------- .* a\/empty\.txt$/mu);
    execFileSync('tar', ['xf', join(folder, 'x.tar'), '-C', folder]);
    for (const [path, text] of Object.entries(contents))
      expect(await readFile(join(folder, path), 'utf8')).toBe(text);
  });

  it.each([
    ['../../etc/passwd', 'etc/passwd'],
    ['/etc/passwd', 'etc/passwd'],
    ['a/./b//c', 'a/b/c'],
    ['logs/pod name\n.log', 'logs/pod_name_.log'],
  ])('never leads out of its folder: %j', (path, safe) => {
    expect(tarPath(path)).toBe(safe);
  });

  it('has no path that is too long', () => {
    const path = tarPath(`${'d'.repeat(120)}/${'e'.repeat(120)}/${'f'.repeat(300)}`);
    expect(path.length).toBeLessThanOrEqual(255);
    expect(() => tarEntry(path, Buffer.alloc(0), 0)).not.toThrow();
  });
});

describe('the end of a log', () => {
  it('is of whole lines', async () => {
    const file = join(folder, 'x.log');
    await writeFile(file, Array.from({ length: 1000 }, (_, at) => `line ${at}\n`).join(''));
    expect(await tailOf(file, 2, 1_000_000)).toBe('line 998\nline 999\n');
    const cut = await tailOf(file, 1000, 30);
    expect(cut).toBe('line 997\nline 998\nline 999\n');
    expect(await tailOf(file, 0, 1000)).toBe('');
  });

  it('is what there is', () => {
    expect(lastLines('', 5)).toBe('');
    expect(lastLines('a', 5)).toBe('a\n');
    expect(lastLines('a\n\nb', 2)).toBe('\nb\n');
  });
});
