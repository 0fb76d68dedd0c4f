/*
 * Liveness, readiness, metrics.
 */
import { Module } from '@nestjs/common';
import type { ComponentHealth } from '#contracts/agent';
import { ActsAssembly } from '../cleanup/acts-assembly.js';
import { CLEANUP_QUEUE, HOT_STATE, NODE_HISTORY, PARTS, STORE_PARTS } from '../tokens.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { LinkModule } from '../wiring/link.module.js';
import { LoopModule } from '../wiring/loop.module.js';
import { QueueModule } from '../wiring/queue.module.js';
import { TelemetryModule } from '../wiring/telemetry.module.js';
import { HealthController } from './health.controller.js';

/** Every adapter says how it is. */
interface Part {
  health(): ComponentHealth;
}

@Module({
  imports: [SessionsModule, LinkModule, LoopModule, QueueModule, TelemetryModule],
  controllers: [HealthController],
  providers: [
    {
      provide: PARTS,
      inject: [ActsAssembly, STORE_PARTS, NODE_HISTORY, HOT_STATE, CLEANUP_QUEUE],
      useFactory:
        (acts: ActsAssembly, stores: readonly Part[], ...parts: readonly Part[]) =>
        () => [...[...parts, ...stores].map((part) => part.health()), ...acts.health()],
    },
  ],
})
export class HealthModule {}
