/*
 * All nodes that the link knows: what each one's reports have come to, and the session that is served now.
 * At most maxNodes are remembered; the one that has been away the longest makes room.
 */
import type { Clock } from '#contracts/clock';
import { InvalidValue, MemwardenError } from '#contracts/errors';
import type { AgentVeto } from '#contracts/order';
import type { NodeListener } from '#contracts/report';
import type * as wire from './gen/memwarden/link/v1/link.js';
import type { HistoryDesk } from './history-desk.js';
import type { NodePod } from '#contracts/cluster';
import type { Identity } from '#contracts/identity';
import type { Refusal, ServerEvent } from './link-event.js';
import type { AnnouncedTerms, OrderLine, OrdersOptions } from './order-line.js';
import { badReportText, NodeSession, refuseStream, type AgentStream } from './node-session.js';
import { chooseProtocol, MAX_MESSAGE_BYTES, ORDERS, PODS, WINDOW, type ProtocolRange } from './protocol.js';
import { ReportReceiver } from './report-receiver.js';
import { vetoFromWire } from './wire-order.js';

export interface NodeSessionsOptions {
  readonly listener: NodeListener;
  readonly clock: Clock;
  readonly onEvent: (event: ServerEvent) => void;
  readonly maxNodes: number;
  readonly helloDeadlineMs: number;
  readonly answerDeadlineMs: number;
  readonly protocol: ProtocolRange;
  /** Null: no orders are given. */
  readonly orders: OrdersOptions | null;
  /** What a token of another node means; null: tokens are of no node. */
  readonly nodeIdentity: 'audit' | 'enforce' | null;
}

interface Node {
  readonly receiver: ReportReceiver;
  readonly instance: string;
  readonly peer: AgentPeer;
  session: NodeSession | null;
}

/** What an agent said in its hello that it can do. */
export interface AgentPeer {
  /** The newest that it and this controller speak. */
  readonly protocol: number;
  readonly capabilities: readonly string[];
}

const MOST_CAPABILITIES = 32;
const LONGEST_CAPABILITY = 63;

// Kubernetes node names and host names; it stands in URLs and log lines.
const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
const MAX_HELLO_TEXT = 256;

export class NodeSessions {
  // Insertion order is order of connecting: the first one without a session has been away the longest.
  readonly #nodes = new Map<string, Node>();

  #terms: AnnouncedTerms | null = null;
  #away: string | null = null;

  constructor(private readonly options: NodeSessionsOptions) {}

