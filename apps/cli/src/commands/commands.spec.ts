/*
 * The commands from their words to their output and exit status, against a server that answers as the controller does.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { cleanup, finding, policy } from '../../test/objects.js';
import { runCommandLine } from '../command-line.js';
import { readEnvironment } from '../config.js';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

type Answer = readonly [status: number, body: unknown];

let server: Server;
let asked: Asked[] = [];
let answers: Readonly<Record<string, Answer | ((path: string) => Answer)>> = {};
let folder = '';
let out = '';
let err = '';

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += (chunk as Buffer).toString();
  return text === '' ? null : JSON.parse(text);
}

beforeEach(async () => {
  asked = [];
  answers = {};
  out = '';
  err = '';
  folder = await mkdtemp(join(tmpdir(), 'memwarden-cli-'));
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = (request.url ?? '').replace('/api/v1', '');
      asked.push({ method: request.method ?? '', path, body });
      if (path === '/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: cleanup\n\n');
        return;
      }
      const found = answers[path.split('?')[0] ?? ''] ?? [404, { detail: 'There is no such thing.' }];
      const [status, answer] = typeof found === 'function' ? found(path) : found;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});

afterEach(async () => {
  jest.restoreAllMocks();
  await new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const environment = {
    ...readEnvironment({ HOME: folder }),
    stateDir: folder,
    server: `http://127.0.0.1:${port}`,
  };
  return runCommandLine(words, environment);
}

describe('findings and cleanups', () => {
  it('ask for the open ones, and print a table', async () => {
    answers = { '/findings': [200, { items: [finding('pressure-1')] }] };
    expect(await run('findings')).toBe(0);
    expect(asked.map(({ path }) => path)).toEqual(['/findings?state=open&limit=1000']);
    expect(out).toMatch(/^FINDING .*\npressure-1 .*94\.8 %.*confirmed/u);
  });

  it('read every page', async () => {
    answers = {
      '/findings': (path) =>
        path.endsWith('&continue=more')
          ? [200, { items: [finding('b')] }]
          : [200, { items: [finding('a')], continue: 'more' }],
    };
    expect(await run('findings')).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(3);
  });

  it('say how many are not shown', async () => {
    const many = Array.from({ length: 3 }, (_, at) => cleanup(`c${at}`));
    answers = { '/cleanups': [200, { items: many }] };
    expect(await run('cleanups', '--limit', '2', '--node', 'a b')).toBe(0);
    expect(asked[0]?.path).toBe('/cleanups?state=all&node=a+b&limit=1000');
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(err).toBe('1 further ones: --limit 3 shows them.\n');
  });

  it('print what REST answers with --json', async () => {
    const answer = { items: [finding('pressure-1')], continue: 'x' };
    answers = { '/findings': [200, answer] };
    expect(await run('findings', '--json', '--limit', '1')).toBe(0);
    expect(JSON.parse(out)).toEqual(answer);
    expect(asked[0]?.path).toBe('/findings?state=open&limit=1');
  });

  it('say why there is nothing', async () => {
    answers = { '/findings': [200, { items: [] }], '/policies': [200, { items: [] }] };
    expect(await run('findings')).toBe(0);
    expect(out).toBe('');
    expect(err).toContain('there is no policy yet');
  });

  it('show one in full, and fail for one that is not there', async () => {
    answers = { '/cleanups/c%2F1': [200, cleanup('c/1')] };
    expect(await run('cleanups', 'c/1')).toBe(0);
    expect(out).toContain('step 1: send SIGUSR2, freed: 500 MiB');
    expect(await run('cleanups', 'gone')).toBe(1);
    expect(err).toBe('memwarden: There is no such thing.\n');
  });
});

describe('a cleanup by hand', () => {
  const holders = [{ id: 'process:42:7', kind: 'process', pid: 42, name: 'x', bytes: 1 }];
  beforeEach(() => {
    answers = {
      '/nodes': [200, [{ node: 'node-a' }]],
      '/nodes/node-a/ledger': [200, { node: 'node-a', devices: [{ id: 'host', holders }] }],
      '/cleanups': [201, cleanup('by-hand-1', { completed: '', steps: [] })],
    };
  });
  const request = (): unknown => asked.find(({ method }) => method === 'POST')?.body;

  it('names the incarnation of the process', async () => {
    expect(await run('cleanups', 'create', '--pid', '42', '--reason', 'now')).toBe(0);
    expect(request()).toEqual({ target: { node: 'node-a', holder: 'process:42:7' }, reason: 'now' });
    expect(err).toContain('memwarden cleanups by-hand-1');
  });

  it('says how the process is asked', async () => {
    await run(
      'cleanups',
      'create',
      '--holder',
      'h',
      '--signal',
      'usr2',
      '--verify-after',
      '5',
      '--min-freed',
      '1Mi',
    );
    expect(request()).toEqual({
      target: { node: 'node-a', holder: 'h' },
      ladder: [
        {
          type: 'Notify',
          notify: { transport: 'Signal', signal: 'SIGUSR2' },
          verifyAfterSeconds: 5,
          minFreed: '1Mi',
        },
      ],
    });
    asked = [];
    await run('cleanups', 'create', '--holder', 'h', '--http');
    expect(request()).toMatchObject({
      ladder: [{ type: 'Notify', notify: { transport: 'PodHTTP' }, verifyAfterSeconds: 30, minFreed: '1Mi' }],
    });
  });

  it.each([
    ['Freed', 0],
    ['Ineffective', 1],
    ['Unknown', 1],
  ])('is waited for: %s is exit status %p', async (completed, status) => {
    answers = { ...answers, '/cleanups/by-hand-1': [200, cleanup('by-hand-1', { completed })] };
    expect(await run('cleanups', 'create', '--pid', '42', '--wait', '--json')).toBe(status);
    expect(JSON.parse(out)).toMatchObject({ status: { conditions: [{ reason: completed }] } });
  });

  it('is not asked for without a target, with two ways, or with a process that has no row', async () => {
    expect(await run('cleanups', 'create')).toBe(2);
    expect(await run('cleanups', 'create', '--pid', '42', '--holder', 'h')).toBe(2);
    expect(await run('cleanups', 'create', '--pid', '42', '--signal', 'USR2', '--http')).toBe(2);
    expect(await run('cleanups', 'create', '--pid', '42', '--min-freed', '1Mi')).toBe(2);
    expect(await run('cleanups', 'create', '--pid', '43')).toBe(1);
    expect(err).toContain('no row for process 43');
    expect(request()).toBeUndefined();
  });

  it('shows where it is wrong when it is refused', async () => {
    const problems = [{ path: 'ladder[0].notify.signal', message: 'SIGKILL cannot be handled\x1b[2J' }];
    answers = { ...answers, '/cleanups': [422, { detail: 'This cannot be asked for.', problems }] };
    expect(await run('cleanups', 'create', '--pid', '42', '--signal', 'KILL')).toBe(1);
    expect(err).toBe(
      'memwarden: This cannot be asked for.\n  ladder[0].notify.signal: SIGKILL cannot be handled\\x1b[2J\n',
    );
  });

  it('is cancelled by name', async () => {
    answers = { '/cleanups/c1/cancel': [200, cleanup('c1', { completed: 'Cancelled', steps: [] })] };
    expect(await run('cleanups', 'cancel', 'c1')).toBe(0);
    expect(asked).toEqual([{ method: 'POST', path: '/cleanups/c1/cancel', body: {} }]);
    expect(out).toContain('outcome       cancelled');
    expect(await run('cleanups', 'cancel')).toBe(2);
  });
});

describe('the mode', () => {
  const mode = { effective: 'Enforce', acts: 'On', levels: [], pause: null, breaker: null, nodes: [] };

  it.each([
    [['pause', '--reason', 'deploying'], '/pause', { reason: 'deploying' }],
    [['pause'], '/pause', {}],
    [['resume'], '/resume', {}],
    [['breaker', 'reset'], '/breaker:reset', {}],
  ])('%p asks for %p', async (words, path, body) => {
    answers = { [path]: [200, mode] };
    expect(await run(...words)).toBe(0);
    expect(asked).toEqual([{ method: 'POST', path, body }]);
    expect(out).toBe('Acts are on, where a policy says Enforce.\n');
  });

  it('is read, and a part that is away is said', async () => {
    answers = { '/mode': [200, mode] };
    expect(await run('mode', '--json')).toBe(0);
    expect(JSON.parse(out)).toEqual(mode);
    answers = { '/mode': [503, { title: 'Unavailable', detail: 'The store takes no writes.' }] };
    expect(await run('mode')).toBe(1);
    expect(err).toBe('memwarden: The controller cannot do it now (503): The store takes no writes.\n');
  });

  it('the breaker wants to be told what to do', async () => {
    expect(await run('breaker')).toBe(2);
    expect(asked).toEqual([]);
  });
});

describe('audit and policies', () => {
  it('name the next page', async () => {
    answers = { '/audit': [200, { entries: [], continue: 'older' }] };
    expect(await run('audit', '--limit', '5')).toBe(0);
    expect(asked[0]?.path).toBe('/audit?limit=5');
    expect(err).toContain('memwarden audit --continue older');
    expect(await run('audit', '--limit', '1001')).toBe(2);
  });

  it('are listed, and shown in full', async () => {
    answers = { '/policies': [200, { items: [policy('a')] }], '/policies/a': [200, policy('a')] };
    expect(await run('policies')).toBe(0);
    expect(out).toMatch(/^POLICY .*\na +Enforce/u);
    expect(await run('policies', 'a')).toBe(0);
    expect(out).toContain('from          /p/a.yaml');
  });
});

describe('policies validate', () => {
  const good = (name: string): string => {
    const { apiVersion, kind, spec } = policy(name);
    return JSON.stringify({ apiVersion, kind, metadata: { name }, spec }, null, 1);
  };

  it('takes files and folders, at least one, and needs no controller', async () => {
    expect(await run('policies', 'validate')).toBe(2);
    await mkdir(join(folder, 'p'));
    await writeFile(join(folder, 'p/a.json'), good('a'));
    await writeFile(join(folder, 'p/b.yaml'), good('b'));
    await writeFile(join(folder, 'p/notes.md'), 'no policy');
    expect(await run('policies', 'validate', join(folder, 'p'))).toBe(0);
    expect(out).toBe(`${folder}/p/a.json: a accepted, Enforce\n${folder}/p/b.yaml: b accepted, Enforce\n`);
    expect(asked).toEqual([]);
  });

  it('says file, line, path and what is wrong, and fails', async () => {
    const file = join(folder, 'bad.yaml');
    await writeFile(file, good('a').replace('"mode": "Enforce"', '"mode": "Enforced"'));
    expect(await run('policies', 'validate', file)).toBe(1);
    const line =
      good('a')
        .split('\n')
        .findIndex((text) => text.includes('"mode"')) + 1;
    expect(out).toMatch(new RegExp(`bad\\.yaml:${line}:\\d+: spec\\.mode: .*Enforce`, 'u'));
    expect(err).toBe('1 of 1 would be refused.\n');
  });

  it('refuses a name twice, a file without a policy, and one that is not there', async () => {
    await writeFile(join(folder, 'a.yaml'), good('a'));
    await writeFile(join(folder, 'b.yaml'), good('a'));
    await writeFile(join(folder, 'empty.yaml'), '# nothing\n');
    const files = ['a.yaml', 'b.yaml', 'empty.yaml', 'gone.yaml'].map((name) => join(folder, name));
    expect(await run('policies', 'validate', '--json', ...files)).toBe(1);
    const { accepted, items } = JSON.parse(out) as { accepted: boolean; items: { reason?: string }[] };
    expect(accepted).toBe(false);
    expect(items.map(({ reason }) => reason)).toEqual([undefined, 'Duplicate', 'Unreadable', 'Unreadable']);
  });
});

describe('nodes', () => {
  it('are those that a controller has seen', async () => {
    const agent = { version: '0.1.0', rssBytes: 80 * 1024 * 1024, cpuPercent: 0.5, sampleMs: 7 };
    const lastSeen = new Date().toISOString();
    answers = { '/nodes': [200, [{ node: 'node-a', lastSeen, connected: false, agent }]] };
    expect(await run('nodes')).toBe(0);
    expect(out).toMatch(/^NODE .*\nnode-a +silent +0\.1\.0 +80\.0 MiB +0\.5 % +7\.0 ms/u);
    expect(await run('nodes', 'node-b')).toBe(1);
    expect(err).toContain('There is no node node-b');
  });
});
