/*
 * The registry of nodes, filled from the hot state before anybody asks, and again whenever that comes back.
 */
import { Inject, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import type { HotState } from '#contracts/report';
import type { NoticeBus } from '#events';
import { CLOCK, HOT_STATE, NOTICES } from '../tokens.js';
import { HotStateModule } from '../wiring/hot-state.module.js';
import { Hearing } from './hearing.js';
import { NodeRegistry } from './node-registry.js';

@Module({
  imports: [HotStateModule],
  providers: [
    {
      provide: NodeRegistry,
      inject: [CLOCK, NOTICES, HOT_STATE],
      useFactory: (clock: Clock, notices: NoticeBus, hotState: HotState) =>
        new NodeRegistry({ clock, notices, hotState }),
    },
    {
      provide: Hearing,
      inject: [NodeRegistry],
      useFactory: (registry: NodeRegistry): Hearing => {
        const hearing = new Hearing();
        // First: whoever hears of a report may ask the registry for it.
        hearing.addNodes(registry);
        return hearing;
      },
    },
  ],
  exports: [NodeRegistry, Hearing, HotStateModule],
})
export class SessionsModule implements OnApplicationBootstrap {
  readonly #log = new Logger('Sessions');

  constructor(
    @Inject(NodeRegistry) private readonly registry: NodeRegistry,
    @Inject(HOT_STATE) private readonly hotState: HotState,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.#restore();
    // It may come later than this controller: what an earlier one knew is in it all the same.
    this.hotState.onReadable(() => void this.#restore());
  }

  async #restore(): Promise<void> {
    const nodes = await this.registry.restore();
    this.#log.log('Restored the last reports.', { nodes });
  }
}
