/*
 * What every request passes before anything else: headers that keep browsers strict, the size of what it brings, who asks.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asProblem, NOT_UNDERSTOOD, RequestRefused, sendProblem } from '../api/problem.js';
import {
  accessOf,
  cookieName,
  cookieOf,
  cookieValue,
  isPublic,
  sameSecret,
  type Access,
  type AccessRules,
  type AskedWith,
} from './access.js';
import { setCaller } from './caller.js';
import type { ClusterAccess } from './cluster-access.js';
import type { Forwarder } from './forward.js';
import { requestUrl } from './request-url.js';

export const BODY_LIMIT = 64 * 1024;

const STRICT_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Requests that the router cannot read pass no hook. */
export function refuseUnreadable(_error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply.headers(STRICT_HEADERS), NOT_UNDERSTOOD);
}

export interface Guarding {
  /** Asked for each time: the port is known only once it listens. */
  readonly rules: () => AccessRules;
  /** Null: one token opens everything, and its holder has this name. */
  readonly access: ClusterAccess | null;
  readonly tokenHolder: string;
  /** Null: there are no other replicas. */
  readonly forwarder: Forwarder | null;
}

export function guardRequests(server: FastifyInstance, guarding: Guarding): void {
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers(STRICT_HEADERS);
    const url = requestUrl(request);
    try {
      if (url === null) throw new RequestRefused(400, NOT_UNDERSTOOD.code, NOT_UNDERSTOOD.detail);
      refuseLarge(request, reply);
      await new Passage(guarding, request, reply).pass(url);
    } catch (error) {
      const problem = asProblem(error);
      if (problem === null) throw error;
      sendProblem(reply, problem);
    }
    // Fastify takes a reply that was sent, or is sent by somebody else, for the end of it.
    return reply.sent ? reply : undefined;
  });
}

/** The rest of the body is never read: the connection ends with the answer. @throws {RequestRefused} */
function refuseLarge(request: FastifyRequest, reply: FastifyReply): void {
  if (Number(request.headers['content-length'] ?? 0) <= BODY_LIMIT) return;
  void reply.header('connection', 'close');
  throw new RequestRefused(413, 'BodyTooLarge', 'The body is larger than 64 KiB; send less.');
}

/** One request on its way in. */
class Passage {
  readonly #rules: AccessRules;

  constructor(
    private readonly guarding: Guarding,
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
  ) {
    this.#rules = guarding.rules();
  }

  /** @throws {RequestRefused} */
  async pass({ pathname, searchParams }: URL): Promise<void> {
    if (pathname.startsWith('/api')) void this.reply.header('cache-control', 'no-store');
    const asked = this.#asked(pathname);
    const access = accessOf(this.#rules, asked);
    if (access === 'WrongHost') throw new RequestRefused(403, 'WrongHost', WRONG_HOST);
    const token = pathname === '/' ? searchParams.get('token') : null;
    // Who asks is for the replica to say that answers: it also made the cookie.
    if ((isOfApi(pathname) || token !== null) && this.#isForwarded()) return;
    if (token !== null) await this.#signIn(token);
    else if (!isPublic(asked)) await this.#admit(access, asked);
  }

  #asked(path: string): AskedWith {
    const { host, authorization, cookie } = this.request.headers;
    return { path, route: this.request.routeOptions.url, host, authorization, cookie };
  }

  #isForwarded(): boolean {
    const { forwarder } = this.guarding;
    const { raw } = this.request;
    const route = forwarder?.route(raw) ?? { kind: 'Here' };
    if (forwarder === null || route.kind === 'Here') return false;
    if (route.kind === 'Nowhere') sendProblem(this.reply.header('retry-after', RETRY_S), route.problem);
    else forwarder.forward(route.url, raw, this.reply.hijack().raw);
    return true;
  }

  async #admit(found: Access, { route, authorization, cookie = '' }: AskedWith): Promise<void> {
    const { access, tokenHolder } = this.guarding;
    if (access === null) {
      if (found !== 'Granted') throw new RequestRefused(401, 'WrongToken', WRONG_TOKEN);
      setCaller(this.request.raw, { name: tokenHolder, identity: null });
      return;
    }
    const ours = cookieOf(cookie, cookieName(this.#rules.port));
    setCaller(this.request.raw, await access.admit(route, { authorization, cookie: ours }));
  }

  /** The token leaves the address bar at once: neither history nor a screenshot keeps it. */
  async #signIn(given: string): Promise<void> {
    const { access } = this.guarding;
    const { token, port } = this.#rules;
    const value = access === null ? ownCookie(given, token) : await access.signIn(given);
    const cookie = `${cookieName(port)}=${value}; HttpOnly; SameSite=Strict; Path=/`;
    void this.reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect('/', 303);
  }
}

/** @throws {RequestRefused} */
function ownCookie(given: string, token: string | null): string {
  if (token !== null && sameSecret(given, token)) return cookieValue(token);
  throw new RequestRefused(401, 'WrongToken', WRONG_TOKEN);
}

function isOfApi(pathname: string): boolean {
  return pathname === '/api' || pathname.startsWith('/api/');
}

const RETRY_S = 2;
const WRONG_HOST =
  'The Host header is not one of this server. Use http://127.0.0.1 with its port, or name the host in MEMWARDEN_HTTP_HOSTS.';
const WRONG_TOKEN =
  'Send "Authorization: Bearer TOKEN", or open the URL with the token that the start printed.';
