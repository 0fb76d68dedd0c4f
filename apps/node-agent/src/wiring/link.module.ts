/*
 * ReportSink is the gRPC stream to the controller.
 */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Logger, Module } from '@nestjs/common';
import { Unavailable } from '#contracts/errors';
import { AgentLink, type AgentEvent } from '#link';
import type { AgentConfig } from '../config.js';
import { HistoryKeeper } from '../history/history-keeper.js';
import { OrderDesk } from '../orders/order-desk.js';
import { KernelFiles } from '../sense/kernel-files.js';
import { AGENT_CONFIG, REPORT_LINK } from '../tokens.js';
import { OrdersModule } from './orders.module.js';
import { SettingsModule } from './settings.module.js';

const CHANCE_STEPS = 2 ** 32;

@Module({
  imports: [SettingsModule, OrdersModule],
  providers: [
    {
      provide: REPORT_LINK,
      inject: [AGENT_CONFIG, HistoryKeeper, KernelFiles, OrderDesk],
      useFactory: async (
        config: AgentConfig,
        history: HistoryKeeper,
        files: KernelFiles,
        orders: OrderDesk,
      ) =>
        new AgentLink({
          controller: config.controller,
          token: await readToken(config.linkTokenFile),
          node: config.node,
          bootId: await files.bootId(),
          agentVersion: config.version,
          history,
          orders,
          chance: () => randomInt(CHANCE_STEPS) / CHANCE_STEPS,
          onEvent: logEvent,
        }),
    },
  ],
  exports: [REPORT_LINK],
})
export class LinkModule {}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new Unavailable(`The link token ${path} cannot be read: set MEMWARDEN_LINK_TOKEN_FILE.`, { cause });
  }
}

const logger = new Logger('Link');

function logEvent(event: AgentEvent): void {
  switch (event.kind) {
    case 'Connected':
      logger.log('Connected to the controller.');
      break;
    case 'Disconnected':
      logger.debug(`Not connected: ${event.reason}. Next attempt in ${Math.round(event.retryInMs)} ms.`);
      break;
    case 'Refused':
      logger.error(`The controller refuses this agent (${event.code}): ${event.text}`);
      break;
    case 'ReportFailed':
      logger.error(event.reason);
      break;
  }
}
