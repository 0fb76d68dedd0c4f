/*
 * The REST interface.
 */
import { Module } from '@nestjs/common';
import { SessionsModule } from '../sessions/sessions.module.js';
import { LinkModule } from '../wiring/link.module.js';
import { ClusterController } from './cluster.controller.js';
import { EventsController } from './events.controller.js';
import { NodesController } from './nodes.controller.js';
import { OpenapiController } from './openapi.controller.js';
import { SeriesController } from './series.controller.js';

@Module({
  imports: [SessionsModule, LinkModule],
  controllers: [NodesController, SeriesController, ClusterController, EventsController, OpenapiController],
})
export class ApiModule {}
