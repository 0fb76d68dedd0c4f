/*
 * ReportSink is the gRPC stream to the controller.
 */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Logger, Module } from '@nestjs/common';
import { Unavailable } from '#contracts/errors';
import { AgentLink, type AgentEvent } from '#link';
import type { AgentConfig } from '../config.js';
import { PodBook } from '../attribute/pod-book.js';
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
      inject: [AGENT_CONFIG, HistoryKeeper, KernelFiles, OrderDesk, PodBook],
      useFactory: linkOf,
    },
  ],
  exports: [REPORT_LINK],
})
export class LinkModule {}

async function linkOf(
  config: AgentConfig,
  history: HistoryKeeper,
  files: KernelFiles,
  ...[orders, pods]: [OrderDesk, PodBook]
): Promise<AgentLink> {
  const token = (): Promise<string> =>
    readSecret('link token', config.linkTokenFile, 'MEMWARDEN_LINK_TOKEN_FILE');
  // Not there at the start: a mistake that somebody should see. A CA may come later, from the controller.
  await token();
  return new AgentLink({
    controller: config.controller,
    token,
    ...caOf(config),
    node: config.node,
    bootId: await files.bootId(),
    agentVersion: config.version,
    history,
    orders,
    pods,
    chance: () => randomInt(CHANCE_STEPS) / CHANCE_STEPS,
    onEvent: logEvent,
  });
}

function caOf({ linkCaFile }: AgentConfig): { readonly ca?: () => Promise<string> } {
  return linkCaFile === null ? {} : { ca: () => readSecret('link CA', linkCaFile, 'MEMWARDEN_LINK_CA_FILE') };
}

/** At each connect: what is mounted into a pod is replaced under its name. */
async function readSecret(what: string, path: string, variable: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    throw new Unavailable(`The ${what} ${path} cannot be read: set ${variable}.`, { cause });
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
    case 'PodsRefused':
      logger.warn(`Pods have no names and no opt-in here: ${event.reason}`);
      break;
    case 'Refused':
      // Whoever leads is found among the others; that takes a moment and is nobody's fault.
      if (event.code === 'NotLeader') break;
      logger.error(`The controller refuses this agent (${event.code}): ${event.text}`);
      break;
    case 'ReportFailed':
      logger.error(event.reason);
      break;
  }
}
