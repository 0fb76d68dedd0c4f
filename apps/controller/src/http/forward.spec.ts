import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Forwarder, type ForwarderOptions } from './forward.js';

const servers: Server[] = [];
const forwarders: Forwarder[] = [];

afterEach(async () => {
  for (const forwarder of forwarders.splice(0)) forwarder[Symbol.dispose]();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serving(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A replica that does not lead: its address. */
async function following(leader: string | null, more: Partial<ForwarderOptions> = {}): Promise<string> {
  const forwarder = new Forwarder({ self: 'replica-b', isHere: () => false, leader: () => leader, ...more });
  forwarders.push(forwarder);
  return serving((request, response) => {
    const route = forwarder.route(request);
    if (route.kind === 'Leader') forwarder.forward(route.url, request, response);
    else response.writeHead(route.kind === 'Here' ? 200 : route.problem.status).end(route.kind);
  });
}

describe('a request at a replica that does not lead', () => {
  it('is answered by the leader, with what was sent, and says who passed it on', async () => {
    const leader = await serving((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { authorization, 'memwarden-forwarded': by } = request.headers;
        response.writeHead(201, { 'x-answer': 'yes' });
        response.end([request.method, request.url, authorization, by, Buffer.concat(chunks)].join(' '));
      });
    });
    const answer = await fetch(`${await following(leader)}/api/v1/pause?x=1`, {
      method: 'POST',
      headers: { authorization: 'Bearer t' },
      body: 'why',
    });
    expect([answer.status, answer.headers.get('x-answer'), await answer.text()]).toEqual([
      201,
      'yes',
      'POST /api/v1/pause?x=1 Bearer t replica-b why',
    ]);
  });

  it('is never passed on twice, nor to what is no address of a pod', async () => {
    const leader = await serving((_, response) => void response.end('leader'));
    const there = await following(leader);
    expect((await fetch(there, { headers: { 'memwarden-forwarded': 'replica-a' } })).status).toBe(503);
    for (const odd of [null, 'http://evil.example:80', 'file:///etc/passwd', 'http://10.0.0.1'])
      expect((await fetch(await following(odd))).status).toBe(503);
  });

  it('hears events as they come, and ends them when another replica leads', async () => {
    const leader = await serving((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    });
    const there = await following(leader);
    const answer = await fetch(there);
    const reader = answer.body!.getReader();
    const { value } = (await reader.read()) as { value: Uint8Array };
    expect(new TextDecoder().decode(value)).toBe('data: 1\n\n');
    forwarders[0]!.endAll();
    await expect(reader.read()).rejects.toThrow();
  });

  it('is ended when the leader does not answer in time, and when it is gone', async () => {
    const silent = await serving(() => undefined);
    expect((await fetch(await following(silent, { deadlineMs: 50 }))).status).toBe(504);
    expect((await fetch(await following('http://127.0.0.1:1'))).status).toBe(504);
  });

  it('is refused when too many are passed on already', async () => {
    const silent = await serving(() => undefined);
    const there = await following(silent, { most: 1 });
    const first = fetch(there).catch(() => null);
    const busy = async (): Promise<boolean> => (await fetch(there)).status === 503;
    while (!(await busy())) continue;
    forwarders[0]!.endAll();
    expect(await first).toBeNull();
  });
});
