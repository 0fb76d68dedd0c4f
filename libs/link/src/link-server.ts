/*
 * The controller's end of the link: one gRPC service, one session per node, reports handed to a NodeListener in order.
 * Always: the newest session of a node is the one that is served; what an agent may make this process remember is bounded
 * (bounds.ts, report-receiver.ts, maxNodes); nobody is heard before the token matched.
 */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import type { NodePod } from '#contracts/cluster';
import { InvalidValue, NotFound, Unavailable } from '#contracts/errors';
import type { Authenticator } from '#contracts/identity';
import type { AgentVeto, Order, OrderChannel } from '#contracts/order';
import type { NodeHistory, NodeListener, SeriesFilter, TimeRange } from '#contracts/report';
import type { SeriesHistory, SeriesRef } from '#contracts/series';
import { AddressInUse } from './errors.js';
import { AgentLinkService, AgentMessage } from './gen/memwarden/link/v1/link.js';
import type { ServerEvent } from './link-event.js';
import {
  bindPrivately,
  clearStaleSocket,
  isOwnMachine,
  parseAddress,
  targetOf,
  type LinkAddress,
} from './listen-address.js';
import { assertDecodable } from './message-guard.js';
import { NodeSessions, type AgentPeer } from './node-sessions.js';
import type { AgentStream } from './node-session.js';
import type { AnnouncedTerms, OrdersOptions } from './order-line.js';
import { KEEPALIVE, MAX_MESSAGE_BYTES, PROTOCOL, type ProtocolRange } from './protocol.js';
import { ServingCredentials, type ServingCertificate } from './serving-credentials.js';
import { TokenGate } from './token-gate.js';
import { historyFromWire, seriesListFromWire } from './wire-history.js';

export interface LinkServerOptions {
  /** `unix:/path.sock` or `host:port`; port 0: any. */
  readonly listen: string;
  /** Whose the tokens are; in local mode a SharedToken. */
  readonly authenticate: Authenticator;
  /**
   * The node that an agent says it is must be the node that its token is bound to; `audit`: a difference is only said.
   * Absent: tokens are of no node.
   */
  readonly nodeIdentity?: 'audit' | 'enforce';
  /** Needed for every address that others than this machine can reach. */
  readonly tls?: ServingCertificate;
  readonly listener: NodeListener;
  readonly clock?: Clock;
  readonly onEvent?: (event: ServerEvent) => void;
  readonly maxNodes?: number;
  readonly authDeadlineMs?: number;
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

const NO_PLAIN = (listen: string): string =>
  `The link would listen on ${listen} without TLS, for others than this machine. Set MEMWARDEN_LINK_TLS=managed or ` +
  'MEMWARDEN_LINK_TLS_DIR, or listen on unix:/path.sock or 127.0.0.1.';

/** Agents have this long to take leave before their connections are cut. */
const SHUTDOWN_MS = 500;

export class LinkServer implements NodeHistory, OrderChannel {
  readonly #server: Server;
  readonly #sessions: NodeSessions;
  readonly #gate: TokenGate;
  readonly #tls: ServingCredentials | null;
  readonly #address: LinkAddress;
  readonly #onEvent: (event: ServerEvent) => void;
  #listening = false;

  /** @throws {InvalidValue} for an address, or a certificate, that cannot be used */
  constructor(options: LinkServerOptions) {
    this.#address = parseAddress(options.listen);
    this.#tls = options.tls === undefined ? null : new ServingCredentials(options.tls);
    if (this.#tls === null && !isOwnMachine(this.#address)) throw new InvalidValue(NO_PLAIN(options.listen));
    this.#gate = new TokenGate(options.authenticate, options.authDeadlineMs ?? 5000);
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
      nodeIdentity: options.nodeIdentity ?? null,
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

  /**
   * All pods of the node, the newest list as soon as there is room for it. A list above the bounds is withheld
   * (PodsWithheld says so), and the agent then knows of none.
   * @returns false: the node is not connected, or its agent does not want to know; push again when it connects
   */
  pushPods(node: string, pods: readonly NodePod[]): boolean {
    return this.#sessions.pushPods(node, pods);
  }

  /**
   * Another replica leads: agents that are served are sent away, and those that come are refused, both with `reason`,
   * which may name the leader. Before start(), too.
   */
  stopServing(reason: string): void {
    this.#sessions.stopServing(reason);
  }

  startServing(): void {
    this.#sessions.startServing();
  }

  /** @throws {InvalidValue} for what cannot be used; then the old one goes on */
  replaceCertificate(certificate: ServingCertificate): void {
    if (this.#tls === null) throw new InvalidValue('This link was begun without TLS: it has no certificate.');
    this.#tls.replace(certificate);
  }

  /** What the node's agent said that it can do; null: nobody knows. */
  peer(node: string): AgentPeer | null {
    return this.#sessions.peer(node);
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
      const credentials = this.#tls ?? ServerCredentials.createInsecure();
      this.#server.bindAsync(target, credentials, (error, port) => {
        if (error === null) resolve(port);
        else reject(new AddressInUse(`Cannot listen on ${target}: ${error.message}.`, { cause: error }));
      });
    });
  }

  #connect(stream: AgentStream): void {
    // Ends of connections are seen as 'close' too; without a listener the error would end the process.
    stream.on('error', () => undefined);
    const { away } = this.#sessions;
    // Before the token: nobody is asked about agents that are not served here.
    if (away !== null) this.#sessions.refuse(stream, null, ['NotLeader', away]);
    else void this.#admit(stream);
  }

  async #admit(stream: AgentStream): Promise<void> {
    const isThere = (): boolean => !stream.cancelled && !stream.destroyed;
    const { identity, refusal } = await this.#gate.admit(stream.metadata, isThere);
    if (!isThere()) return;
    if (refusal !== null) this.#sessions.refuse(stream, null, refusal);
    else this.#sessions.open(stream, identity);
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
