/*
 * The link to the agents: what it hears goes to the registry, questions about history go through it.
 */
import { Inject, Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import { LinkServer } from '#link';
import type { ControllerConfig } from '../config.js';
import { NodeRegistry } from '../sessions/node-registry.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { CLOCK, CONFIG, NODE_HISTORY } from '../tokens.js';
import { LinkLog } from './link-log.js';

/** Begins to hear agents; called last, when everything that takes their reports is there. */
@Injectable()
export class LinkListener {
  constructor(@Inject(NODE_HISTORY) private readonly link: LinkServer) {}

  /** @returns the address for agents. @throws {AddressInUse} */
  async start(): Promise<string> {
    return (await this.link.start()).address;
  }
}

@Module({
  imports: [SessionsModule],
  providers: [
    LinkListener,
    {
      provide: NODE_HISTORY,
      inject: [CONFIG, CLOCK, NodeRegistry],
      useFactory: (config: ControllerConfig, clock: Clock, registry: NodeRegistry): LinkServer => {
        const log = new LinkLog(clock);
        return new LinkServer({
          listen: config.linkListen,
          token: config.linkToken,
          listener: registry,
          clock,
          onEvent: (event) => {
            log.event(event);
          },
        });
      },
    },
  ],
  exports: [NODE_HISTORY],
})
export class LinkModule implements BeforeApplicationShutdown {
  constructor(@Inject(NODE_HISTORY) private readonly link: LinkServer) {}

  // Before the HTTP server goes: agents stop sending while everything that takes their reports is still there.
  async beforeApplicationShutdown(): Promise<void> {
    await this.link[Symbol.asyncDispose]();
  }
}
