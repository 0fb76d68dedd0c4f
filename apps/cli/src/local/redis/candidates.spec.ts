import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chooseRedis, onPath, type RedisSource } from './candidates.js';
import { linkTo } from './wheel-download.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memwarden-redis-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function fakeServer(name: string, says: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\necho '${says}'\n`);
  await chmod(file, 0o755);
  return file;
}
const there = (file: string): RedisSource => ({ find: () => Promise.resolve({ file }) });
const absent = (reason: string): RedisSource => ({ find: () => Promise.resolve({ absent: reason }) });

describe('the choice of a Redis', () => {
  it('takes the first that is new enough and can read the data', async () => {
    const old = await fakeServer('old', 'Redis server v=5.0.7 sha=0');
    const other = await fakeServer('other', 'something else');
    const good = await fakeServer('good', 'Redis server v=7.0.15 sha=0');
    const chosen = await chooseRedis([absent('none here'), there(old), there(other), there(good)], null);
    expect(chosen).toEqual({ file: good, flavour: { family: 'redis', major: 7, minor: 0 } });
  });

  it('skips one that cannot read what is there', async () => {
    const six = await fakeServer('six', 'Redis server v=6.2.14 sha=0');
    const eight = await fakeServer('eight', 'Redis server v=8.0.0 sha=0');
    const chosen = await chooseRedis([there(six), there(eight)], { family: 'redis', major: 7, minor: 0 });
    expect(chosen.file).toBe(eight);
  });

  it('says of each place why it did not serve, and what to do', async () => {
    const old = await fakeServer('old', 'Redis server v=5.0.7 sha=0');
    const choice = chooseRedis(
      [absent('there is none on the PATH'), there(old), there(join(folder, 'gone'))],
      null,
    );
    await expect(choice).rejects.toThrow(
      /none on the PATH[^]*Redis 5\.0; 6\.2 is the oldest[^]*gone does not say[^]*--redis/u,
    );
  });

  it('looks on the PATH, never in the current folder', async () => {
    await fakeServer('redis-server', 'Redis server v=7.0.15 sha=0');
    const [first] = onPath(`:relative:${folder}`);
    expect(await first?.find()).toEqual({ file: join(folder, 'redis-server') });
    const [none] = onPath('/nowhere');
    expect(await none?.find()).toEqual({ absent: 'there is no redis-server on the PATH' });
  });
});

describe('a page of a package index', () => {
  it('holds the link to exactly the file that is meant', () => {
    const page = `<a href="../x/tool-1.whl.metadata">tool-1.whl</a>
      <a data-requires="&gt;=3" href='https://files.example/a/tool-1.whl?a=1&amp;b=2#sha256=00'>tool-1.whl</a>`;
    expect(linkTo('tool-1.whl', page)).toBe('https://files.example/a/tool-1.whl?a=1&b=2#sha256=00');
    expect(linkTo('tool-2.whl', page)).toBeNull();
  });
});
