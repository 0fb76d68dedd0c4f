/*
 * One HTTP/1.1 POST on a connection of its own, read no further than the status line: nothing else of an answer is
 * believed. By hand, because a client library follows, waits and buffers more than may be trusted here.
 */
import type { Socket } from 'node:net';

export interface Post {
  readonly port: number;
  readonly path: string;
  readonly body: string;
}

export type Exchange =
  | { readonly kind: 'Answered'; readonly status: number }
  /** Nothing left this process. */
  | { readonly kind: 'NotWritten'; readonly why: string }
  /** It may have arrived. */
  | { readonly kind: 'NoAnswer'; readonly why: string };

const MOST_BYTES = 1_024;

/** Never rejects; the connection is gone afterwards. */
export async function postOnce(socket: Socket, post: Post, limitMs: number): Promise<Exchange> {
  if (socket.destroyed) return { kind: 'NotWritten', why: 'the connection ended at once' };
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const timer = setTimeout(() => resolve({ kind: 'NoAnswer', why: 'no answer in time' }), limitMs);
  let read = '';
  socket.on('data', (piece: Buffer) => {
    read += piece.subarray(0, MOST_BYTES - read.length).toString('latin1');
    const status = finalStatus(read);
    if (status !== null) resolve({ kind: 'Answered', status });
    else if (read.length >= MOST_BYTES)
      resolve({ kind: 'NoAnswer', why: `no status in ${MOST_BYTES} bytes` });
  });
  socket.on('error', (error) => resolve({ kind: 'NoAnswer', why: error.message }));
  socket.on('close', () => resolve({ kind: 'NoAnswer', why: 'it closed the connection' }));
  socket.write(requestOf(post));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function requestOf({ port, path, body }: Post): string {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'User-Agent: memwarden',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Of the first answer that is not an interim one (RFC 9110 §15.2). Null: not there yet, or no HTTP. */
export function finalStatus(text: string): number | null {
  let rest = text;
  for (;;) {
    const [line, code] = /^HTTP\/1\.[01] ([1-5]\d{2})(?: [^\r\n]*)?\r?\n/.exec(rest) ?? [];
    if (line === undefined) return null;
    if (!code?.startsWith('1')) return Number(code);
    const end = /\r?\n\r?\n/.exec(rest);
    if (end === null) return null;
    rest = rest.slice(end.index + end[0].length);
  }
}
