/*
 * The agent's end of the link. offer() never blocks and never throws; memory is bounded by the spool, whatever the
 * controller does; a lost controller is looked for with jittered back-off until the link is disposed of.
 */
import { randomUUID } from 'node:crypto';
import type { ComponentHealth } from '#contracts/agent';
import { systemClock, type Clock } from '#contracts/clock';
import { InvalidValue } from '#contracts/errors';
import type { AgentVeto, OrderAnswer, OrderAnswers } from '#contracts/order';
import type { NodeReport, ReportSink } from '#contracts/report';
import { AgentOrders } from './agent-orders.js';
import { AgentConnection } from './agent-connection.js';
import { helloOf, noPlain, type AgentLinkOptions } from './agent-link-options.js';
import { Endpoints, parseController, type Endpoint } from './endpoints.js';
import { AgentMessage } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { answerHistory } from './history-answerer.js';
import type { RefusalCode } from './link-event.js';
import { MAX_MESSAGE_BYTES, refusalFromWire } from './protocol.js';
import { ReportSender } from './report-sender.js';
import { RetryPlan } from './retry-plan.js';
import { readPods } from './wire-pods.js';

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
  readonly #endpoints: Endpoints;
  readonly #instance = randomUUID();
  readonly #clock: Clock;
  readonly #plan: RetryPlan;
  readonly #orders: AgentOrders | null;
  readonly #questions: wire.HistoryRequest[] = [];
  #connection: AgentConnection | null = null;
  #timer: NodeJS.Timeout | undefined;
  #state: State = { kind: 'Idle' };
  #refusal: { readonly code: RefusalCode; readonly text: string } | null = null;
  #maxMessageBytes = MAX_MESSAGE_BYTES;
  #podsTrouble: string | null = null;
  #disposed = false;

  /** @throws {InvalidValue} for an address that is none, or that would be spoken to without TLS */
  constructor(private readonly options: AgentLinkOptions) {
    const address = parseController(options.controller);
    if (!address.isOwn && options.ca === undefined) throw new InvalidValue(noPlain(options.controller));
    this.#endpoints = new Endpoints(address, options.chance, options.resolve);
    this.#sender = new ReportSender(options.spoolBytes ?? SPOOL_BYTES);
    this.#clock = options.clock ?? systemClock;
    const { orders } = options;
    this.#orders = orders === undefined ? null : new AgentOrders(orders, () => this.#clock.nowMs());
    const backoff = options.backoff ?? { baseMs: 500, maxMs: 30_000 };
    this.#plan = new RetryPlan({ ...backoff, chance: options.chance });
  }

  start(): void {
    if (this.#state.kind !== 'Idle' || this.#disposed) return;
    this.#wait('not connected yet');
    void this.#connect();
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
    if (this.#state.kind === 'Connected') return connectedHealth(this.#podsTrouble);
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

  /** Never rejects. */
  async #connect(): Promise<void> {
    this.#refusal = null;
    try {
      const { token, ca } = this.options;
      const endpoint = await this.#endpoints.next();
      const secrets = {
        token: typeof token === 'string' ? token : await token(),
        ca: (await ca?.()) ?? null,
      };
      if (!this.#disposed) this.#connectTo(endpoint, secrets);
    } catch (error) {
      this.#lost(error instanceof Error ? error.message : String(error));
    }
  }

  #connectTo(endpoint: Endpoint, secrets: { readonly token: string; readonly ca: string | null }): void {
    const { connectDeadlineMs = 5_000, welcomeDeadlineMs = 10_000 } = this.options;
    const connection = new AgentConnection({
      endpoint,
      ...secrets,
      connectDeadlineMs,
      message: (message) => {
        this.#receive(message);
      },
      drained: () => {
        this.#pump();
      },
      ended: (reason) => {
        this.#lost(this.#refusal?.text ?? reason);
      },
    });
    this.#connection = connection;
    this.#timer = setTimeout(() => {
      connection.end(`no welcome within ${welcomeDeadlineMs} ms`);
    }, welcomeDeadlineMs);
    connection.send(helloOf(this.options, this.#instance, this.#orders?.helloVeto()));
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
        this.#plan.acknowledged();
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
    this.#endpoints.forget();
    this.#state = { kind: 'Connected' };
    this.#maxMessageBytes = Math.min(MAX_MESSAGE_BYTES, welcome.maxMessageBytes);
    this.#sender.begin(welcome);
    this.#orders?.begin();
    this.options.onEvent?.({ kind: 'Connected', heldSequence: welcome.heldSequence });
  }

  #refused({ code, text }: wire.Refuse): void {
    this.#refusal = { code: refusalFromWire(code), text };
    this.options.onEvent?.({ kind: 'Refused', ...this.#refusal });
    this.#connection?.end(text);
  }

  #podsChanged(message: wire.Pods): void {
    const { pods, trouble } = readPods(message);
    this.#podsTrouble = trouble;
    if (trouble !== null) this.options.onEvent?.({ kind: 'PodsRefused', reason: trouble });
    this.options.pods?.podsChanged(pods);
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
    const retryInMs = this.#plan.waitAfter({
      code: this.#refusal?.code ?? null,
      hasMore: this.#endpoints.hasMore,
    });
    this.options.onEvent?.({ kind: 'Disconnected', reason, retryInMs });
    this.#timer = setTimeout(() => {
      void this.#connect();
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

function connectedHealth(podsTrouble: string | null): ComponentHealth {
  if (podsTrouble === null) return { component: 'link', state: 'ok' };
  return { component: 'link', state: 'degraded', reason: `Pods have no names here: ${podsTrouble}` };
}
