/*
 * Addresses of the link: `unix:/path.sock`, made 0600, or `host:port`.
 * A socket file that nobody answers on is left over and removed; anything else on that path is left alone.
 */
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { InvalidValue } from '#contracts/errors';
import { AddressInUse } from './errors.js';

export type LinkAddress =
  { readonly kind: 'unix'; readonly path: string } | { readonly kind: 'tcp'; readonly target: string };

/** @throws {InvalidValue} */
export function parseAddress(text: string): LinkAddress {
  if (text.startsWith('unix:/')) return { kind: 'unix', path: text.slice('unix:'.length) };
  if (/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(text)) return { kind: 'tcp', target: text };
  throw new InvalidValue(`${JSON.stringify(text)} is not an address; write unix:/path.sock or host:port.`);
}

/** Nobody else can listen in on the way there. A name may become another address tomorrow: only localhost is one's own. */
export function isOwnMachine(address: LinkAddress): boolean {
  if (address.kind === 'unix') return true;
  const host = address.target.replace(/:\d+$/, '');
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host);
}

export function targetOf(address: LinkAddress): string {
  return address.kind === 'unix' ? `unix:${address.path}` : address.target;
}

/** @throws {AddressInUse} somebody answers there, or it is not a socket */
export async function clearStaleSocket(path: string): Promise<void> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return;
  if (!stat.isSocket()) throw new AddressInUse(`${path} is there and is not a socket; move it away.`);
  if (await answers(path))
    throw new AddressInUse(
      `Another process listens on ${path}; end it, or choose another MEMWARDEN_LINK_LISTEN.`,
    );
  await unlink(path).catch(() => undefined);
}

/** Only a refused connection says that nobody is there; doubt counts as somebody. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.setTimeout(1000, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

/** Runs a bind so that the socket file is never, not even for a moment, open to others. */
export async function bindPrivately<T>(address: LinkAddress, bind: () => Promise<T>): Promise<T> {
  if (address.kind === 'tcp') return bind();
  const before = process.umask(0o177);
  try {
    const bound = await bind();
    await chmod(address.path, 0o600);
    return bound;
  } finally {
    process.umask(before);
  }
}
