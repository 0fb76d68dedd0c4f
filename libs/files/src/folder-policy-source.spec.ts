import { policiesUntil, policySourceSuite, sample, type Sample } from '#testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourcedPolicy } from '#contracts/store';
import { PolicyDesk } from '../test/sample-policies.js';

// On a busy machine; what does not happen is seen as a timeout.
jest.setTimeout(60_000);

policySourceSuite('FolderPolicySource', async () => {
  const desk = await PolicyDesk.open();
  return {
    source: desk.source,
    write: async (policy) => desk.write(`${policy.metadata.name}.json`, policy),
    remove: async (name) => desk.remove(`${name}.json`),
    reopen: async () => desk.restart(),
    end: async () => desk[Symbol.asyncDispose](),
  };
});

/** One line for each: name, size in force, and why the newest edit is not. */
function shown(policies: readonly SourcedPolicy<Sample>[]): string[] {
  return policies.map(({ name, object, rejected }) =>
    [name, object === null ? '-' : String(object.spec.size), rejected?.reason ?? 'ok'].join(' '),
  );
}

describe('FolderPolicySource', () => {
  let desk: PolicyDesk;
  beforeEach(async () => {
    desk = await PolicyDesk.open();
  });
  afterEach(async () => desk[Symbol.asyncDispose]());

  const at = (file: string): string => join(desk.folder, file);
  const expectSoon = async (...lines: string[]): Promise<readonly SourcedPolicy<Sample>[]> =>
    policiesUntil(desk.source, (policies) => shown(policies).join() === lines.join());

  it('reads several policies of a file, and files of three endings', async () => {
    await desk.write('one.yaml', sample('a', 1), sample('b', 2));
    await desk.write('two.yml', sample('c', 3));
    await desk.write('three.json', sample('d', 4));
    await desk.write('notes.txt', sample('e', 5));
    await desk.write('.hidden.yaml', sample('f', 6));
    const policies = await expectSoon('a 1 ok', 'b 2 ok', 'c 3 ok', 'd 4 ok');
    expect(policies.map((each) => each.source)).toEqual([
      at('one.yaml'),
      at('one.yaml'),
      at('two.yml'),
      at('three.json'),
    ]);
    expect(policies[0]?.object?.metadata).toMatchObject({
      annotations: { 'memwarden.dev/source': at('one.yaml') },
    });
  });

  it('gives a name to the first file that has it, in byte order, and says so of the others', async () => {
    await desk.write('B.yaml', sample('a', 1));
    await expectSoon('a 1 ok');
    await desk.write('b.yaml', sample('a', 2));
    const policies = await expectSoon('a 1 ok', 'a - Duplicate');
    expect(policies[1]).toMatchObject({
      source: at('b.yaml'),
      rejected: { problems: [{ path: 'metadata.name', message: expect.stringContaining(at('B.yaml')) }] },
    });
    await desk.write('A.yaml', sample('a', -1));
    await expectSoon('a 1 Invalid', 'a - Duplicate', 'a - Duplicate');
    await desk.remove('A.yaml');
    await desk.remove('B.yaml');
    const [last] = await expectSoon('a 2 ok');
    expect(last?.object?.metadata.generation).toBe(2);
  });

  it('forgets a policy that is taken out of its file, and keeps those whose document cannot be told', async () => {
    await desk.write('one.yaml', sample('a', 1), sample('b', 2), sample('c', 3));
    await expectSoon('a 1 ok', 'b 2 ok', 'c 3 ok');
    await desk.write('one.yaml', sample('a', 1), '{ torn', sample('c', 4));
    await expectSoon('a 1 ok', 'b 2 Invalid', 'c 4 ok');
    await desk.write('one.yaml', sample('a', 1), sample('c', 4));
    await expectSoon('a 1 ok', 'c 4 ok');
  });

  it.each([
    ['empty', async (path: string) => writeFile(path, ''), 'Invalid'],
    ['only a comment', async (path: string) => writeFile(path, '\n---\n'), 'Invalid'],
    ['binary', async (path: string) => writeFile(path, Buffer.from([0, 1, 255, 254])), 'Unreadable'],
    ['not UTF-8', async (path: string) => writeFile(path, Buffer.from([0x61, 0xc3, 0x28])), 'Unreadable'],
    [
      '100 MB',
      async (path: string) => writeFile(path, '').then(async () => truncate(path, 100_000_000)),
      'Unreadable',
    ],
    ['a pipe', async (path: string) => void execFileSync('mkfifo', [path]), 'Unreadable'],
    ['a folder', async (path: string) => mkdir(path), 'Unreadable'],
    ['torn', async (path: string) => writeFile(path, '{"kind": "Sam'), 'Invalid'],
  ])('leaves in force what was there when its file becomes %s', async (_, make, reason) => {
    await desk.write('a.yaml', sample('a', 1));
    await desk.write('b.yaml', sample('b', 1));
    await expectSoon('a 1 ok', 'b 1 ok');
    await make(at('.beside'));
    await rm(at('a.yaml'));
    await rename(at('.beside'), at('a.yaml'));
    await expectSoon(`a 1 ${reason}`, 'b 1 ok');
    await desk.restart();
    await expectSoon(`a 1 ${reason}`, 'b 1 ok');
    await rm(at('a.yaml'), { recursive: true });
    await desk.write('a.yaml', sample('a', 2));
    const [healed] = await expectSoon('a 2 ok', 'b 1 ok');
    expect(healed?.object?.metadata.generation).toBe(2);
  });

  it('names a file that never held a policy', async () => {
    await desk.write('odd name\n.yaml', '{ torn', '');
    const [item] = await expectSoon('odd name\n.yaml - Invalid');
    expect(item?.source).toBe(at('odd name\n.yaml'));
  });

  it('takes no name that could not be one', async () => {
    const names = ['../../etc/x', 'x'.repeat(4096), 'a\nb', ''];
    await desk.write('one.yaml', ...names.map((name) => sample(name, 1)));
    const policies = await policiesUntil(desk.source, (all) => all.length === 4);
    expect(policies.every(({ object }) => object === null)).toBe(true);
  });

  it('follows a ConfigMap as the kubelet changes it', async () => {
    const publish = async (version: string, policy: Sample): Promise<void> => {
      await mkdir(at(`..${version}`));
      await writeFile(at(`..${version}/a.yaml`), JSON.stringify(policy));
      await symlink(`..${version}`, at('..data_tmp'));
      await rename(at('..data_tmp'), at('..data'));
    };
    await publish('v1', sample('a', 1));
    await symlink('..data/a.yaml', at('a.yaml'));
    await expectSoon('a 1 ok');
    await publish('v2', sample('a', 2));
    await rm(at('..v1'), { recursive: true });
    const [second] = await expectSoon('a 2 ok');
    expect(second?.object?.metadata.generation).toBe(2);
  });

  it('waits for a folder that is missing, with what was in force before', async () => {
    await desk.write('a.yaml', sample('a', 1));
    const [first] = await expectSoon('a 1 ok');
    await rename(desk.folder, `${desk.folder}.away`);
    await expectSoon();
    expect(desk.source.health()).toMatchObject({
      state: 'degraded',
      reason: expect.stringContaining(desk.folder),
    });
    await desk.restart();
    expect(desk.source.list()).toEqual([]);
    await rename(`${desk.folder}.away`, desk.folder);
    const [again] = await expectSoon('a 1 ok');
    expect(again?.object).toEqual(first?.object);
    expect(desk.source.health().state).toBe('ok');
    await rm(desk.folder, { recursive: true });
    await expectSoon();
    await mkdir(desk.folder);
    await desk.write('b.yaml', sample('b', 1));
    await expectSoon('b 1 ok');
  });

  it('leaves everything as it was while the folder cannot be read', async () => {
    await desk.write('a.yaml', sample('a', 1));
    await expectSoon('a 1 ok');
    await rename(desk.folder, `${desk.folder}.away`);
    await writeFile(desk.folder, 'no folder');
    await expectSoon('a 1 Unreadable');
    await rm(desk.folder);
    await rename(`${desk.folder}.away`, desk.folder);
    await expectSoon('a 1 ok');
  });

  it('keeps generations over a start that finds its file just written', async () => {
    await desk.write('a.yaml', sample('a', 1));
    const [first] = await expectSoon('a 1 ok');
    await desk.source[Symbol.asyncDispose]();
    await desk.write('a.yaml', sample('a', 1));
    await desk.start();
    expect(shown(desk.source.list())).toEqual(['a 1 ok']);
    const [second] = await expectSoon('a 1 ok');
    expect(second?.object?.metadata).toEqual(first?.object?.metadata);
  });

  it('makes a kept generation anew when it cannot be read', async () => {
    await desk.write('a.yaml', sample('a', 1));
    await expectSoon('a 1 ok');
    await desk.source[Symbol.asyncDispose]();
    await writeFile(join(desk.state, 'a.json'), '{ torn');
    await desk.start();
    await expectSoon('a 1 ok');
    expect(desk.source.health().state).toBe('ok');
    expect(await readFile(join(desk.state, 'a.json'), 'utf8')).toContain('"uid"');
  });
});
