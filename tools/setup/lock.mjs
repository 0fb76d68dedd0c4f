/*
 * One set-up of a checkout at a time; a second waits for the first. The lock is an abstract unix socket: the kernel
 * takes it back however its holder ends, no file is left, and who waits hears of the end by the closed connection.
 */
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * @param {string} root the checkout
 * @param {() => void} onWait called once when somebody else holds the lock
 * @returns {Promise<() => void>} gives the lock back
 */
export async function lock(root, onWait) {
  const name = `\0memwarden-setup-${createHash('sha256').update(root).digest('hex').slice(0, 32)}`;
  for (let waited = false; ; waited = true) {
    const release = await tryListen(name);
    if (release !== undefined) return release;
    if (!waited) onWait();
    await holderEnded(name);
  }
}

/**
 * @param {string} name
 * @returns {Promise<(() => void) | undefined>} undefined: somebody else holds it
 */
function tryListen(name) {
  return new Promise((resolve, reject) => {
    /** @type {Set<import('node:net').Socket>} who waits */
    const waiting = new Set();
    const server = createServer((socket) => {
      waiting.add(socket.unref().on('error', () => undefined));
    });
    const release = () => {
      server.close();
      for (const socket of waiting) socket.destroy();
    };
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => resolve(release));
    server.unref();
  });
}

/** @param {string} name */
function holderEnded(name) {
  return new Promise((resolve) => {
    connect(name)
      .on('error', () => undefined)
      .once('close', resolve)
      .resume();
  });
}
