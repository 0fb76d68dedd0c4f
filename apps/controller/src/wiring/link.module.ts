/*
 * The link to the agents: what it hears goes to whoever hears it, questions about history and orders go through it.
 */
import { Inject, Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Clock } from '#contracts/clock';
import { InvalidValue } from '#contracts/errors';
import type { Authenticator } from '#contracts/identity';
import { LinkServer, SharedToken } from '#link';
import type { BullCleanupQueue } from '#queue';
import type { ControllerConfig } from '../config.js';
import { Hearing } from '../sessions/hearing.js';
import { HistoryAsker } from '../sessions/history-asker.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { CLEANUP_QUEUE, CLOCK, CLUSTER, CONFIG, LINK_CERTIFICATE, NODE_HISTORY, ORDERS } from '../tokens.js';
import { ClusterModule, type Cluster } from './cluster.module.js';
import { linkCertificate, type LinkCertificate } from './link-certificates.js';
import { LinkLog } from './link-log.js';
import { QueueModule } from './queue.module.js';

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
  imports: [SessionsModule, ClusterModule, QueueModule],
  providers: [
    LinkListener,
    {
      provide: LINK_CERTIFICATE,
      inject: [CONFIG, CLUSTER, CLOCK],
      useFactory: ({ linkTls }: ControllerConfig, cluster: Cluster | null, clock: Clock) =>
        linkCertificate(linkTls, cluster, clock),
    },
    {
      provide: NODE_HISTORY,
      inject: [CONFIG, CLOCK, Hearing, CLEANUP_QUEUE, CLUSTER, LINK_CERTIFICATE],
      useFactory: (
        config: ControllerConfig,
        clock: Clock,
        hearing: Hearing,
        ...[{ epochs }, cluster, certificate]: [BullCleanupQueue, Cluster | null, LinkCertificate | null]
      ): LinkServer => {
        const log = new LinkLog(clock);
        const link = new LinkServer({
          ...(certificate !== null && { tls: certificate.current }),
          listen: config.linkListen,
          authenticate: whoseTokens(config, cluster),
          ...(cluster !== null && { nodeIdentity: config.nodeIdentity }),
          listener: hearing,
          orders: { listener: hearing, epochs },
          clock,
          onEvent: (event) => {
            log.event(event);
          },
        });
        certificate?.onChange((next) => {
          link.replaceCertificate(next);
        });
        return link;
      },
    },
    { provide: ORDERS, useExisting: NODE_HISTORY },
    {
      provide: HistoryAsker,
      inject: [NODE_HISTORY, CLOCK],
      useFactory: (link: LinkServer, clock: Clock) => new HistoryAsker(link, clock),
    },
  ],
  exports: [NODE_HISTORY, ORDERS, HistoryAsker],
})
export class LinkModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(NODE_HISTORY) private readonly link: LinkServer,
    @Inject(LINK_CERTIFICATE) private readonly certificate: LinkCertificate | null,
  ) {}

  // Before the HTTP server goes: agents stop sending while everything that takes their reports is still there.
  async beforeApplicationShutdown(): Promise<void> {
    await this.link[Symbol.asyncDispose]();
    await this.certificate?.[Symbol.asyncDispose]();
  }
}

/** @throws {InvalidValue} */
function whoseTokens({ linkToken }: ControllerConfig, cluster: Cluster | null): Authenticator {
  if (linkToken !== null) return new SharedToken(linkToken);
  if (cluster !== null) return cluster.tokens;
  throw new InvalidValue('MEMWARDEN_LINK_TOKEN_FILE is missing: without a cluster agents have one token.');
}
