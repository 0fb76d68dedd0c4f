/*
 * Reports waiting to be looked at: the newest of each node, the hardest pressed nodes first and none for ever last. Offering
 * never waits and never throws; a node whose report is being looked at waits for that look to end, so what is learned of
 * one node is learned in order.
 */
import type { Clock } from '#contracts/clock';
import type { QueuePriority } from '#contracts/cleanup';
import type { NodeReport } from '#contracts/report';
import { PriorityQueue } from '#resources';

export interface ReportDeskOptions {
  /** Rejections are told to onFailure. */
  readonly look: (report: NodeReport) => Promise<void>;
  readonly urgency: (report: NodeReport) => QueuePriority;
  readonly onFailure: (node: string, error: unknown) => void;
  readonly clock: Clock;
  /** Nodes that are looked at at once. */
  readonly atOnce?: number;
}

const AT_ONCE = 4;
/** As many as nodes that the link takes: each waits at most once. */
const MOST_WAITING = 10_000;

export class ReportDesk {
  readonly #newest = new Map<string, NodeReport>();
  /** Names of nodes with a report that nobody looks at. */
  readonly #turns: PriorityQueue<string>;
  readonly #busy = new Map<string, Promise<void>>();
  #skipped = 0;

  constructor(private readonly options: ReportDeskOptions) {
    this.#turns = new PriorityQueue(options.clock, MOST_WAITING);
  }

  offer(report: NodeReport): void {
    const { node } = report.ledger;
    const isWaiting = this.#newest.has(node);
    if (isWaiting) this.#skipped += 1;
    this.#newest.set(node, report);
    // One that is looked at queues up when that look is over.
    if (!isWaiting && !this.#busy.has(node)) this.#queueUp(node, report);
    this.#next();
  }

  /** Reports that a newer one of the same node replaced before anybody looked. */
  get skipped(): number {
    return this.#skipped;
  }

  get waiting(): number {
    return this.#newest.size;
  }

  async idle(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values());
  }

  #queueUp(node: string, report: NodeReport): void {
    // Full: its next report queues up.
    if (!this.#turns.offer(node, this.options.urgency(report))) this.#newest.delete(node);
  }

  #next(): void {
    while (this.#busy.size < (this.options.atOnce ?? AT_ONCE)) {
      const node = this.#turns.poll();
      const report = node === undefined ? undefined : this.#newest.get(node);
      if (node === undefined || report === undefined) return;
      this.#newest.delete(node);
      this.#busy.set(node, this.#look(node, report));
    }
  }

  async #look(node: string, report: NodeReport): Promise<void> {
    try {
      await this.options.look(report);
    } catch (error) {
      this.options.onFailure(node, error);
    } finally {
      this.#busy.delete(node);
      const newer = this.#newest.get(node);
      if (newer !== undefined) this.#queueUp(node, newer);
      this.#next();
    }
  }
}
