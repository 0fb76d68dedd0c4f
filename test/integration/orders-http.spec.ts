/* eslint-disable jest/no-standalone-expect -- what needs root or a program is in a conditional `it` */
/*
 * Orders over HTTP against real endpoints: kind, slow, endless, huge, redirecting, gone, and in another network
 * namespace. Each endpoint counts what it was asked.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, jest } from '@jest/globals';
import type { Order, OrderOutcome } from '#contracts/order';
import {
  deskIn,
  orderOf,
  perl,
  Program,
  scratchFolder,
  targetOf,
} from '../../apps/node-agent/test/orders.js';

// Every commit is a sync of the disk, and a busy disk is slow.
jest.setTimeout(60_000);

const isRoot = process.geteuid?.() === 0;
const canUnshare = isRoot && spawnSync('unshare', ['-n', 'true']).status === 0;
const SLEEPS = perl('print "READY\\n"; sleep 1 while 1;');

class Endpoint implements AsyncDisposable {
  readonly asked: string[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(readonly server: Server) {}

  static async with(answer: (socket: Socket) => void, host = '127.0.0.1', port = 0): Promise<Endpoint> {
    const server = createServer();
    const endpoint = new Endpoint(server);
    server.on('connection', (socket) => {
      endpoint.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        endpoint.asked.push(data.toString());
        answer(socket);
      });
    });
    server.listen(port, host);
    await once(server, 'listening');
    return endpoint;
  }
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function ask(target: Order['target'], allow?: unknown): Promise<OrderOutcome> {
  using folder = scratchFolder();
  await using desk = await deskIn(folder.path, allow === undefined ? {} : { allow });
  desk.desk.receive(orderOf('o1', { target, act: { type: 'Notify', transport: 'PodHTTP' } }));
  return await desk.answers.of('o1');
}

/** A process that holds the endpoint's listening socket, as the server that it stands for would. */
async function programWith(endpoint: Endpoint, more: Record<string, string> = {}): Promise<Program> {
  const env = { MEMWARDEN_NOTIFY_PORT: String(endpoint.port), ...more };
  const program = new Program(SLEEPS, env, undefined, endpoint.server);
  await program.says('READY');
  return program;
}

const says = (text: string) => (socket: Socket) => {
  socket.end(text);
};