  get connected(): number {
    let count = 0;
    for (const node of this.#nodes.values()) if (node.session !== null) count += 1;
    return count;
  }

  /** Undefined: never seen. Null: not connected. */
  desk(node: string): HistoryDesk | null | undefined {
    const known = this.#nodes.get(node);
    return known === undefined ? undefined : (known.session?.history ?? null);
  }

  /** Null: not connected, or no orders are given. */
  line(node: string): OrderLine | null {
    return this.#nodes.get(node)?.session?.orders ?? null;
  }

  announce(terms: AnnouncedTerms): void {
    this.#terms = terms;
    for (const { session } of this.#nodes.values()) session?.orders?.announce();
  }

  /** Of the last session; null: none is remembered. */
  peer(node: string): AgentPeer | null {
    return this.#nodes.get(node)?.peer ?? null;
  }

  /** False: not connected, or its agent does not want to know. */
  pushPods(node: string, pods: readonly NodePod[]): boolean {
    const line = this.#nodes.get(node)?.session?.pods ?? null;
    line?.push(pods);
    return line !== null;
  }

  /** From now on every agent is refused with this, and those that are served are sent away. */
  stopServing(reason: string): void {
    this.#away = reason;
    for (const node of this.#nodes.values()) {
      if (node.session === null) continue;
      node.session.refuse('NotLeader', reason);
      this.#ended(node, node.session, reason);
    }
    // What they said last is for another replica to know.
    this.#nodes.clear();
  }

  startServing(): void {
    this.#away = null;
  }

  /** Why no agent is served; null: they are. */
  get away(): string | null {
    return this.#away;
  }

  /** Takes an authorized stream, up to its hello. */
  open(stream: AgentStream, identity: Identity): void {
    const timer = setTimeout(() => {
      this.refuse(stream, null, ['BadHello', 'No hello in time: this port is for Memwarden agents.']);
    }, this.options.helloDeadlineMs);
    stream.once('data', ({ body }: wire.AgentMessage) => {
      clearTimeout(timer);
      if (body?.$case === 'hello') this.#hello(stream, body.value, identity);
      else this.refuse(stream, null, ['BadHello', 'The first message must be a hello.']);
    });
    stream.once('close', () => {
      clearTimeout(timer);
    });
    stream.once('end', () => {
      stream.end();
    });
  }

  close(): void {
    for (const node of this.#nodes.values())
      node.session?.refuse('ShuttingDown', 'The controller is shutting down; it will be back.');
  }

  #hello(stream: AgentStream, hello: wire.Hello, identity: Identity): void {
    const refusal = this.#refusalOf(hello, identity);
    if (refusal !== null) {
      this.refuse(stream, hello.node.slice(0, MAX_HELLO_TEXT), refusal);
      return;
    }
    const node = this.#take(hello);
    const session = new NodeSession({
      stream,
      receiver: node.receiver,
      answerDeadlineMs: this.options.answerDeadlineMs,
      applied: (report) => {
        this.options.listener.reported(report);
      },
      resynced: () => {
        this.options.onEvent({ kind: 'Resync', node: hello.node });
      },
      orders: this.options.orders && {
        orders: this.options.orders,
        veto: vetoOf(hello),
        terms: () => this.#terms,
      },
      wantsPods: hello.capabilities.includes(PODS),
      podsWithheld: (reason) => {
        this.options.onEvent({ kind: 'PodsWithheld', node: hello.node, reason });
      },
    });
    node.session = session;
    this.#listen(stream, node, session);
    this.options.listener.connected(hello.node);
    this.options.onEvent({ kind: 'Connected', node: hello.node, agentVersion: hello.agentVersion });
    session.welcome({
      protocol: Math.min(this.options.protocol.max, hello.protocolMax),
      heldSequence: node.receiver.begin(),
      maxMessageBytes: MAX_MESSAGE_BYTES,
      window: WINDOW,
    });
  }

  #refusalOf(hello: wire.Hello, identity: Identity): Refusal | null {
    const { protocol, maxNodes } = this.options;
    if (this.#away !== null) return ['NotLeader', this.#away];
    const theirs = { min: hello.protocolMin, max: hello.protocolMax };
    if (chooseProtocol(protocol, theirs) === null)
      return [
        'ProtocolRange',
        `The agent speaks link protocol ${theirs.min} to ${theirs.max}, this controller ${protocol.min} to ${protocol.max}: ` +
          `upgrade the ${theirs.max < protocol.min ? 'agent' : 'controller'}.`,
      ];
    if (!NODE_NAME.test(hello.node))
      return ['BadHello', 'The node name must be 1 to 253 letters, digits, dots, dashes or underscores.'];
    if ([hello.bootId, hello.instance, hello.agentVersion].some((text) => text.length > MAX_HELLO_TEXT))
      return ['BadHello', `A text of the hello is longer than ${MAX_HELLO_TEXT} characters.`];
    const mismatch = this.#mismatchOf(hello.node, identity);
    if (mismatch !== null) return mismatch;
    if (!hasSoundVeto(hello)) return ['BadHello', 'The hello says of orders what no agent would say.'];
    if (!this.#nodes.has(hello.node) && !this.#makeRoom())
      return ['TooManyNodes', `This controller serves ${maxNodes} nodes already; run another one.`];
    return null;
  }

  #mismatchOf(node: string, identity: Identity): Refusal | null {
    const tokenNode = identity.node?.name ?? null;
    if (this.options.nodeIdentity === null || tokenNode === node) return null;
    if (this.options.nodeIdentity === 'audit') {
      this.options.onEvent({ kind: 'NodeDiffers', node, tokenNode });
      return null;
    }
    const whose = tokenNode === null ? 'bound to no node' : `of node ${tokenNode}`;
    return [
      'NodeIdentity',
      `The agent says that it is node ${node}, its token is ${whose}: set MEMWARDEN_NODE_NAME from spec.nodeName and ` +
        'use a projected token of the agent’s own pod.',
    ];
  }

  #makeRoom(): boolean {
    if (this.#nodes.size < this.options.maxNodes) return true;
    for (const [name, node] of this.#nodes) {
      if (node.session !== null) continue;
      this.#nodes.delete(name);
      return true;
    }
    return false;
  }

  #take(hello: wire.Hello): Node {
    const known = this.#nodes.get(hello.node);
    if (known?.session) this.#replace(known, known.session);
    const resumes = known?.instance === hello.instance && known.receiver.identity.bootId === hello.bootId;
    const node: Node = {
      receiver: resumes ? known.receiver : new ReportReceiver({ node: hello.node, bootId: hello.bootId }),
      instance: hello.instance,
      peer: this.#peerOf(hello),
      session: null,
    };
    this.#nodes.delete(hello.node);
    this.#nodes.set(hello.node, node);
    return node;
  }

  /** Bounded: whatever an agent says is shown. */
  #peerOf({ protocolMax, capabilities }: wire.Hello): AgentPeer {
    const shown = capabilities.filter((each) => each !== '' && each.length <= LONGEST_CAPABILITY);
    return {
      protocol: Math.min(this.options.protocol.max, protocolMax),
      capabilities: [...new Set(shown)].slice(0, MOST_CAPABILITIES),
    };
  }

