/*
 * Asks nodes for their history. A node that did not answer twice in a row is not asked for a while: whoever asks hears so
 * at once instead of waiting for nothing, and one question now and then shows whether it answers again.
 */
import type { Clock } from '#contracts/clock';
import { Stalled } from '#contracts/errors';
import type { NodeHistory, SeriesFilter, TimeRange } from '#contracts/report';
import type { SeriesHistory, SeriesRef } from '#contracts/series';
import { CircuitBreaker } from '#resources';

const FAILURES = 2;
const OPEN_MS = 15_000;
/** As many as nodes that the link takes. */
const MOST_REMEMBERED = 10_000;

export class HistoryAsker implements NodeHistory {
  /** Of nodes that are asked now, or whose last answer did not come. */
  readonly #breakers = new Map<string, CircuitBreaker>();

  constructor(
    private readonly history: NodeHistory,
    private readonly clock: Clock,
  ) {}

  /** @throws {Busy} while the node is not asked; else what the history throws */
  list(node: string, filter: SeriesFilter): Promise<readonly SeriesRef[]> {
    return this.#ask(node, () => this.history.list(node, filter));
  }

  /** @throws {Busy} while the node is not asked; else what the history throws */
  read(node: string, id: string, range: TimeRange): Promise<SeriesHistory> {
    return this.#ask(node, () => this.history.read(node, id, range));
  }

  async #ask<T>(node: string, ask: () => Promise<T>): Promise<T> {
    const breaker = this.#breakers.get(node) ?? this.#newBreaker(node);
    try {
      return await breaker.run(ask);
    } finally {
      if (breaker.failures === 0 && this.#breakers.get(node) === breaker) this.#breakers.delete(node);
    }
  }

  #newBreaker(node: string): CircuitBreaker {
    const breaker = new CircuitBreaker({
      name: `Asking node ${node} for its history`,
      clock: this.clock,
      failures: FAILURES,
      openMs: OPEN_MS,
      // Any other error is an answer, or costs nothing.
      isFailure: (error) => error instanceof Stalled,
    });
    this.#breakers.set(node, breaker);
    const [oldest] = this.#breakers.keys();
    if (this.#breakers.size > MOST_REMEMBERED && oldest !== undefined) this.#breakers.delete(oldest);
    return breaker;
  }
}
