/*
 * Nodes and their ledgers.
 */
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import { NotFound } from '#contracts/errors';
import { NodeRegistry } from '../sessions/node-registry.js';
import { CLOCK } from '../tokens.js';
import { ledgerView, nodeView } from './ledger-view.js';
import { flag } from './query.js';
import type { LedgerView, NodeView } from './schemas.js';

@Controller('api/v1/nodes')
export class NodesController {
  constructor(
    @Inject(NodeRegistry) private readonly registry: NodeRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  list(): readonly NodeView[] {
    return this.registry.all().map(nodeView);
  }

  @Get(':node/ledger')
  ledger(@Param('node') node: string, @Query('explain') explain?: unknown): LedgerView {
    const known = this.registry.get(node);
    if (known === null)
      throw new NotFound('No such node was seen in the last day; GET /api/v1/nodes lists the nodes.');
    const ageMs = Math.max(0, this.clock.nowMs() - known.report.ledger.takenAtMs);
    return ledgerView(known, flag('explain', explain) ? ageMs / 1000 : null);
  }
}
