/*
 * The controller's HTTP side as strangers, browsers and many clients at once meet it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { someReport } from '#testing';
import { TestController, TOKEN } from './support/controller.js';
import { EventStream } from './support/event-stream.js';
import { until } from './support/until.js';

jest.setTimeout(30_000);

/** Nobody listens there: what is tested here needs no Redis. */
const NO_REDIS = 'unix:///nonexistent/redis.sock';

let webDir: string;
const things: AsyncDisposable[] = [];

beforeAll(() => {
  webDir = mkdtempSync(join(tmpdir(), 'mw-web-'));
  mkdirSync(join(webDir, 'assets'));
  writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>Memwarden</title>');
  writeFileSync(join(webDir, 'assets', 'index-a1b2c3d4.js'), 'void 0;');
});
afterEach(async () => {
  for (const thing of things.splice(0).reverse()) await thing[Symbol.asyncDispose]();
});
afterAll(() => {
  rmSync(webDir, { recursive: true, force: true });
});

async function controller(more: Partial<ConstructorParameters<typeof TestController>[0]> = {}) {
  const started = await new TestController({ redisUrl: NO_REDIS, webDir, ...more }).start();
  things.push(started);
  return started;
}

function agent(of: TestController) {
  const link = of.agent();
  things.push(link);
  return link;
}

describe('who may ask', () => {
  it('nobody without the token, in header or cookie', async () => {
    const server = await controller();
    const host = `localhost:${server.port}`;
    const status = async (headers: Record<string, string>, path = '/api/v1/nodes') =>
      (await server.send('GET', path, { headers: { host, ...headers } })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer guess' })).toBe(401);
    expect(await status({ authorization: TOKEN })).toBe(401);
    expect(await status({ cookie: `memwarden-${server.port}=${TOKEN}` })).toBe(401);
    expect(await status({}, '/api/v1/events')).toBe(401);
    expect(await status({}, '/%61pi/v1/nodes')).toBe(401);
    expect(await status({ authorization: `bearer ${TOKEN}` })).toBe(200);

    const signIn = await server.send('GET', `/?token=${TOKEN}`, { headers: { host } });
    expect(signIn).toMatchObject({ status: 303, headers: { location: '/' } });
    const [cookie = ''] = signIn.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    expect(cookie).not.toContain(TOKEN);
    expect(await status({ cookie: cookie.split(';')[0]! })).toBe(200);
    expect((await server.send('GET', '/?token=guess', { headers: { host } })).status).toBe(401);
  });

  it('no page of another host, wherever its name points', async () => {
    const server = await controller({ hosts: ['memwarden.example.org', 'tunnel:9000'] });
    const status = async (host: string, path = '/api/v1/nodes') => (await server.get(path, { host })).status;
    for (const host of [
      'evil.example',
      'localhost',
      '127.0.0.1:1',
      `evil.example:${server.port}`,
      `127.0.0.1.evil.example:${server.port}`,
      '10.0.0.1:80',
    ])
      expect([host, await status(host)]).toEqual([host, 403]);
    expect(await status('evil.example', '/')).toBe(403);
    expect(await status('evil.example', '/livez')).toBe(403);
    for (const host of [
      `127.0.0.1:${server.port}`,
      `LOCALHOST:${server.port}`,
      `[::1]:${server.port}`,
      'memwarden.example.org',
      'memwarden.example.org:443',
      'tunnel:9000',
    ])
      expect([host, await status(host)]).toEqual([host, 200]);
  });

  it('is answered, whatever stands in the request line, and no token is logged', async () => {
    const server = await controller();
    const host = { host: `localhost:${server.port}` };
    for (const path of ['//', `//?token=${TOKEN}`, '//[', '//:99999999/', '/\\\\', '//x/api/v1/nodes'])
      expect([path, (await server.send('GET', path, { headers: host })).status]).toEqual([path, 200]);
    for (const path of ['/%', '/%ff', '/api/v1/nodes/%ff/ledger']) {
      const answer = await server.send('GET', path, { headers: host });
      expect(answer).toMatchObject({ status: 400, headers: { 'x-frame-options': 'DENY' } });
      expect(JSON.parse(answer.body)).toMatchObject({ code: 'BadRequest', status: 400 });
    }
  });

  it('and HEAD says of a probe what GET does', async () => {
    const server = await controller();
    const host = { host: '10.0.0.1:80' };
    for (const path of ['/livez', '/readyz', '/metrics'])
      expect(await server.send('HEAD', path, { headers: host })).toMatchObject({ status: 200, body: '' });
    const page = await server.send('HEAD', '/', {});
    expect(page).toMatchObject({ status: 200, body: '' });
    expect(page.headers['content-length']).toBe('39');
    expect((await server.send('HEAD', '/readyz', {})).headers['content-type'] ?? '').not.toContain('html');
  });

  it('nobody with a body of 100 MB, and it is not read', async () => {
    const server = await controller();
    let sent = 0;
    const answer = await server.send('POST', '/api/v1/nodes', {
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
        'content-length': String(100 * 1024 * 1024),
      },
      write: (chunk) => {
        const block = Buffer.alloc(64 * 1024);
        while (sent < 256 * 1024 && chunk(block)) sent += block.length;
      },
    });
    expect(answer).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'BodyTooLarge' });
    expect((await server.get('/livez')).status).toBe(200);
  });
});

