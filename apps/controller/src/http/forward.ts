/*
 * Requests of people that reach a replica which does not lead, passed on to the one that does. Streams in both directions,
 * so that events arrive as they happen and nothing is kept here. What always holds: a request is passed on once at most,
 * to an address of a pod; an answer begins within DEADLINE_MS, or the request is ended; so many at once are passed on.
 */
import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { problemOf } from '../api/problem.js';
import type { Problem } from '../api/schemas.js';

const DEADLINE_MS = 10_000;
const MOST_AT_ONCE = 512;
const FORWARDED = 'memwarden-forwarded';
/** Of one connection, never of the message (RFC 9110, 7.6.1). */
const OF_ONE_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const ADDRESS = /^http:\/\/(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}$/;

export interface ForwarderOptions {
  /** In the header that says who passed it on. */
  readonly self: string;
  /** This replica answers itself. */
  readonly isHere: () => boolean;
  /** http://ADDRESS:PORT of another replica; null: none is known to lead. */
  readonly leader: () => string | null;
  readonly deadlineMs?: number;
  readonly most?: number;
}

export type Route =
  | { readonly kind: 'Here' }
  | { readonly kind: 'Leader'; readonly url: string }
  | { readonly kind: 'Nowhere'; readonly problem: Problem };

const NO_LEADER = problemOf(
  503,
  'NoLeader',
  'No replica of the controller is known to lead now; try again in a few seconds.',
);
const TOO_MANY = problemOf(
  503,
  'Busy',
  'Too many requests are passed on to the leading replica; try again in a few seconds.',
);
const NO_ANSWER = problemOf(
  504,
  'Stalled',
  'The leading replica did not answer in time; try again in a few seconds.',
);

export class Forwarder {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: 8, timeout: 60_000 });
  readonly #open = new Set<ServerResponse>();

  constructor(private readonly options: ForwarderOptions) {}

  route({ headers }: Pick<IncomingMessage, 'headers'>): Route {
    const { isHere, leader, most = MOST_AT_ONCE } = this.options;
    if (isHere()) return { kind: 'Here' };
    const url = leader();
    // Passed on by a replica that believes this one leads: it will know better soon.
    if (url === null || !ADDRESS.test(url) || headers[FORWARDED] !== undefined)
      return { kind: 'Nowhere', problem: NO_LEADER };
    return this.#open.size >= most ? { kind: 'Nowhere', problem: TOO_MANY } : { kind: 'Leader', url };
  }

  /** Answers the request, in the end. */
  forward(url: string, request: IncomingMessage, response: ServerResponse): void {
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    const { hostname, port } = new URL(url);
    const upstream = httpRequest({
      agent: this.#agent,
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      method: request.method,
      path: request.url,
      headers: { ...ownHeaders(request.headers), [FORWARDED]: this.options.self },
    });
    const timer = setTimeout(() => upstream.destroy(), this.options.deadlineMs ?? DEADLINE_MS);
    upstream.once('close', () => {
      clearTimeout(timer);
    });
    upstream.once('response', (answer) => {
      clearTimeout(timer);
      response.writeHead(answer.statusCode ?? 502, ownHeaders(answer.headers));
      // Events come when there are some: the head must not wait for the first.
      response.flushHeaders();
      pipeline(answer, response, () => undefined);
    });
    upstream.once('error', () => {
      refuse(response);
    });
    response.once('close', () => upstream.destroy());
    pipeline(request, upstream, () => undefined);
  }

  /** What is passed on now ends: another replica leads, or this one. */
  endAll(): void {
    for (const response of this.#open) response.destroy();
  }

  [Symbol.dispose](): void {
    this.endAll();
    this.#agent.destroy();
  }
}

function refuse(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(NO_ANSWER.status, { 'content-type': 'application/problem+json', connection: 'close' });
  response.end(JSON.stringify(NO_ANSWER));
}

function ownHeaders(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_HOP.has(name)));
}
