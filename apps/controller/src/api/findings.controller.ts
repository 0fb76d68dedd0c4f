/*
 * Findings, as they are committed.
 */
import { Controller, Get, Inject, Param, Query as Queries } from '@nestjs/common';
import type { MemoryFinding } from '#api';
import { NotFound } from '#contracts/errors';
import { keyOf, type ObjectStore } from '#contracts/store';
import { FINDINGS } from '../tokens.js';
import { isInState, page, stateOf, type Named, type Page, type Query } from './listing.js';
import { text } from './query.js';

@Controller('api/v1/findings')
export class FindingsController {
  constructor(@Inject(FINDINGS) private readonly findings: ObjectStore<MemoryFinding>) {}

  @Get()
  list(@Queries() query: Query): Page<MemoryFinding> {
    const state = stateOf(query, 'open');
    const node = text('node', query['node']);
    return page(
      this.findings.list(),
      query,
      ({ spec, status }) =>
        (node === undefined || spec.target.node === node) && isInState(state, status.conditions, 'Closed'),
    );
  }

  @Get([':name', ':namespace/:name'])
  read(@Param() named: Named): MemoryFinding {
    const finding = this.findings.get(keyOf(named));
    if (finding === null)
      throw new NotFound('No such finding; GET /api/v1/findings?state=all lists those that are kept.');
    return finding;
  }
}
