/*
 * A watch's body, one JSON object a line, as events. Bounded by the longest line; ended by an error event as by a broken
 * connection: with a throw.
 */
import { MemwardenError } from '#contracts/errors';
import type { StoredObject } from '#contracts/store';
import { ApiUnavailable, errorOf, type ApiStatus } from './errors.js';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** Of a bookmark: only its resourceVersion and annotations. */
  readonly object: StoredObject;
}

/** etcd takes 1.5 MiB; JSON of it may be somewhat longer. */
const LONGEST_LINE = 8 * 1024 * 1024;
const NEWLINE = 10;

/** @throws by iteration {Expired | ApiUnavailable} */
export async function* watchEvents(
  body: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<WatchEvent> {
  try {
    for await (const line of lines(body)) yield eventOf(JSON.parse(line), what);
  } catch (error) {
    throw error instanceof MemwardenError
      ? error
      : new ApiUnavailable(`${what}: the connection broke (${String(error)}).`, false, null, {
          cause: error,
        });
  }
}

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let begun: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    let start = 0;
    for (let end = part.indexOf(NEWLINE); end >= 0; end = part.indexOf(NEWLINE, start)) {
      begun.push(part.subarray(start, end));
      const line = Buffer.concat(begun).toString('utf8');
      begun = [];
      bytes = 0;
      start = end + 1;
      if (line !== '') yield line;
    }
    begun.push(part.subarray(start));
    bytes += part.length - start;
    if (bytes > LONGEST_LINE) throw new ApiUnavailable('A line of a watch is too long.', false, null);
  }
}

function eventOf(value: unknown, what: string): WatchEvent {
  const { type, object } = value as { readonly type?: unknown; readonly object?: unknown };
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return { type, object: object as StoredObject };
    default: {
      const status = (typeof object === 'object' && object !== null ? object : {}) as ApiStatus;
      throw errorOf({ code: status.code ?? 500, status, retryAfterMs: null, isWrite: false, what });
    }
  }
}
