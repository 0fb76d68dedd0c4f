/*
 * /livez, /readyz and /metrics for the kubelet and Prometheus; nothing else, no state, no body is read. Liveness
 * says only that the event loop turns: a stalled kernel file must not get the agent killed.
 */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Probes {
  readonly isReady: () => boolean;
  readonly metrics: () => string;
}

const REQUEST_LIMIT_MS = 5_000;
const MOST_CONNECTIONS = 64;
/** So that nobody keeps the kubelet out, whose probes decide whether this process lives. */
const MOST_OF_ONE_ADDRESS = 8;

export class HttpEndpoint {
  private readonly server: Server;
  private readonly connections = new Map<string, number>();

  constructor(
    private readonly address: { readonly host: string; readonly port: number },
    private readonly probes: Probes,
  ) {
    // Not imported: an ES import of node:http reads all its exports, which loads undici, 13 MiB that nobody uses here.
    this.server = process
      .getBuiltinModule('node:http')
      .createServer({ requestTimeout: REQUEST_LIMIT_MS }, (request, response) => {
        this.answer(request, response);
      });
    this.server.maxConnections = MOST_CONNECTIONS;
    this.server.on('connection', (socket) => {
      this.connected(socket);
    });
  }

  /** The port it listens on. @throws the system's error for an address that is taken or not ours */
  async start(): Promise<number> {
    this.server.listen(this.address.port, this.address.host);
    await once(this.server, 'listening');
    const bound = this.server.address();
    return bound !== null && typeof bound === 'object' ? bound.port : this.address.port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private connected(socket: Socket): void {
    const { connections } = this;
    const from = socket.remoteAddress ?? '';
    const count = (connections.get(from) ?? 0) + 1;
    connections.set(from, count);
    socket.once('close', () => {
      const left = (connections.get(from) ?? 1) - 1;
      if (left > 0) connections.set(from, left);
      else connections.delete(from);
    });
    if (count > MOST_OF_ONE_ADDRESS) socket.destroy();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'GET') {
      send(response, 405, 'GET only\n');
      return;
    }
    switch (request.url ?? '') {
      case '/livez':
        send(response, 200, 'ok\n');
        return;
      case '/readyz':
        send(response, this.probes.isReady() ? 200 : 503, this.probes.isReady() ? 'ok\n' : 'no ledger yet\n');
        return;
      case '/metrics':
        send(response, 200, this.probes.metrics());
        return;
      default:
        send(response, 404, 'Here are /livez, /readyz and /metrics.\n');
    }
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(text);
}