describe('the page', () => {
  it('is served with strict headers, and its own routes too', async () => {
    const server = await controller();
    const page = await server.send('GET', '/', {});
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    });
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    expect((await server.send('GET', '/nodes/node-a', {})).body).toBe(page.body);
    const again = await server.send('GET', '/', {
      headers: { host: `127.0.0.1:${server.port}`, 'if-none-match': page.headers.etag! },
    });
    expect(again).toMatchObject({ status: 304, body: '' });
    const asset = await server.send('GET', '/assets/index-a1b2c3d4.js', {});
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const path of [
      '/assets/none.js',
      '/../../etc/passwd.txt',
      '/%2e%2e%2fpackage.json',
      '/assets/%00.js',
    ])
      expect((await server.send('GET', path, {})).status).toBe(404);
  });
});

describe('a page that is built anew meanwhile', () => {
  it('stays what it was', async () => {
    const server = await controller();
    const before = await server.send('GET', '/', {});
    const index = join(webDir, 'index.html');
    const content = '<!doctype html><title>Memwarden</title>';
    try {
      writeFileSync(index, `${content}<p>and more`);
      expect(await server.send('GET', '/', {})).toMatchObject({ status: 200, body: before.body });
      rmSync(index);
      expect((await server.send('GET', '/', {})).body).toBe(before.body);
    } finally {
      writeFileSync(index, content);
    }
  });
});

describe('event streams', () => {
  it('carry ledgers and nodes, escaped, and what a returning client missed', async () => {
    const server = await controller();
    const stream = new EventStream(server.port);
    things.push(stream);
    await until('open', () => stream.text.includes('retry:'));
    const link = agent(server);
    link.offer(someReport());
    await until('news', () => stream.text.includes('event: ledger'));
    expect(stream.response?.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(stream.text).toMatch(/event: node\nid: \d+\ndata: {"node":"node-a","state":"connected"}\n\n/);
    expect(stream.text).toMatch(
      /event: ledger\nid: \d+\ndata: {"node":"node-a","takenAt":"2026-09-21T14:13:20.000Z"}\n\n/,
    );
    const back = new EventStream(server.port, { 'last-event-id': 'whatever it was' });
    things.push(back);
    await until('missed', () => back.text.includes('event: ledger'));
  });

  it('number at most 1,000; one that ends makes room', async () => {
    const server = await controller();
    const streams = Array.from({ length: 1000 }, () => new EventStream(server.port));
    things.push(...streams);
    await until('all open', () => streams.every((stream) => stream.status === 200), 20_000);
    const refused = await server.get('/api/v1/events');
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'TooManyStreams' });
    expect((await server.get('/api/v1/nodes')).status).toBe(200);
    agent(server).offer(someReport());
    await until('all told', () => streams.every((stream) => stream.text.includes('event: ledger')), 20_000);
    await streams[0]![Symbol.asyncDispose]();
    await until('room', async () => {
      const late = new EventStream(server.port);
      things.push(late);
      await until('answered', () => late.status !== 0);
      return late.status === 200;
    });
  });
});
