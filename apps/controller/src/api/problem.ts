/*
 * Every failure as RFC 9457 problem details. `detail` says what to do; `code` is what programs branch on.
 */
import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { InvalidValue, MemwardenError, NotFound, Stalled, Unavailable } from '#contracts/errors';
import { StoreUnavailable, TooManyObjects, type Problem as ProblemAt } from '#contracts/store';
import { Busy } from '#resources';
import type { Problem } from './schemas.js';

/** A failure of the request itself, with the status that says so. */
export class RequestRefused extends MemwardenError {
  override readonly code: string;

  constructor(
    readonly status: number,
    code: string,
    detail: string,
    /** Where in what was sent, and what to write instead. */
    readonly problems?: readonly ProblemAt[],
  ) {
    super(detail);
    this.code = code;
  }
}

export function problemOf(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code };
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(problem));
}

/** Null: not foreseen, a defect of this program. */
export function asProblem(error: unknown): Problem | null {
  if (error instanceof RequestRefused) {
    const problem = problemOf(error.status, error.code, error.message);
    return error.problems === undefined ? problem : { ...problem, problems: [...error.problems] };
  }
  if (error instanceof InvalidValue) return problemOf(400, error.code, error.message);
  if (error instanceof NotFound) return problemOf(404, error.code, error.message);
  if (error instanceof Unavailable) return problemOf(503, error.code, error.message);
  if (error instanceof StoreUnavailable || error instanceof TooManyObjects || error instanceof Busy)
    return problemOf(503, error.code, error.message);
  if (error instanceof Stalled) return problemOf(504, error.code, error.message);
  if (error instanceof HttpException) return httpProblem(error.getStatus());
  const status = statusOf(error);
  return status === null ? null : httpProblem(status);
}

/** Fastify's own refusals carry a status code. */
function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : null;
}

const DETAILS: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  404: ['NotFound', 'There is nothing at this path. GET /api/openapi.json lists what there is.'],
  405: [
    'MethodNotAllowed',
    'This path does not take this method. GET /api/openapi.json lists what there is.',
  ],
  413: ['BodyTooLarge', 'The body is larger than 64 KiB; send less.'],
  415: ['UnsupportedMediaType', 'Send application/json, or text/yaml where policies are validated.'],
};

export const NOT_UNDERSTOOD = problemOf(400, 'BadRequest', 'The request cannot be understood.');

function httpProblem(status: number): Problem {
  const [code, detail] = DETAILS[status] ?? [NOT_UNDERSTOOD.code, NOT_UNDERSTOOD.detail];
  return problemOf(status, code, detail);
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log = new Logger('Api');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const known = asProblem(error);
    if (known === null)
      this.#log.error('A request failed.', {
        // Without what was asked for: it may be a token.
        route: http.getRequest<FastifyRequest>().routeOptions.url,
        error: describe(error),
      });
    if (error instanceof Busy && error.retryAfterMs !== null)
      void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
    sendProblem(
      reply,
      known ?? problemOf(500, 'Internal', 'This is a defect; the log of the controller says more.'),
    );
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
