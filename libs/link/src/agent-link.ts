/*
 * The agent's end of the link. offer() never blocks and never throws; memory is bounded by the spool, whatever the
 * controller does; a lost controller is looked for with jittered back-off until the link is disposed of.
 */
import { randomUUID } from 'node:crypto';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import type { PodListener } from '#contracts/cluster';
import { InvalidValue } from '#contracts/errors';
import type { AgentVeto, OrderAnswer, OrderAnswers, OrderTaker } from '#contracts/order';
import type { HistorySource, NodeReport, ReportSink } from '#contracts/report';
import { AgentOrders } from './agent-orders.js';
import { AgentConnection } from './agent-connection.js';
import { backoffMs, type Backoff } from './backoff.js';
import { AgentMessage, RefuseCode } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { answerHistory } from './history-answerer.js';
import type { AgentEvent } from './link-event.js';
import { parseAddress, targetOf } from './listen-address.js';
import {
  MAX_MESSAGE_BYTES,
  ORDERS,
  PODS,
  PROTOCOL,
  refusalFromWire,
  type ProtocolRange,
} from './protocol.js';
import { ReportSender } from './report-sender.js';
import { podsFromWire } from './wire-pods.js';

export interface AgentLinkOptions {
  /** `unix:/path.sock` or `host:port`. */
  readonly controller: string;
  readonly token: string;
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
  readonly welcomeDeadlineMs?: number;
  readonly protocol?: ProtocolRange;
  /** Absent: this agent takes no orders. */
  readonly orders?: OrderTaker;
  /** Absent: this agent does not want to know the node's pods. */
  readonly pods?: PodListener;
}

export interface AgentLinkCounters {
  /** Samples that the spool had no room for. */
  readonly dropped: number;
  readonly spooled: number;
  readonly spoolBytes: number;
}

type State =
  | { readonly kind: 'Idle' }
  | { readonly kind: 'Waiting'; readonly sinceMs: number; readonly reason: string }
  | { readonly kind: 'Connected' };

const SPOOL_BYTES = 4 * 1024 * 1024;
const MAX_OPEN_QUESTIONS = 64;

export class AgentLink implements ReportSink, OrderAnswers {
  readonly #sender: ReportSender;
  readonly #target: string;
  readonly #instance = randomUUID();
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #orders: AgentOrders | null;
  readonly #questions: wire.HistoryRequest[] = [];
  #connection: AgentConnection | null = null;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;
  #state: State = { kind: 'Idle' };
  #refusal: string | null = null;
  #maxMessageBytes = MAX_MESSAGE_BYTES;
  #disposed = false;

  /** @throws {InvalidValue} for an address that is none */
  constructor(private readonly options: AgentLinkOptions) {
    this.#target = targetOf(parseAddress(options.controller));
    this.#sender = new ReportSender(options.spoolBytes ?? SPOOL_BYTES);
    this.#clock = options.clock ?? systemClock;
    const { orders } = options;
    this.#orders = orders === undefined ? null : new AgentOrders(orders, () => this.#clock.nowMs());
    this.#backoff = { ...(options.backoff ?? { baseMs: 500, maxMs: 30_000 }), chance: options.chance };
  }

