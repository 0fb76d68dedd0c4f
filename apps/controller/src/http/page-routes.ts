/*
 * The page on the server. It holds no data, so it needs no token; the data that it reads do.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf, sendProblem } from '../api/problem.js';
import { PAGE_ROUTE } from './access.js';
import type { Page } from './page.js';
import { requestUrl } from './request-url.js';

const NOT_FOUND = problemOf(
  404,
  'NotFound',
  'There is nothing at this path. GET /api/openapi.json lists what there is.',
);

export function servePage(server: FastifyInstance, page: Page | null): void {
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    const pathname = requestUrl(request)?.pathname ?? '/';
    const file = isOfApi(pathname) ? null : (page?.find(pathname) ?? null);
    if (file === null) {
      sendProblem(reply, NOT_FOUND);
      return undefined;
    }
    void reply.header('etag', file.etag).header('cache-control', file.cacheControl).type(file.type);
    if (request.headers['if-none-match'] === file.etag) return reply.status(304).send();
    return reply.send(file.content);
  };
  server.route({ method: ['GET', 'HEAD'], url: PAGE_ROUTE, handler: answer });
}

function isOfApi(pathname: string): boolean {
  return pathname === '/api' || pathname.startsWith('/api/');
}