describe('a request', () => {
  it('is one POST with a reason, to the port and path of the process', async () => {
    await using endpoint = await Endpoint.with(says('HTTP/1.1 204 No Content\r\n\r\n'));
    await using program = await programWith(endpoint, { MEMWARDEN_NOTIFY_PATH: '/free?x=1' });
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
    expect(endpoint.asked).toHaveLength(1);
    const [head = '', body = ''] = endpoint.asked[0]!.split('\r\n\r\n');
    expect(head).toMatch(/^POST \/free\?x=1 HTTP\/1\.1\r\n/);
    expect(head).toContain(`Host: 127.0.0.1:${endpoint.port}`);
    expect(JSON.parse(body)).toEqual({ reason: 'policy caches' });
  });

  const answers: [string, (socket: Socket) => void, string][] = [
    ['500', says('HTTP/1.1 500 No\r\n\r\n'), 'Executed'],
    ['404', says('HTTP/1.1 404 No\r\n\r\n'), 'Executed'],
    ['a redirect', says('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n'), 'Executed'],
    ['an endless head', (socket) => endless(socket), 'NoAnswer'],
    ['no HTTP', says('SSH-2.0-OpenSSH_9\r\n'), 'NoAnswer'],
    ['nothing', says(''), 'NoAnswer'],
    ['a reset', (socket) => socket.resetAndDestroy(), 'NoAnswer'],
    ['silence', () => undefined, 'NoAnswer'],
  ];

  it.each(answers)('answered by %s is done once', async (_, answer, reason) => {
    await using endpoint = await Endpoint.with(answer);
    await using program = await programWith(endpoint);
    const startMs = performance.now();
    const outcome = await ask(targetOf(program.pid));
    expect(outcome).toMatchObject(reason === 'Executed' ? { kind: reason } : { kind: 'Unknown', reason });
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(endpoint.asked).toHaveLength(1);
  });

  it('answered by a huge yes is a yes, of which no more than the beginning is read', async () => {
    let sent = 0;
    await using endpoint = await Endpoint.with((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && sent < 1e9 && socket.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      socket.on('drain', more);
      more();
    });
    await using program = await programWith(endpoint);
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('is not made where nobody listens', async () => {
    const endpoint = await Endpoint.with(says(''));
    const { port } = endpoint;
    await endpoint[Symbol.asyncDispose]();
    await using program = new Program(SLEEPS, { MEMWARDEN_NOTIFY_PORT: String(port) });
    await program.says('READY');
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Refused', reason: 'EndpointFailed' });
  });

  it('is not made to a port that another process listens on', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
      await using endpoint = await Endpoint.with(says('HTTP/1.1 200 OK\r\n\r\n'), host);
      await using program = new Program(SLEEPS, { MEMWARDEN_NOTIFY_PORT: String(endpoint.port) });
      await program.says('READY');
      expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Refused', reason: 'EndpointFailed' });
      expect(endpoint.asked).toEqual([]);
    }
  });

  it('is not made when 127.0.0.1 is another process’ though the port of another address is its own', async () => {
    await using endpoint = await Endpoint.with(says('HTTP/1.1 200 OK\r\n\r\n'));
    await using own = await Endpoint.with(says('HTTP/1.1 200 OK\r\n\r\n'), '127.0.0.2', endpoint.port);
    await using program = await programWith(own);
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Refused', reason: 'EndpointFailed' });
    expect([...endpoint.asked, ...own.asked]).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '::ffff:127.0.0.1'])('reaches a process that listens on %s', async (host) => {
    await using endpoint = await Endpoint.with(says('HTTP/1.1 200 OK\r\n\r\n'), host);
    await using program = await programWith(endpoint);
    expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
  });

  it('is not made to who names no port, or one that is not allowed', async () => {
    await using endpoint = await Endpoint.with(says('HTTP/1.1 200 OK\r\n\r\n'));
    await using silent = new Program(SLEEPS);
    await silent.says('READY');
    expect(await ask(targetOf(silent.pid))).toMatchObject({ reason: 'NotOptedIn' });
    await using program = await programWith(endpoint);
    const allow = { version: 1, acts: { Notify: [{ uids: [0, 1000], ports: [endpoint.port + 1] }] } };
    expect(await ask(targetOf(program.pid), allow)).toMatchObject({ reason: 'NotAllowedHere' });
    expect(endpoint.asked).toEqual([]);
  });

  (canUnshare ? it : it.skip)(
    'goes into the network namespace of the process, and nowhere else (needs root)',
    async () => {
      await using outside = await Endpoint.with(says('HTTP/1.1 200 OK\r\n\r\n'));
      const server = `
      use IO::Socket::INET; $|=1; system("ip link set lo up");
      my $s=IO::Socket::INET->new(LocalAddr=>"127.0.0.1",LocalPort=>${outside.port},Listen=>5,ReuseAddr=>1) or die;
      print "READY\\n";
      while(my $c=$s->accept){ my $l=<$c>; print "ASKED $l"; print $c "HTTP/1.1 204 Yes\\r\\n\\r\\n"; close $c }`;
      await using program = new Program(['unshare', '-n', ...perl(server)], {
        MEMWARDEN_NOTIFY_PORT: String(outside.port),
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      });
      expect(await program.says('READY')).toBe(true);
      expect(await ask(targetOf(program.pid))).toMatchObject({ kind: 'Executed' });
      expect(await program.says('ASKED POST /memwarden/release HTTP/1.1\r')).toBe(true);
      expect(outside.asked).toEqual([]);
      // And this process is still where it was.
      await using other = await programWith(outside);
      expect(await ask(targetOf(other.pid))).toMatchObject({ kind: 'Executed' });
      expect(outside.asked).toHaveLength(1);
    },
  );
});

function endless(socket: Socket): void {
  socket.write('HTTP/1.1 1');
  const more = () => {
    while (!socket.destroyed && socket.write('x'.repeat(1024)));
  };
  socket.on('drain', more);
  more();
}
/* eslint-enable jest/no-standalone-expect -- end of the file */
