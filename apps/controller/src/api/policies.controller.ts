/*
 * Policies with their status, and whether a text would be accepted as policies.
 */
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query as Queries } from '@nestjs/common';
import { NotFound } from '#contracts/errors';
import { PolicyStatus } from '../policies/policy-status.js';
import type { PolicyView } from '../policies/policy-view.js';
import { POLICY_CHECK } from '../tokens.js';
import type { PolicyValidation } from './acts-schemas.js';
import { page, type Page, type Query } from './listing.js';

/** Port: what a policy source would say of a text: YAML or JSON, one or more documents. */
export type PolicyCheck = (text: string) => PolicyValidation;

@Controller('api/v1')
export class PoliciesController {
  constructor(
    @Inject(PolicyStatus) private readonly status: PolicyStatus,
    @Inject(POLICY_CHECK) private readonly check: PolicyCheck,
  ) {}

  @Get('policies')
  list(@Queries() query: Query): Page<PolicyView> {
    return page(this.status.all(), query);
  }

  @Get('policies/:name')
  read(@Param('name') name: string): PolicyView {
    const policy = this.status.get(name);
    if (policy === null) throw new NotFound('No such policy; GET /api/v1/policies lists them.');
    return policy;
  }

  @Post('policies::validate')
  @HttpCode(200)
  validate(@Body() body: unknown): PolicyValidation {
    return this.check(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  }
}
