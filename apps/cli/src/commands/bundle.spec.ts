/*
 * `memwarden bundle` of a machine on which secrets were planted where they may have got to.
 */
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cleanup, finding, policy } from '../../test/objects.js';
import { runCommandLine } from '../command-line.js';
import { readEnvironment } from '../config.js';

const TOKEN = 'page-token-0123456789abcdef';
const LINK_TOKEN = 'link-token-0123456789abcdef';
const PASSWORD = 'planted-Pa55word';
let folder = '';
let server: Server;
let out = '';

beforeEach(async () => {
  out = '';
  folder = await mkdtemp(join(tmpdir(), 'memwarden-bundle-'));
  const answers: Record<string, unknown> = {
    '/mode': { effective: 'Enforce', acts: 'On', levels: [], pause: null, breaker: null, nodes: [] },
    '/nodes': [],
    '/policies': { items: [policy('a')] },
    '/findings': { items: [finding('pressure-1')] },
    '/cleanups': { items: [cleanup('c', { spec: { reason: `password=${PASSWORD}` } })] },
    '/audit': { entries: [] },
  };
  server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/api/v1', '').split('?')[0] ?? '';
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[path]));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  const api = `http://127.0.0.1:${port}/api/v1`;
  for (const name of ['logs', 'policies', 'agent']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'token'), `${TOKEN}\n`);
  await writeFile(join(folder, 'link-token'), LINK_TOKEN);
  await writeFile(join(folder, 'local.json'), JSON.stringify({ api, token: TOKEN, pid: process.pid }));
  await writeFile(
    join(folder, 'logs/controller.log'),
    `first\n{"url":"http://x/?token=${TOKEN}"}\nlast ${LINK_TOKEN}\n`,
  );
  await writeFile(join(folder, 'policies/a.yaml'), `# redis://:${PASSWORD}@host\nkind: MemoryPolicy\n`);
  await writeFile(join(folder, 'allow.yaml'), 'version: 1\nacts: {}\n');
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
});

afterEach(async () => {
  jest.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<number> {
  return runCommandLine(['bundle', '--state-dir', folder, ...words], readEnvironment({ HOME: folder }));
}

async function everythingIn(archive: string): Promise<Map<string, string>> {
  const at = await mkdtemp(join(folder, 'unpacked-'));
  execFileSync('tar', ['xzf', archive, '-C', at, '--strip-components=1']);
  const files = await readdir(at, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files
      .filter((one) => one.isFile())
      .map(async (one): Promise<[string, string]> => {
        const path = join(one.parentPath, one.name);
        return [path.slice(at.length + 1), await readFile(path, 'utf8')];
      }),
  );
  return new Map(texts);
}

describe('bundle', () => {
  it('has everything that helps, and no secret', async () => {
    const archive = join(folder, 'x.tar.gz');
    expect(await run('--file', archive)).toBe(0);
    const files = await everythingIn(archive);
    expect([...files.keys()].sort()).toEqual([
      'allow.yaml',
      'audit.json',
      'doctor.json',
      'doctor.txt',
      'left-out.json',
      'logs/controller.log',
      'mode.json',
      'nodes.json',
      'objects/cleanups.json',
      'objects/findings.json',
      'objects/policies.json',
      'policies/a.yaml',
      'versions.json',
    ]);
    const all = [...files.values()].join('\n');
    for (const secret of [TOKEN, LINK_TOKEN, PASSWORD]) expect(all).not.toContain(secret);
    expect(files.get('logs/controller.log')).toMatch(/^first\n.*\nlast \(removed\)\n$/u);
    expect(files.get('objects/findings.json')).toContain('pressure-1');
    expect(out).toContain('logs/controller.log');
    expect(out).toContain(`${archive} (`);
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
  });

  it('has the last lines of logs', async () => {
    const archive = join(folder, 'x.tar.gz');
    await run('--file', archive, '--lines', '1');
    expect((await everythingIn(archive)).get('logs/controller.log')).toBe('last (removed)\n');
  });

  it('says what it is without, with nothing running', async () => {
    await rm(join(folder, 'local.json'));
    await rm(join(folder, 'allow.yaml'));
    expect(await run('--file', join(folder, 'x.tar.gz'), '--json')).toBe(0);
    const { leftOut } = JSON.parse(out) as { leftOut: { what: string }[] };
    expect(leftOut.map(({ what }) => what)).toEqual(['what the controller knows', 'allow.yaml']);
  });

  it('overwrites nothing and leaves nothing behind', async () => {
    const archive = join(folder, 'there.tar.gz');
    await writeFile(archive, 'mine');
    expect(await run('--file', archive)).toBe(2);
    expect(await readFile(archive, 'utf8')).toBe('mine');
    expect(await run('--file', join(folder, 'no/such/folder.tar.gz'))).toBe(1);
    expect((await readdir(folder)).filter((name) => name.includes('.tar.gz'))).toEqual(['there.tar.gz']);
    expect(await run('--lines', '-1')).toBe(2);
  });
});
