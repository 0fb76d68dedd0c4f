/*
 * Reports waiting to be looked at: the newest of each node, taken in turn. Offering never waits and never throws; a node
 * whose report is being looked at waits for that look to end, so what is learned of one node is learned in order.
 */
import type { NodeReport } from '#contracts/report';

export interface ReportDeskOptions {
  /** Rejections are told to onFailure. */
  readonly look: (report: NodeReport) => Promise<void>;
  readonly onFailure: (node: string, error: unknown) => void;
  /** Nodes that are looked at at once. */
  readonly atOnce?: number;
}

const AT_ONCE = 4;

export class ReportDesk {
  readonly #newest = new Map<string, NodeReport>();
  readonly #busy = new Map<string, Promise<void>>();
  #skipped = 0;

  constructor(private readonly options: ReportDeskOptions) {}

  offer(report: NodeReport): void {
    const { node } = report.ledger;
    if (this.#newest.has(node)) this.#skipped += 1;
    this.#newest.set(node, report);
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

  #next(): void {
    for (const [node, report] of this.#newest) {
      if (this.#busy.size >= (this.options.atOnce ?? AT_ONCE)) return;
      if (this.#busy.has(node)) continue;
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
      this.#next();
    }
  }
}
