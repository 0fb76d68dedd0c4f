/*
 * The REST interface.
 */
import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { ClusterModule } from '../wiring/cluster.module.js';
import { LinkModule } from '../wiring/link.module.js';
import { LoopModule } from '../wiring/loop.module.js';
import { ActsController } from './acts.controller.js';
import { AuditController } from './audit.controller.js';
import { CleanupsController } from './cleanups.controller.js';
import { ClusterController } from './cluster.controller.js';
import { EventsController } from './events.controller.js';
import { FindingsController } from './findings.controller.js';
import { NodesController } from './nodes.controller.js';
import { OpenapiController } from './openapi.controller.js';
import { PoliciesController } from './policies.controller.js';
import { SeriesController } from './series.controller.js';

@Module({
  imports: [SessionsModule, ClusterModule, LinkModule, LoopModule],
  controllers: [
    NodesController,
    SeriesController,
    ClusterController,
    FindingsController,
    CleanupsController,
    PoliciesController,
    ActsController,
    AuditController,
    EventsController,
    OpenapiController,
  ],
})
export class ApiModule {}
