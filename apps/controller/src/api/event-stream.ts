/*
 * One client of the event stream (WHATWG HTML, server-sent events). It gets what it can take: like notices are merged
 * while it is slow, and one that takes nothing for a while is dropped; it comes back by itself and reads anew.
 */
import type { ServerResponse } from 'node:http';
import type { Notice } from '#contracts/notice';
import type { Subscription } from '#events';
import { rfc3339 } from './time.js';

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly notices: Subscription<Notice>;
  /** News that a returning client may have missed. */
  readonly missed: Iterable<Notice>;
  readonly heartbeatMs?: number;
  /** A client that takes nothing for so long is dropped. */
  readonly patienceMs?: number;
  readonly nowMs: () => number;
}

const HEARTBEAT_MS = 15_000;
const PATIENCE_MS = 20_000;
/** How soon a browser comes back. */
const RETRY_MS = 2000;

/** Resolves when the client is gone or was dropped. Never rejects. */
export async function serveEvents(options: EventStreamOptions): Promise<void> {
  const { response, notices, missed, nowMs } = options;
  const heartbeat = new Heartbeat(response, options.heartbeatMs ?? HEARTBEAT_MS);
  response.once('close', () => {
    notices[Symbol.dispose]();
  });
  try {
    response.write(`retry: ${RETRY_MS}\n: news follow; read the state from /api/v1/nodes\n\n`);
    for await (const notice of inTurn(missed, notices)) {
      if (
        !response.write(frame(notice, nowMs())) &&
        !(await drained(response, options.patienceMs ?? PATIENCE_MS))
      )
        break;
    }
  } catch {
    // Cut off by the bus: dropped like any slow client, and told by the end of the stream.
  } finally {
    heartbeat[Symbol.dispose]();
    notices[Symbol.dispose]();
    response.destroy();
  }
}

async function* inTurn(missed: Iterable<Notice>, news: AsyncIterable<Notice>): AsyncIterable<Notice> {
  yield* missed;
  yield* news;
}

/** Texts are JSON strings, so that no name can end a line or a field. */
function frame(notice: Notice, nowMs: number): string {
  const { kind, ...rest } = notice;
  const data = notice.kind === 'ledger' ? { node: notice.node, takenAt: rfc3339(notice.takenAtMs) } : rest;
  return `event: ${kind}\nid: ${nowMs}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** False: not within the client's time. */
function drained(response: ServerResponse, patienceMs: number): Promise<boolean> {
  // It will say neither any more.
  if (response.destroyed) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (isDrained: boolean) => (): void => {
      clearTimeout(timer);
      response.off('drain', yes);
      response.off('close', no);
      resolve(isDrained);
    };
    const yes = done(true);
    const no = done(false);
    const timer = setTimeout(no, patienceMs);
    response.once('drain', yes);
    response.once('close', no);
  });
}

/** A comment line now and then, so that neither end takes a quiet connection for a dead one. */
class Heartbeat implements Disposable {
  #timer: NodeJS.Timeout;

  constructor(response: ServerResponse, everyMs: number) {
    const beat = (): void => {
      if (!response.writableNeedDrain) response.write(': alive\n\n');
      this.#timer = setTimeout(beat, everyMs);
    };
    this.#timer = setTimeout(beat, everyMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
