/*
 * What an agent's end of the link is made from, and what it says of itself first.
 */
import type { Clock } from '#contracts/clock';
import type { PodListener } from '#contracts/cluster';
import type { OrderTaker } from '#contracts/order';
import type { HistorySource } from '#contracts/report';
import type { Backoff } from './backoff.js';
import type { Resolve } from './endpoints.js';
import { AgentMessage } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import type { AgentEvent } from './link-event.js';
import { ORDERS, PODS, PROTOCOL, type ProtocolRange } from './protocol.js';

export interface AgentLinkOptions {
  /** `unix:/path.sock`, `host:port` or `dns:///name:port`. */
  readonly controller: string;
  /** Asked for at each connect: tokens are replaced. */
  readonly token: string | (() => Promise<string>);
  /** As `token`: the bundle that the controller's certificate must come from. Absent: without TLS. */
  readonly ca?: () => Promise<string>;
  readonly node: string;
  readonly bootId: string;
  readonly agentVersion: string;
  readonly history: HistorySource;
  readonly clock?: Clock;
  /** From 0 inclusive to 1 exclusive; spreads the reconnects. */
  readonly chance: () => number;
  readonly onEvent?: (event: AgentEvent) => void;
  readonly spoolBytes?: number;
  readonly backoff?: Omit<Backoff, 'chance'>;
  readonly connectDeadlineMs?: number;
  readonly welcomeDeadlineMs?: number;
  readonly resolve?: Resolve;
  readonly protocol?: ProtocolRange;
  /** Absent: this agent takes no orders. */
  readonly orders?: OrderTaker;
  /** Absent: this agent does not want to know the node's pods. */
  readonly pods?: PodListener;
}

/** Capabilities say everything that a controller may make use of. */
export function helloOf(
  options: AgentLinkOptions,
  instance: string,
  veto: wire.AgentVeto | undefined,
): Buffer {
  const { agentVersion, node, bootId, protocol = PROTOCOL, orders, pods } = options;
  const value: wire.Hello = {
    protocolMin: protocol.min,
    protocolMax: protocol.max,
    capabilities: ['history', ...(orders ? [ORDERS] : []), ...(pods ? [PODS] : [])],
    node,
    bootId,
    agentVersion,
    instance,
    veto,
  };
  return Buffer.from(AgentMessage.encode({ body: { $case: 'hello', value } }).finish());
}

export function noPlain(controller: string): string {
  return (
    `The controller at ${controller} is another machine, which is spoken to over TLS only: set MEMWARDEN_LINK_CA_FILE ` +
    'to the CA that its certificate comes from.'
  );
}
