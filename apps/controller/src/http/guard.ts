/*
 * What every request passes before anything else: headers that keep browsers strict, the size of what it brings, who asks.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NOT_UNDERSTOOD, problemOf, sendProblem } from '../api/problem.js';
import { accessOf, cookieName, cookieValue, sameSecret, type AccessRules } from './access.js';
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

/** The rules are asked for each time: the port is known only once it listens. */
export function guardRequests(server: FastifyInstance, rules: () => AccessRules): void {
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(STRICT_HEADERS);
    if (isAnswered(request, reply, rules())) return;
    done();
  });
}

function isAnswered(request: FastifyRequest, reply: FastifyReply, rules: AccessRules): boolean {
  const url = requestUrl(request);
  if (url === null) {
    sendProblem(reply, NOT_UNDERSTOOD);
    return true;
  }
  const { pathname, searchParams } = url;
  if (pathname.startsWith('/api')) void reply.header('cache-control', 'no-store');
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    // The rest of the body is never read: the connection ends with the answer.
    void reply.header('connection', 'close');
    sendProblem(reply, problemOf(413, 'BodyTooLarge', 'The body is larger than 64 KiB; send less.'));
    return true;
  }
  const { host, authorization, cookie } = request.headers;
  const access = accessOf(rules, {
    path: pathname,
    route: request.routeOptions.url,
    host,
    authorization,
    cookie,
  });
  if (access !== 'Granted') {
    sendProblem(reply, access === 'WrongHost' ? WRONG_HOST : WRONG_TOKEN);
    return true;
  }
  const token = searchParams.get('token');
  if (pathname !== '/' || token === null) return false;
  signIn(reply, token, rules);
  return true;
}

const WRONG_HOST = problemOf(
  403,
  'WrongHost',
  'The Host header is not one of this server. Use http://127.0.0.1 with its port, or name the host in MEMWARDEN_HTTP_HOSTS.',
);
const WRONG_TOKEN = problemOf(
  401,
  'WrongToken',
  'Send "Authorization: Bearer TOKEN", or open the URL with the token that the start printed.',
);

/** The token leaves the address bar at once: neither history nor a screenshot keeps it. */
function signIn(reply: FastifyReply, given: string, { token, port }: AccessRules): void {
  if (!sameSecret(given, token)) {
    sendProblem(reply, WRONG_TOKEN);
    return;
  }
  const cookie = `${cookieName(port)}=${cookieValue(token)}; HttpOnly; SameSite=Strict; Path=/`;
  void reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect('/', 303);
}
