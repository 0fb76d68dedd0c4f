/*
 * A way between an agent and its controller that can freeze: both connections stay open and nothing passes any more, as
 * when a machine hangs or a cable is cut.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export class FreezablePath implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(
    readonly path: string,
    to: string,
  ) {
    this.#server = createServer((near) => {
      const far = connect(to);
      for (const [from, into] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => undefined);
        from.on('close', () => into.destroy());
        from.pipe(into);
      }
    });
  }

  static async listen(path: string, to: string): Promise<FreezablePath> {
    const made = new FreezablePath(path, to);
    made.#server.listen(path);
    await once(made.#server, 'listening');
    return made;
  }

  freeze(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
