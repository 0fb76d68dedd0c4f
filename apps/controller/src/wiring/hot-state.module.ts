/*
 * The hot state is Redis.
 */
import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { RedisHotState } from '#queue';
import type { ControllerConfig } from '../config.js';
import { CONFIG, HOT_STATE } from '../tokens.js';
import { chance } from './chance.js';

const log = new Logger('Redis');

@Module({
  providers: [
    {
      provide: HOT_STATE,
      inject: [CONFIG],
      useFactory: async (config: ControllerConfig): Promise<RedisHotState> => {
        const hotState = new RedisHotState({
          url: config.redisUrl,
          chance,
          onHealth: (health) => {
            if (health.state === 'ok') log.log('Connected.');
            else log.warn(health.reason);
          },
        });
        await hotState.start();
        return hotState;
      },
    },
  ],
  exports: [HOT_STATE],
})
export class HotStateModule implements OnApplicationShutdown {
  constructor(@Inject(HOT_STATE) private readonly hotState: RedisHotState) {}

  async onApplicationShutdown(): Promise<void> {
    await this.hotState[Symbol.asyncDispose]();
  }
}
