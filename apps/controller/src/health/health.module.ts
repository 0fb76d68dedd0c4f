/*
 * Liveness, readiness, metrics.
 */
import { Module } from '@nestjs/common';
import type { ComponentHealth } from '#contracts/agent';
import { HOT_STATE, NODE_HISTORY, PARTS } from '../tokens.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { LinkModule } from '../wiring/link.module.js';
import { TelemetryModule } from '../wiring/telemetry.module.js';
import { HealthController } from './health.controller.js';

/** Every adapter says how it is. */
interface Part {
  health(): ComponentHealth;
}

@Module({
  imports: [SessionsModule, LinkModule, TelemetryModule],
  controllers: [HealthController],
  providers: [
    {
      provide: PARTS,
      inject: [NODE_HISTORY, HOT_STATE],
      useFactory: (...parts: readonly Part[]) => parts.map((part) => () => part.health()),
    },
  ],
})
export class HealthModule {}