  #replace(node: Node, session: NodeSession): void {
    const name = node.receiver.identity.node;
    session.refuse(
      'DuplicateNode',
      `Another agent says that it is node ${name} and is served now. If there are two, give each its own MEMWARDEN_NODE_NAME.`,
    );
    this.#ended(node, session, 'a newer session of the node took over');
  }

  #listen(stream: AgentStream, node: Node, session: NodeSession): void {
    const { node: name } = node.receiver.identity;
    stream.on('data', (message: wire.AgentMessage) => {
      if (node.session === session) this.#message(node, session, message);
    });
    stream.once('close', () => {
      this.#ended(node, session, 'the connection ended');
    });
    stream.once('end', () => {
      this.#ended(node, session, `node ${name} took leave`);
    });
  }

  #message(node: Node, session: NodeSession, { body }: wire.AgentMessage): void {
    try {
      if (body?.$case === 'report') session.report(body.value);
      else if (body?.$case === 'answer') session.history.answer(body.value);
      else if (body?.$case === 'orderAnswer') session.orders?.answered(body.value);
      else if (body?.$case === 'veto') session.orders?.vetoChanged(body.value);
    } catch (error) {
      if (!(error instanceof MemwardenError)) throw error;
      const text = badReportText(error);
      this.options.onEvent({ kind: 'Refused', node: node.receiver.identity.node, code: 'BadReport', text });
      session.refuse('BadReport', text);
      this.#ended(node, session, 'a report was refused');
    }
  }

  #ended(node: Node, session: NodeSession, reason: string): void {
    session.close();
    const name = node.receiver.identity.node;
    if (node.session !== session) return;
    node.session = null;
    this.options.onEvent({ kind: 'Disconnected', node: name, reason });
    this.options.listener.disconnected(name);
  }

  refuse(stream: AgentStream, node: string | null, [code, text]: Refusal): void {
    this.options.onEvent({ kind: 'Refused', node, code, text });
    refuseStream(stream, code, text);
  }
}

/** Null: this agent takes no orders. @throws {InvalidValue} */
function vetoOf({ capabilities, veto }: wire.Hello): AgentVeto | null {
  return veto === undefined || !capabilities.includes(ORDERS) ? null : vetoFromWire(veto);
}

function hasSoundVeto(hello: wire.Hello): boolean {
  try {
    vetoOf(hello);
    return true;
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return false;
  }
}