  start(): void {
    if (this.#state.kind !== 'Idle' || this.#disposed) return;
    this.#wait('not connected yet');
    this.#connect();
  }

  offer(report: NodeReport): void {
    if (this.#disposed) return;
    this.#sender.offer(report);
    this.#pump();
  }

  answer(answer: OrderAnswer): void {
    this.#orders?.answer(answer);
    this.#pump();
  }

  vetoChanged(veto: AgentVeto): void {
    this.#orders?.vetoChanged(veto);
    this.#pump();
  }

  get counters(): AgentLinkCounters {
    const { dropped, spooled, spoolBytes } = this.#sender;
    return { dropped, spooled, spoolBytes };
  }

  health(): ComponentHealth {
    if (this.#state.kind === 'Connected') return { component: 'link', state: 'ok' };
    if (this.#state.kind === 'Idle')
      return { component: 'link', state: 'degraded', reason: 'Not started yet.' };
    const seconds = Math.round((this.#clock.monotonicMs() - this.#state.sinceMs) / 1000);
    const reason = `No controller at ${this.options.controller} for ${seconds} s (${this.#state.reason}); ${this.#sender.spooled} samples wait, ${this.#sender.dropped} were dropped. It is tried again by itself.`;
    return { component: 'link', state: 'degraded', reason };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    return connection?.leave() ?? Promise.resolve();
  }

  #connect(): void {
    const { token, welcomeDeadlineMs = 10_000 } = this.options;
    this.#refusal = null;
    const connection = new AgentConnection({
      target: this.#target,
      token,
      message: (message) => {
        this.#receive(message);
      },
      drained: () => {
        this.#pump();
      },
      ended: (reason) => {
        this.#lost(this.#refusal ?? reason);
      },
    });
    this.#connection = connection;
    this.#timer = setTimeout(() => {
      connection.end(`no welcome within ${welcomeDeadlineMs} ms`);
    }, welcomeDeadlineMs);
    connection.send(this.#hello());
  }

  #hello(): Buffer {
    const { agentVersion, node, bootId, protocol = PROTOCOL } = this.options;
    const value: wire.Hello = {
      protocolMin: protocol.min,
      protocolMax: protocol.max,
      capabilities: this.#capabilities(),
      node,
      bootId,
      agentVersion,
      instance: this.#instance,
      veto: this.#orders?.helloVeto(),
    };
    return Buffer.from(AgentMessage.encode({ body: { $case: 'hello', value } }).finish());
  }

  #capabilities(): string[] {
    const { orders, pods } = this.options;
    return ['history', ...(orders === undefined ? [] : [ORDERS]), ...(pods === undefined ? [] : [PODS])];
  }

  #receive({ body }: wire.ControllerMessage): void {
    switch (body?.$case) {
      case 'welcome':
        this.#welcomed(body.value);
        break;
      case 'refuse':
        this.#refused(body.value);
        break;
      case 'ack':
        this.#attempt = 0;
        this.#sender.acknowledge(body.value);
        break;
      case 'resync':
        this.#sender.resync();
        break;
      case 'request':
        this.#asked(body.value);
        break;
      case 'terms':
        this.#orders?.terms(body.value);
        break;
      case 'order':
        this.#orders?.order(body.value);
        break;
      case 'orderAck':
        this.#orders?.acknowledged(body.value);
        break;
      case 'pods':
        this.#podsChanged(body.value);
        break;
      case undefined:
        // A later controller's message: this agent did not advertise it, so nothing depends on it.
        break;
    }
    this.#pump();
  }

  #welcomed(welcome: wire.Welcome): void {
    clearTimeout(this.#timer);
    this.#state = { kind: 'Connected' };
    this.#maxMessageBytes = Math.min(MAX_MESSAGE_BYTES, welcome.maxMessageBytes);
    this.#sender.begin(welcome);
    this.#orders?.begin();
    this.options.onEvent?.({ kind: 'Connected', heldSequence: welcome.heldSequence });
  }

  #refused({ code, text }: wire.Refuse): void {
    this.#refusal = text;
    this.options.onEvent?.({ kind: 'Refused', code: refusalFromWire(code), text });
    // These do not mend by themselves within seconds: straight to the longest wait.
    if (code !== RefuseCode.REFUSE_CODE_SHUTTING_DOWN) this.#attempt = Math.max(this.#attempt, 6);
    this.#connection?.end(text);
  }

  /** What is not understood is not guessed: then nothing is known of pods. */
  #podsChanged(message: wire.Pods): void {
    const { pods, onEvent } = this.options;
    try {
      const list = podsFromWire(message);
      if (list === null) onEvent?.({ kind: 'PodsRefused', reason: message.withheld ?? '' });
      pods?.podsChanged(list);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      onEvent?.({ kind: 'PodsRefused', reason: error.message });
      pods?.podsChanged(null);
    }
  }

  #asked(request: wire.HistoryRequest): void {
    if (this.#questions.length < MAX_OPEN_QUESTIONS) this.#questions.push(request);
  }

  #lost(reason: string): void {
    clearTimeout(this.#timer);
    this.#connection = null;
    this.#questions.length = 0;
    this.#sender.end();
    this.#orders?.end();
    if (this.#disposed) return;
    this.#wait(reason);
    const retryInMs = backoffMs(this.#backoff, this.#attempt);
    this.#attempt += 1;
    this.options.onEvent?.({ kind: 'Disconnected', reason, retryInMs });
    this.#timer = setTimeout(() => {
      this.#connect();
    }, retryInMs);
  }

  #wait(reason: string): void {
    const sinceMs = this.#state.kind === 'Waiting' ? this.#state.sinceMs : this.#clock.monotonicMs();
    this.#state = { kind: 'Waiting', sinceMs, reason };
  }

  #pump(): void {
    if (this.#state.kind !== 'Connected') return;
    while (this.#connection?.writable) {
      const message = this.#next();
      if (message === null) return;
      this.#connection.send(Buffer.from(message.buffer, message.byteOffset, message.length));
    }
  }

  // Answers before samples: somebody waits for them.
  #next(): Uint8Array | null {
    const answer = this.#orders?.next() ?? null;
    if (answer !== null) return answer;
    const question = this.#questions.shift();
    if (question === undefined) return this.#nextReport();
    return answerHistory(this.options.history, question, this.#maxMessageBytes);
  }

  /** The next report that can be sent; one that cannot is given up, so that it never stands in the way of the others. */
  #nextReport(): Uint8Array | null {
    for (let report = this.#sender.next(); report !== null; report = this.#sender.next()) {
      const bytes = this.#encode(report);
      if (bytes !== null) return bytes;
      this.#sender.discard(report.sequence);
    }
    return null;
  }

  #encode(report: wire.Report): Uint8Array | null {
    try {
      const bytes = AgentMessage.encode({ body: { $case: 'report', value: report } }).finish();
      if (bytes.length <= this.#maxMessageBytes) return bytes;
      this.#failed(`A report of ${bytes.length} bytes is above the link's ${this.#maxMessageBytes}.`);
    } catch (error) {
      // The encoder refuses numbers that their field cannot hold.
      this.#failed(`A report could not be encoded: ${String(error)}.`);
    }
    return null;
  }

  #failed(reason: string): void {
    this.options.onEvent?.({ kind: 'ReportFailed', reason });
  }
}
