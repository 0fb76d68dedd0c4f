/*
 * The controller's end of the link: one gRPC service, one session per node, reports handed to a NodeListener in order.
 * Always: the newest session of a node is the one that is served; what an agent may make this process remember is bounded
 * (bounds.ts, report-receiver.ts, maxNodes); nobody is heard before the token matched.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Server, ServerCredentials, type Metadata } from '@grpc/grpc-js';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import { InvalidValue, NotFound, Unavailable } from '#contracts/errors';
import type { AgentVeto, Order, OrderChannel } from '#contracts/order';
import type { NodeHistory, NodeListener, SeriesFilter, TimeRange } from '#contracts/report';
import type { SeriesHistory, SeriesRef } from '#contracts/series';
import { AddressInUse } from './errors.js';
import { AgentLinkService, AgentMessage } from './gen/memwarden/link/v1/link.js';
import type { ServerEvent } from './link-event.js';
import {
  bindPrivately,
  clearStaleSocket,
  parseAddress,
  targetOf,
  type LinkAddress,
} from './listen-address.js';
import { assertDecodable } from './message-guard.js';
import { NodeSessions } from './node-sessions.js';
import { refuseStream, type AgentStream } from './node-session.js';
import type { AnnouncedTerms, OrdersOptions } from './order-line.js';
import { KEEPALIVE, MAX_MESSAGE_BYTES, PROTOCOL, type ProtocolRange } from './protocol.js';
import { historyFromWire, seriesListFromWire } from './wire-history.js';

export interface LinkServerOptions {
  /** `unix:/path.sock` or `host:port`; port 0: any. */
  readonly listen: string;
  readonly token: string;
  readonly listener: NodeListener;
  readonly clock?: Clock;
  readonly onEvent?: (event: ServerEvent) => void;
  readonly maxNodes?: number;
  readonly helloDeadlineMs?: number;
  readonly answerDeadlineMs?: number;
  readonly protocol?: ProtocolRange;
  /** Absent: no orders are given. */
  readonly orders?: OrdersOptions;
}

const GUARDED_SERVICE = {
  connect: {
    ...AgentLinkService.connect,
    requestDeserialize: (bytes: Buffer): AgentMessage => {
      assertDecodable(bytes);
      return AgentMessage.decode(bytes);
    },
  },
};

/** Agents have this long to take leave before their connections are cut. */
const SHUTDOWN_MS = 500;

export class LinkServer implements NodeHistory, OrderChannel {
  readonly #server: Server;
  readonly #sessions: NodeSessions;
  readonly #tokenDigest: Buffer;
  readonly #address: LinkAddress;
  readonly #onEvent: (event: ServerEvent) => void;
  #listening = false;

  constructor(options: LinkServerOptions) {
    this.#address = parseAddress(options.listen);
    this.#tokenDigest = digest(options.token);
    this.#onEvent = options.onEvent ?? (() => undefined);
    this.#sessions = new NodeSessions({
      listener: options.listener,
      clock: options.clock ?? systemClock,
      onEvent: this.#onEvent,
      maxNodes: options.maxNodes ?? 6000,
      helloDeadlineMs: options.helloDeadlineMs ?? 5000,
      answerDeadlineMs: options.answerDeadlineMs ?? 5000,
      protocol: options.protocol ?? PROTOCOL,
      orders: options.orders ?? null,
    });
    this.#server = new Server({
      ...KEEPALIVE,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      // An agent needs one; a second may overlap while the first one's end is on its way.
      'grpc.max_concurrent_streams': 2,
    });
    this.#server.addService(GUARDED_SERVICE, {
      connect: (stream: AgentStream) => {
        this.#connect(stream);
      },
    });
  }

  /** @returns the address that agents can use. @throws {AddressInUse} */
  async start(): Promise<{ readonly address: string }> {
    const address = this.#address;
    if (address.kind === 'unix') await clearStaleSocket(address.path);
    const port = await bindPrivately(address, () => this.#bind(targetOf(address)));
    this.#listening = true;
    return {
      address: address.kind === 'unix' ? targetOf(address) : address.target.replace(/:\d+$/, `:${port}`),
    };
  }

  async list(node: string, filter: SeriesFilter): Promise<readonly SeriesRef[]> {
    const body = await this.#desk(node).ask({ $case: 'list', value: { ...filter } });
    if (body.$case !== 'list') throw new Unavailable(`Node ${node} answered something else.`);
    return understood(node, () => seriesListFromWire(body.value, node));
  }

  async read(node: string, id: string, range: TimeRange): Promise<SeriesHistory> {
    const body = await this.#desk(node).ask({ $case: 'read', value: { id, ...range } });
    if (body.$case !== 'history') throw new Unavailable(`Node ${node} answered something else.`);
    return understood(node, () => historyFromWire(body.value, node));
  }

  send(node: string, order: Omit<Order, 'epoch'>): boolean {
    return this.#sessions.line(node)?.send(order) ?? false;
  }

  ready(node: string): boolean {
    return this.#sessions.line(node)?.isReady ?? false;
  }

  acknowledge(node: string, orderId: string): void {
    this.#sessions.line(node)?.acknowledge(orderId);
  }

  /** Until the first time no orders are sent. */
  announce(terms: AnnouncedTerms): void {
    this.#sessions.announce(terms);
  }

  veto(node: string): AgentVeto | null {
    return this.#sessions.line(node)?.veto ?? null;
  }

  health(): ComponentHealth {
    if (this.#listening) return { component: 'link', state: 'ok' };
    return {
      component: 'link',
      state: 'failed',
      reason: 'Not listening for agents: the controller is starting or ending.',
    };
  }

  get connectedNodes(): number {
    return this.#sessions.connected;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listening = false;
    this.#sessions.close();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, SHUTDOWN_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #bind(target: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(target, ServerCredentials.createInsecure(), (error, port) => {
        if (error === null) resolve(port);
        else reject(new AddressInUse(`Cannot listen on ${target}: ${error.message}.`, { cause: error }));
      });
    });
  }

  #connect(stream: AgentStream): void {
    // Ends of connections are seen as 'close' too; without a listener the error would end the process.
    stream.on('error', () => undefined);
    if (this.#isAuthorized(stream.metadata)) {
      this.#sessions.open(stream);
      return;
    }
    const text = 'The token is not the controller’s: give the agent the same MEMWARDEN_LINK_TOKEN_FILE.';
    this.#onEvent({ kind: 'Refused', node: null, code: 'Token', text });
    refuseStream(stream, 'Token', text);
  }

  #isAuthorized(metadata: Metadata): boolean {
    const [header] = metadata.get('authorization');
    const token = typeof header === 'string' && header.startsWith('Bearer ') ? header.slice(7) : '';
    return timingSafeEqual(digest(token), this.#tokenDigest);
  }

  #desk(node: string): ReturnType<NodeSessions['desk']> & object {
    const desk = this.#sessions.desk(node);
    if (desk === undefined)
      throw new NotFound(`Node ${node} was never seen; GET /api/v1/nodes lists the nodes.`);
    if (desk === null) throw new Unavailable(`Node ${node} is not connected; its history is on the node.`);
    return desk;
  }
}

// An answer that does not hold together is the node's fault, not the asker's.
function understood<T>(node: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new Unavailable(`The answer of node ${node} makes no sense: ${error.message}`, { cause: error });
  }
}

// Digests have one length, so comparing them tells nothing about the token's.
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
