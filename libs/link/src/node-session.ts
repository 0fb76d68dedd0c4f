/*
 * One stream of one agent, from its hello to its end: what arrives is handed on in order, what leaves is bounded
 * (one Ack at a time, at most as many questions as HistoryDesk has open).
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { MemwardenError } from '#contracts/errors';
import type { NodeReport } from '#contracts/report';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { HistoryDesk } from './history-desk.js';
import { OrderLine, type OrderLineOptions } from './order-line.js';
import { PodLine } from './pod-line.js';
import type { RefusalCode } from './link-event.js';
import { refusalToWire } from './protocol.js';
import type { ReportReceiver } from './report-receiver.js';

export type AgentStream = ServerDuplexStream<wire.AgentMessage, wire.ControllerMessage>;

export interface NodeSessionOptions {
  readonly stream: AgentStream;
  readonly receiver: ReportReceiver;
  readonly answerDeadlineMs: number;
  readonly applied: (report: NodeReport) => void;
  readonly resynced: () => void;
  /** Null: this controller gives no orders. */
  readonly orders: Pick<OrderLineOptions, 'veto' | 'orders' | 'terms'> | null;
  /** The agent wants to know the node's pods. */
  readonly wantsPods: boolean;
  readonly podsWithheld: (reason: string) => void;
}

const MAX_REASON = 500;

export class NodeSession {
  readonly history: HistoryDesk;
  readonly orders: OrderLine | null;
  /** Null: the agent does not want to know. */
  readonly pods: PodLine | null;
  #ackDue = false;
  #blocked = false;
  #closed = false;
  #resyncing = false;

  constructor(private readonly options: NodeSessionOptions) {
    const { stream, receiver, answerDeadlineMs, orders, wantsPods, podsWithheld } = options;
    const { node } = receiver.identity;
    this.history = new HistoryDesk({
      node,
      deadlineMs: answerDeadlineMs,
      send: (request) => {
        this.#send({ body: { $case: 'request', value: request } });
      },
    });
    this.orders = orders && new OrderLine({ ...orders, node, ...this.#sending() });
    this.pods = wantsPods ? new PodLine({ ...this.#sending(), withheld: podsWithheld }) : null;
    stream.on('drain', () => {
      this.#blocked = false;
      this.orders?.drained();
      this.pods?.drained();
      if (this.#ackDue) this.#sendAck();
    });
  }

  welcome(welcome: wire.Welcome): void {
    this.#send({ body: { $case: 'welcome', value: welcome } });
    this.orders?.begin();
    this.pods?.begin();
  }

  #sending(): Pick<OrderLineOptions, 'isBlocked' | 'send'> {
    return {
      isBlocked: () => this.#blocked,
      send: (body) => {
        this.#send({ body });
      },
    };
  }

  /** @throws {InvalidValue | BrokenInvariant} for a report that no agent should send */
  report(message: wire.Report): void {
    const receipt = this.options.receiver.receive(message);
    if (receipt.kind === 'BaseLost') {
      this.#resync();
      return;
    }
    this.#resyncing = false;
    this.#scheduleAck();
    if (receipt.kind === 'Applied') this.options.applied(receipt.report);
  }

  // Said once until something fits again: what was under way meanwhile is as baseless, and needs no other answer.
  #resync(): void {
    if (this.#resyncing) return;
    this.#resyncing = true;
    this.options.resynced();
    this.#send({ body: { $case: 'resync', value: {} } });
  }

  /** The last word; the stream ends behind it. */
  refuse(code: RefusalCode, text: string): void {
    // Or what has arrived would be sent again.
    if (this.#ackDue) this.#sendAck();
    refuseStream(this.options.stream, code, text);
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.history.close();
    this.orders?.close();
    this.pods?.close();
  }

  // All reports that one read brought are acknowledged together.
  #scheduleAck(): void {
    if (this.#ackDue) return;
    this.#ackDue = true;
    setImmediate(() => {
      if (!this.#blocked) this.#sendAck();
    });
  }

  #sendAck(): void {
    this.#ackDue = false;
    const ack = this.options.receiver.acknowledge();
    if (ack !== null) this.#send({ body: { $case: 'ack', value: ack } });
  }

  #send(message: wire.ControllerMessage): void {
    if (this.#closed) return;
    if (!this.options.stream.write(message)) this.#blocked = true;
  }
}

export function refuseStream(stream: AgentStream, code: RefusalCode, text: string): void {
  stream.write({ body: { $case: 'refuse', value: { code: refusalToWire(code), text } } });
  stream.end();
}

/** A message may name what the agent sent, which may be megabytes. */
function shortened(text: string): string {
  return text.length <= MAX_REASON ? text : `${text.slice(0, MAX_REASON)}…`;
}

/** What a bad report says to the agent's log. */
export function badReportText(error: MemwardenError): string {
  return `${shortened(error.message)} This agent and this controller do not understand each other: run the same version of both.`;
}
