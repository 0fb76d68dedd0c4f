/*
 * One request and its answer. Every request has a deadline, waits for its turn at the limiter, and is sent again only when
 * the first was certainly not done (refused before it was sent, 429), or when it changes nothing.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { MemwardenError, Unavailable } from '#contracts/errors';
import type { Connection } from './connection.js';
import { ApiUnavailable, errorOf, type ApiStatus } from './errors.js';
import { isCertificateFailure, neverSent, reasonOf } from './failures.js';
import type { Limiter, RequestPriority } from './limiter.js';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  /** application/json */
  readonly contentType?: string;
  /** For people. */
  readonly what: string;
  readonly priority: RequestPriority;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportOptions {
  readonly connection: Connection;
  readonly limiter: Limiter;
  readonly userAgent: string;
  /** From 0 to 1. */
  readonly chance: () => number;
}

const MOST_TRIES = 4;
/** A flood of findings waits, and is not taken for an outage. */
const TURN_WITHIN_MS = 120_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_ASKED_MS = 10_000;
const MOST_ANSWER_BYTES = 64 * 1024 * 1024;

export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** The answer's JSON. @throws what `errorOf` says, and ApiUnavailable */
  async json(request: Request): Promise<unknown> {
    return this.#tries(request, async (signal) => {
      const answer = await this.#send(request, signal, {});
      return JSON.parse(await textOf(answer.body, MOST_ANSWER_BYTES)) as unknown;
    });
  }

  /** The answer as it is, of at most so many bytes. @throws as `json` */
  async text(request: Request, mostBytes: number): Promise<string> {
    return this.#tries(request, async (signal) =>
      textOf((await this.#send(request, signal, {})).body, mostBytes),
    );
  }

  /** The answer's body as it comes, in force until it ends or `request.signal` aborts. The deadline is for its beginning. */
  async stream(request: Request, idleMs: number): Promise<AsyncIterable<Uint8Array>> {
    const answer = await this.#tries(request, (_, whole) =>
      this.#send(request, whole, { headersTimeout: request.timeoutMs, bodyTimeout: idleMs }),
    );
    return answer.body as AsyncIterable<Uint8Array>;
  }

  async #tries<R>(
    request: Request,
    work: (signal: AbortSignal, whole: AbortSignal) => Promise<R>,
  ): Promise<R> {
    const whole = request.signal ?? new AbortController().signal;
    const tried = { deadline: null as AbortSignal | null, isSent: false };
    for (let tries = 1; ; tries += 1) {
      tried.isSent = false;
      try {
        return await this.#options.limiter.run(request.priority, turnOf(request, whole), () => {
          tried.isSent = true;
          tried.deadline ??= AbortSignal.timeout(request.timeoutMs);
          return work(AbortSignal.any([whole, tried.deadline]), whole);
        });
      } catch (error) {
        const failure = this.#failureOf(error, request, tried);
        const pauseMs = this.#pauseAfter(failure, request, tries);
        const signal = AbortSignal.any([whole, tried.deadline ?? whole]);
        if (pauseMs === null || !(await paused(pauseMs, signal))) throw failure;
      }
    }
  }

  async #send(
    request: Request,
    signal: AbortSignal,
    timeouts: { readonly headersTimeout?: number; readonly bodyTimeout?: number },
  ): Promise<Dispatcher.ResponseData> {
    let answer = await this.#dispatch(request, signal, timeouts, false);
    if (answer.statusCode === 401) {
      await answer.body.dump();
      answer = await this.#dispatch(request, signal, timeouts, true);
    }
    if (answer.statusCode < 300) return answer;
    throw await refusalOf(answer, request);
  }

  async #dispatch(
    request: Request,
    signal: AbortSignal,
    timeouts: { readonly headersTimeout?: number; readonly bodyTimeout?: number },
    wereRefused: boolean,
  ): Promise<Dispatcher.ResponseData> {
    const { dispatcher, origin, headers } = await this.#options.connection.route(wereRefused);
    const { method, body, contentType = 'application/json' } = request;
    const options: Dispatcher.RequestOptions = {
      origin,
      method,
      path: pathOf(request),
      headers: {
        ...headers,
        accept: 'application/json',
        'user-agent': this.#options.userAgent,
        ...(body !== undefined && { 'content-type': contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
      ...timeouts,
    };
    try {
      return await orAborted(dispatcher.request(options), signal);
    } catch (error) {
      // A server with a new certificate: perhaps the CA was replaced, too.
      if (wereRefused || !isCertificateFailure(error)) throw error;
      return this.#dispatch(request, signal, timeouts, true);
    }
  }

  #failureOf(error: unknown, request: Request, { deadline, isSent }: Tried): unknown {
    if (request.signal?.aborted === true) return request.signal.reason;
    if (error instanceof MemwardenError) return error;
    if (!isSent) {
      const text = `${request.what}: too much is asked of the API server, and its turn did not come; it was not sent.`;
      return new ApiUnavailable(text, false, null, { cause: error });
    }
    const isUnresolved = request.method !== 'GET' && !neverSent(error);
    const reason = deadline?.aborted === true ? `no answer within ${request.timeoutMs} ms` : reasonOf(error);
    const note = isUnresolved ? '; whether it was done is not known' : '';
    const text = `${request.what}: the API server cannot be reached (${reason})${note}.`;
    return new ApiUnavailable(text, isUnresolved, null, { cause: error });
  }

  /** Null: not again. */
  #pauseAfter(failure: unknown, { method }: Request, tries: number): number | null {
    if (!(failure instanceof ApiUnavailable) || tries >= MOST_TRIES) return null;
    if (method !== 'GET' && failure.isUnresolved) return null;
    const asked = Math.min(failure.retryAfterMs ?? 0, LONGEST_ASKED_MS);
    return asked + FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + this.#options.chance());
  }
}

/** Undici hears of an abort only once it is connected; what was aborted before is then not sent. */
async function orAborted<R>(answer: Promise<R>, signal: AbortSignal): Promise<R> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

interface Tried {
  readonly deadline: AbortSignal | null;
  readonly isSent: boolean;
}

/** How long it waits until it is sent. What keeps a lease cannot wait longer than it may take. */
function turnOf({ priority, timeoutMs }: Request, whole: AbortSignal): AbortSignal {
  const ms = priority === 'lead' ? timeoutMs : Math.max(timeoutMs, TURN_WITHIN_MS);
  return AbortSignal.any([whole, AbortSignal.timeout(ms)]);
}

/** False: it was given up meanwhile. */
async function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

function pathOf({ path, query = {} }: Request): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? path : `${path}?${given.toString()}`;
}

async function refusalOf(answer: Dispatcher.ResponseData, { method, what }: Request): Promise<Error> {
  const text = await textOf(answer.body, MOST_ANSWER_BYTES);
  const seconds = Number(answer.headers['retry-after']);
  return errorOf({
    code: answer.statusCode,
    status: statusOf(text),
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null,
    isWrite: method !== 'GET',
    what,
  });
}

/** What stands before the API server (a proxy, a load balancer) answers in no particular form. */
function statusOf(text: string): ApiStatus {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return { message: text.slice(0, 256) };
  }
}

/** @throws {Unavailable} when it is longer: nobody can work with it */
async function textOf(body: AsyncIterable<Uint8Array>, mostBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Unavailable(`The API server's answer has more than ${mostBytes} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
