/*
 * A wire between a client and a server that can be cut, held still and made to answer nonsense: real sockets, for what
 * networks and load balancers do.
 */
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #isStalled = false;
  #isRefusing = false;
  /** How many connections there were. */
  accepted = 0;

  private constructor(readonly target: number) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((listening) => proxy.#server.listen(0, '127.0.0.1', listening));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#pairs.size;
  }

  /** Ends every connection with a reset. */
  cut(): void {
    for (const [client, server] of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** A partition: what is open is cut, and what comes is reset. */
  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  /** Half-open: nothing passes either way, new connections included, and nobody is told. */
  stall(): void {
    this.#isStalled = true;
    for (const [client, server] of this.#pairs) {
      client.pause();
      server.pause();
    }
  }

  /** What is asked on open connections reaches the server, and no answer comes back. */
  deafen(): void {
    for (const [client, server] of this.#pairs) server.unpipe(client);
  }

  /** As a wire again; what was stalled stays dead. */
  mend(): void {
    this.#isRefusing = false;
    if (this.#isStalled) this.cut();
    this.#isStalled = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((closed) => this.#server.close(closed));
  }

  #accept(client: Socket): void {
    this.accepted += 1;
    client.on('error', () => undefined);
    if (this.#isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.target, '127.0.0.1');
    server.on('error', () => client.destroy());
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    const over = (): void => void this.#pairs.delete(pair);
    client.on('close', () => {
      over();
      server.destroy();
    });
    server.on('close', () => {
      over();
      client.destroy();
    });
    client.pipe(server);
    server.pipe(client);
    if (this.#isStalled) this.stall();
  }
}
