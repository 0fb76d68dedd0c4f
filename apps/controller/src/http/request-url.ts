/*
 * The URL of a request. Whatever stands in the request line is this server's: `//evil/x` is a path here, no other host.
 */
import type { FastifyRequest } from 'fastify';

/** Null: what was sent is no URL. */
export function requestUrl({ url }: Pick<FastifyRequest, 'url'>): URL | null {
  return URL.parse(url.startsWith('/') ? `http://here${url}` : url, 'http://here');
}
