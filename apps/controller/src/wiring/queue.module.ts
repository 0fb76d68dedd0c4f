/*
 * The queue of cleanups and the epochs of sessions are in Redis.
 */
import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import { BullCleanupQueue } from '#queue';
import type { ControllerConfig } from '../config.js';
import { CLEANUP_QUEUE, CLOCK, CONFIG } from '../tokens.js';
import { chance } from './chance.js';

const log = new Logger('Queue');

@Module({
  providers: [
    {
      provide: CLEANUP_QUEUE,
      inject: [CONFIG, CLOCK],
      useFactory: (config: ControllerConfig, clock: Clock): BullCleanupQueue =>
        new BullCleanupQueue({
          url: config.redisUrl,
          chance,
          clock,
          onHealth: (health) => {
            if (health.state === 'ok') log.log('Jobs are kept.');
            else log.warn(health.reason);
          },
        }),
    },
  ],
  exports: [CLEANUP_QUEUE],
})
export class QueueModule implements OnApplicationShutdown {
  constructor(@Inject(CLEANUP_QUEUE) private readonly queue: BullCleanupQueue) {}

  async onApplicationShutdown(): Promise<void> {
    await this.queue[Symbol.asyncDispose]();
  }
}
