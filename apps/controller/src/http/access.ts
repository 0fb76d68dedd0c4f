/*
 * Who may ask: decided from the headers alone, before a byte of a body is read. Pure.
 *   Host must be ours: a page of another site whose name was pointed here (DNS rebinding) is sent away.
 *   Everything under /api needs the token, as a Bearer header or as the cookie that `/?token=` sets.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface AccessRules {
  /** Null: no token of ours opens anything. */
  readonly token: string | null;
  readonly port: number;
  /** With or without a port; lower case. */
  readonly hosts: readonly string[];
}

export interface AskedWith {
  readonly path: string;
  /** The pattern that the router chose; undefined: none. The path alone can be written in many ways (/%61pi). */
  readonly route: string | undefined;
  readonly host: string | undefined;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
}

export type Access = 'Granted' | 'WrongHost' | 'WrongToken';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];
export const PAGE_ROUTE = '/*';
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);
/** A literal address cannot be rebound: kubelet and Prometheus ask by it. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:\d{1,5})?$/;

export function accessOf(rules: AccessRules, asked: AskedWith): Access {
  if (!isOurHost(rules, asked)) return 'WrongHost';
  return isPublic(asked) || hasToken(rules, asked) ? 'Granted' : 'WrongToken';
}

/** Public are the page, the probes, and what does not exist; whatever else is routed needs the token. */
export function isPublic({ path, route }: AskedWith): boolean {
  if (isUnder(path, '/api')) return false;
  return route === undefined || route === PAGE_ROUTE || PROBES.has(route);
}

function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isOurHost({ port, hosts }: AccessRules, { route, host }: AskedWith): boolean {
  const name = host?.toLowerCase() ?? '';
  if (LOOPBACK.some((loopback) => name === `${loopback}:${port}` || (port === 80 && name === loopback)))
    return true;
  if (hosts.includes(name) || hosts.includes(name.replace(/:\d{1,5}$/, ''))) return true;
  return route !== undefined && PROBES.has(route) && ADDRESS.test(name);
}

function hasToken({ token, port }: AccessRules, { authorization, cookie }: AskedWith): boolean {
  if (token === null) return false;
  if (authorization !== undefined) {
    const [scheme = '', given = ''] = authorization.split(' ', 2);
    return scheme.toLowerCase() === 'bearer' && sameSecret(given, token);
  }
  const given = cookieOf(cookie ?? '', cookieName(port));
  return given !== null && sameSecret(given, cookieValue(token));
}

/** Cookies do not know ports: two controllers of one machine need two names. */
export function cookieName(port: number): string {
  return `memwarden-${port}`;
}

/** Not the token itself: what a browser keeps opens the page and nothing else. */
export function cookieValue(token: string): string {
  return createHmac('sha256', token).update('memwarden page').digest('base64url');
}

export function cookieOf(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const [key = '', value = ''] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return null;
}

/** Takes as long whatever is given. */
export function sameSecret(given: string, secret: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
