/*
 * Questions that wait for an agent's answer. Every one ends: answered, timed out, or with its session.
 */
import { InvalidValue, NotFound, Stalled, Unavailable, type MemwardenError } from '#contracts/errors';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { HistoryFailure } from './gen/memwarden/link/v1/link.js';

type Body = NonNullable<wire.HistoryAnswer['body']>;

interface Pending {
  readonly resolve: (body: Body) => void;
  readonly reject: (error: MemwardenError) => void;
  readonly timer: NodeJS.Timeout;
}

/** One node's open questions at a time. */
const MAX_PENDING = 64;

export interface HistoryDeskOptions {
  readonly node: string;
  readonly deadlineMs: number;
  readonly send: (request: wire.HistoryRequest) => void;
}

export class HistoryDesk {
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(private readonly options: HistoryDeskOptions) {}

  /**
   * @throws {NotFound} the agent has no such series
   * @throws {Stalled} no answer in time, or too many open questions
   * @throws {Unavailable} the session ended, or the agent could not answer
   */
  ask(body: NonNullable<wire.HistoryRequest['body']>): Promise<Body> {
    const { node, deadlineMs, send } = this.options;
    if (this.#pending.size >= MAX_PENDING)
      return Promise.reject(
        new Stalled(`Node ${node} has ${MAX_PENDING} questions open; ask again in a moment.`),
      );
    const requestId = this.#nextId;
    this.#nextId = (this.#nextId % 0xffff_ffff) + 1;
    return new Promise((resolve, reject) => {
      const late = new Stalled(`Node ${node} did not answer within ${deadlineMs} ms; ask again.`);
      const timer = setTimeout(() => {
        this.#take(requestId);
        reject(late);
      }, deadlineMs);
      this.#pending.set(requestId, { resolve, reject, timer });
      send({ requestId, deadlineMs, body });
    });
  }

  /** An answer that nobody waits for is dropped. */
  answer({ requestId, body }: wire.HistoryAnswer): void {
    const pending = this.#take(requestId);
    if (pending === undefined) return;
    if (body === undefined) pending.reject(new InvalidValue(`Node ${this.options.node} answered nothing.`));
    else if (body.$case === 'failure') pending.reject(failure(body.value, this.options.node));
    else pending.resolve(body);
  }

  close(): void {
    for (const requestId of [...this.#pending.keys()])
      this.#take(requestId)?.reject(
        new Unavailable(`Node ${this.options.node} went away before it answered.`),
      );
  }

  #take(requestId: number): Pending | undefined {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    clearTimeout(pending?.timer);
    return pending;
  }
}

function failure(code: HistoryFailure, node: string): MemwardenError {
  switch (code) {
    case HistoryFailure.HISTORY_FAILURE_NOT_FOUND:
      return new NotFound(`Node ${node} has no such series; it may have ended. List the series of the node.`);
    case HistoryFailure.HISTORY_FAILURE_TOO_LARGE:
      return new Unavailable(`The answer of node ${node} is too large; ask for less.`);
    case HistoryFailure.HISTORY_FAILURE_FAILED:
    case HistoryFailure.HISTORY_FAILURE_UNSPECIFIED:
    case HistoryFailure.UNRECOGNIZED:
      return new Unavailable(`Node ${node} could not read its history; see the agent's log.`);
  }
}
