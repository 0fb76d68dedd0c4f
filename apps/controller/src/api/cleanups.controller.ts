/*
 * Cleanups: what was decided, done and measured; asking for one by hand, and taking one back.
 */
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query as Queries, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { MemoryCleanup } from '#api';
import { NotFound } from '#contracts/errors';
import { keyBeside, keyOf, type ObjectStore } from '#contracts/store';
import { ASK_IN_EACH_WAY, ByHand, type AsksByHand } from '../cleanup/by-hand.js';
import { callerOf } from '../http/caller.js';
import type { ClusterAccess } from '../http/cluster-access.js';
import { CLEANUPS, CLUSTER_ACCESS } from '../tokens.js';
import { cleanupRequest } from './acts-schemas.js';
import { bodyAs, Unprocessable } from './body.js';
import { isInState, page, stateOf, type Named, type Page, type Query } from './listing.js';
import { text } from './query.js';

@Controller('api/v1/cleanups')
export class CleanupsController {
  constructor(
    @Inject(CLEANUPS) private readonly cleanups: ObjectStore<MemoryCleanup>,
    @Inject(ByHand) private readonly byHand: AsksByHand,
    @Inject(CLUSTER_ACCESS) private readonly access: ClusterAccess | null,
  ) {}

  @Get()
  list(@Queries() query: Query): Page<MemoryCleanup> {
    const state = stateOf(query, 'all');
    const node = text('node', query['node']);
    const finding = text('finding', query['finding']);
    return page(
      this.cleanups.list(),
      query,
      (cleanup) =>
        (node === undefined || cleanup.spec.target.node === node) &&
        (finding === undefined || isFor(cleanup, finding)) &&
        isInState(state, cleanup.status.conditions, 'Completed'),
    );
  }

  @Get([':name', ':namespace/:name'])
  read(@Param() named: Named): MemoryCleanup {
    const cleanup = this.cleanups.get(keyOf(named));
    if (cleanup === null)
      throw new NotFound('No such cleanup; GET /api/v1/cleanups?state=all lists those that are kept.');
    return cleanup;
  }

  @Post()
  @HttpCode(201)
  async create(@Body() body: unknown, @Req() request: FastifyRequest): Promise<MemoryCleanup> {
    const { target, ladder, reason } = bodyAs(cleanupRequest, body);
    await this.#demand(request, this.byHand.namespaceOf(target), 'create');
    const result = await this.byHand.create({
      ...target,
      // What a step may be is the custom resource's to say: problems are answered with their path.
      ladder: ladder ?? ASK_IN_EACH_WAY,
      reason: reason ?? null,
      by: callerOf(request)?.name ?? '',
    });
    if (result.kind === 'Created') return result.cleanup;
    throw new Unprocessable('This cleanup cannot be; problems says why.', result.problems);
  }

  @Post([':name/cancel', ':namespace/:name/cancel'])
  @HttpCode(200)
  async cancel(@Param() named: Named, @Req() request: FastifyRequest): Promise<MemoryCleanup> {
    await this.#demand(request, named.namespace ?? null, 'update');
    return this.byHand.cancel(keyOf(named));
  }

  async #demand(request: FastifyRequest, namespace: string | null, verb: 'create' | 'update'): Promise<void> {
    const caller = callerOf(request);
    if (this.access !== null && caller !== null && namespace !== null)
      await this.access.demandCleanup(caller, namespace, verb);
  }
}

/** By name, or `namespace/name`. */
function isFor(cleanup: MemoryCleanup, finding: string): boolean {
  const { findingRef } = cleanup.spec;
  return findingRef !== undefined && [findingRef.name, keyBeside(cleanup, findingRef)].includes(finding);
}
