/*
 * Two benchmarks at once measure each other. The lock is an abstract unix socket: the kernel takes it back when its
 * holder ends, whatever ended it, and no file stays behind.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Unavailable } from '#contracts/errors';

/** @throws {Unavailable} while another benchmark holds it */
export async function lockMachine(name = 'memwarden-bench'): Promise<AsyncDisposable> {
  const server = createServer();
  server.listen(`\0${name}`);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Unavailable('Another benchmark runs on this machine: wait for its end.', { cause });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
