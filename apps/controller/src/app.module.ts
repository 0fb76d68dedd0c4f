/*
 * The controller: sessions with agents in, REST and the page out.
 */
import { Module, type DynamicModule } from '@nestjs/common';
import { ApiModule } from './api/api.module.js';
import type { ControllerConfig } from './config.js';
import { HealthModule } from './health/health.module.js';
import { BaseModule } from './wiring/base.module.js';
import { LeaderModule } from './wiring/leader.module.js';

@Module({})
export class AppModule {
  static register(config: ControllerConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [BaseModule.register(config), ApiModule, HealthModule, LeaderModule],
    };
  }
}
