/*
 * GET /api/v1/events: at most MAX_STREAMS at once.
 */
import type { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '#contracts/clock';
import type { Notice } from '#contracts/notice';
import type { NoticeBus } from '#events';
import { NodeRegistry } from '../sessions/node-registry.js';
import type { Handover } from '../leader/handover.js';
import { CLOCK, HANDOVER, NOTICES } from '../tokens.js';
import { serveEvents } from './event-stream.js';
import { RequestRefused } from './problem.js';

const MAX_STREAMS = 1000;

@Controller('api/v1/events')
export class EventsController {
  readonly #streams = new Set<ServerResponse>();

  constructor(
    @Inject(NOTICES) private readonly notices: NoticeBus,
    @Inject(NodeRegistry) private readonly registry: NodeRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(HANDOVER) handover: Handover,
  ) {
    handover.onHandover(() => {
      for (const response of this.#streams) response.end();
    });
  }

  @Get()
  open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    if (this.#streams.size >= MAX_STREAMS)
      throw new RequestRefused(
        503,
        'TooManyStreams',
        `${MAX_STREAMS} event streams are open; close some, or ask GET /api/v1/nodes now and then instead.`,
      );
    const response = reply.hijack().raw;
    this.#streams.add(response);
    response.writeHead(200, {
      ...ownHeaders(reply),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const options = {
      response,
      notices: this.notices.subscribe(),
      missed: this.#missed(request.headers['last-event-id']),
      nowMs: () => this.clock.nowMs(),
    };
    void serveEvents(options).finally(() => {
      this.#streams.delete(response);
    });
  }

  // Whoever comes back, with whatever id, hears of every ledger: which of them it missed nobody can know for sure.
  // Made as it is taken: a thousand slow clients that come back at once hold names, and no ledgers.
  *#missed(lastEventId: unknown): Iterable<Notice> {
    if (lastEventId === undefined) return;
    for (const node of this.registry.all().map(({ info }) => info.node)) {
      const takenAtMs = this.registry.takenAtMs(node);
      if (takenAtMs !== null) yield { kind: 'ledger', node, takenAtMs };
    }
  }
}

function ownHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]));
}
