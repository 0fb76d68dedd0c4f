/*
 * The audit trail, newest first.
 */
import { Controller, Get, Inject, Query as Queries } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.js';
import { limitOf, type Query } from './listing.js';
import { text } from './query.js';
import type { AuditPageView } from './acts-schemas.js';
import { rfc3339 } from './time.js';

@Controller('api/v1/audit')
export class AuditController {
  constructor(@Inject(AuditLog) private readonly audit: AuditLog) {}

  @Get()
  async read(@Queries() query: Query): Promise<AuditPageView> {
    const from = text('continue', query['continue']);
    const found = await this.audit.read({
      limit: limitOf(query),
      ...(from === undefined ? {} : { continue: from }),
    });
    const entries = found.entries.map(({ atMs, ...entry }) => ({ ...entry, at: rfc3339(atMs) }));
    return found.continue === null ? { entries } : { entries, continue: found.continue };
  }
}
