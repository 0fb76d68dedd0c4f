import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseYaml } from '#api';
import { allowedUid, firstAllowList, provideAllowList } from './allow-list.js';

function parse(text: string): unknown {
  const parsed = parseYaml(text);
  return parsed.ok ? parsed.documents[0]?.value : parsed.problems;
}

describe('who is allowed at first', () => {
  it.each([
    ['a person', { uid: 1000, sudoUid: null }, 1000],
    ['a person, whatever SUDO_UID says', { uid: 1000, sudoUid: 0 }, 1000],
    ['who typed sudo', { uid: 0, sudoUid: 1000 }, 1000],
    ['nobody: plain root', { uid: 0, sudoUid: null }, null],
    ['nobody: root with sudo', { uid: 0, sudoUid: 0 }, null],
  ])('%s', (_who, starter, uid) => {
    expect(allowedUid(starter)).toBe(uid);
  });

  it('is the starter, with signals and ports', () => {
    expect(parse(firstAllowList({ uid: 1000, sudoUid: null }))).toEqual({
      version: 1,
      acts: {
        Notify: [{ uids: [1000], signals: ['SIGUSR1', 'SIGUSR2', 'SIGHUP'], ports: ['1024-65535'] }],
      },
      ratePerMinute: 6,
    });
  });

  it('is nobody for root, and the lines to name somebody work when they are used as they say', () => {
    const text = firstAllowList({ uid: 0, sudoUid: null });
    expect(parse(text)).toEqual({ version: 1, acts: { Notify: [] }, ratePerMinute: 6 });
    const lines = text.split('\n');
    const example = lines.filter((line) => /^ {2}# {3}/u.test(line)).map((line) => line.replace('  # ', ''));
    const edited = lines.flatMap((line) => (line === '  Notify: []' ? example : [line])).join('\n');
    expect(parse(edited)).toMatchObject({ acts: { Notify: [{ uids: [1000] }] } });
  });
});

describe('the file', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memwarden-allow-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const starter = { uid: 1000, sudoUid: null };

  it('is made once, whole, for its user only', async () => {
    const file = join(folder, 'allow.yaml');
    await provideAllowList(file, starter);
    expect(await readFile(file, 'utf8')).toBe(firstAllowList(starter));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['allow.yaml']);
  });

  it('is never written over, not even when it is empty or a link to nothing', async () => {
    const file = join(folder, 'allow.yaml');
    await writeFile(file, '');
    await provideAllowList(file, starter);
    expect(await readFile(file, 'utf8')).toBe('');
    const dangling = join(folder, 'link.yaml');
    await symlink(join(folder, 'nowhere'), dangling);
    await provideAllowList(dangling, starter);
    expect((await readdir(folder)).sort()).toEqual(['allow.yaml', 'link.yaml']);
  });

  it('says so when it cannot be made', async () => {
    await expect(provideAllowList(join(folder, 'no/allow.yaml'), starter)).rejects.toThrow(/cannot be made/u);
  });
});
