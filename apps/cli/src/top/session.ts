/*
 * Feeds `top`: asks for the ledger whenever the controller says there is a new one, and says so when it cannot. One
 * question at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MemwardenError } from '#contracts/errors';
import type { LedgerAnswer, NodeAnswer } from '../client/answers.js';
import { LastingRefusal } from '../backend/errors.js';
import type { ApiClient } from '../client/api.js';
import { chooseNode } from '../client/choose-node.js';

const RETRY_MS = 2_000;

export interface TopNews {
  received(ledger: LedgerAnswer, agent: NodeAnswer | null): void;
  troubled(why: string): void;
}

/** Until the signal; a lost controller is asked again and again. @throws {LastingRefusal} at once */
export async function follow(
  client: ApiClient,
  wanted: string | undefined,
  news: TopNews,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await followOnce(client, wanted, news, signal).catch((error: unknown) => {
      if (error instanceof LastingRefusal) throw error;
      if (!signal.aborted) news.troubled(reason(error));
    });
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function followOnce(
  client: ApiClient,
  wanted: string | undefined,
  news: TopNews,
  signal: AbortSignal,
): Promise<void> {
  await look(client, wanted, news);
  for await (const event of client.events(signal)) {
    if (event === 'ledger') await look(client, wanted, news);
  }
}

export async function look(client: ApiClient, wanted: string | undefined, news: TopNews): Promise<void> {
  const node = await chooseNode(client, wanted);
  const [ledger, nodes] = await Promise.all([client.ledger(node), client.nodes()]);
  news.received(ledger, nodes.find((one) => one.node === node) ?? null);
}

/** A broken stream ends as a TypeError of fetch; what the controller says is an error of ours. */
function reason(error: unknown): string {
  return error instanceof MemwardenError
    ? error.message
    : 'The connection to the controller was lost; trying again.';
}
