/*
 * What the controller knows of its nodes: the last report of each and whether it is connected. The one source of every
 * answer. Memory is the truth, the hot state its copy: losing that changes nothing here.
 * Bounded: a node that was silent for a day is forgotten, and of too many the one that was silent the longest.
 */
import type { NodeInfo } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { Notice } from '#contracts/notice';
import type { HotState, NodeListener, NodeReport } from '#contracts/report';
import type { NoticeBus } from '#events';
import { summarize, type NodeSummary } from './node-summary.js';

export interface KnownNode {
  readonly info: NodeInfo;
  readonly report: NodeReport;
  readonly summary: NodeSummary;
}

export interface NodeRegistryOptions {
  readonly clock: Clock;
  readonly notices: NoticeBus;
  readonly hotState: HotState;
  readonly maxNodes?: number;
}

const FORGET_AFTER_MS = 24 * 3600 * 1000;
const MAX_NODES = 6000;

export class NodeRegistry implements NodeListener {
  // In order of the last report: the first is silent the longest.
  readonly #nodes = new Map<string, KnownNode>();
  readonly #connected = new Set<string>();
  /** Reported to this process, and to no other since. */
  readonly #heard = new Set<string>();

  constructor(private readonly options: NodeRegistryOptions) {}

  /** From now on agents report to another controller: what it was told is newer. */
  handedOver(): void {
    this.#heard.clear();
  }

  /** Fills in what another controller knows. What an agent said to this one meanwhile stands. */
  async restore(): Promise<number> {
    const reports = await this.options.hotState.all();
    const nowMs = this.options.clock.nowMs();
    let restored = 0;
    for (const report of reports) {
      const { node, takenAtMs } = report.ledger;
      const known = this.#nodes.get(node);
      const isNews = known === undefined || known.report.ledger.takenAtMs < takenAtMs;
      if (!isNews || this.#heard.has(node)) continue;
      // A full registry knows of nodes that were heard later.
      if (known === undefined && this.#nodes.size >= this.#maxNodes) continue;
      // A node whose clock is ahead was not seen in the future.
      this.#store(report, Math.min(takenAtMs, nowMs));
      this.#publish({ kind: 'ledger', node, takenAtMs });
      restored += 1;
    }
    return restored;
  }

  connected(node: string): void {
    this.#connected.add(node);
    this.#publish({ kind: 'node', node, state: 'connected' });
  }

  reported(report: NodeReport): void {
    this.#heard.add(report.ledger.node);
    this.#store(report, this.options.clock.nowMs());
    void this.options.hotState.put(report);
    const { node, takenAtMs } = report.ledger;
    this.#publish({ kind: 'ledger', node, takenAtMs });
  }

  disconnected(node: string): void {
    this.#connected.delete(node);
    this.#publish({ kind: 'node', node, state: 'disconnected' });
  }

  get(node: string): KnownNode | null {
    this.#forgetSilent();
    const known = this.#nodes.get(node);
    return known === undefined ? null : this.#asOfNow(known);
  }

  /** Of its last report. */
  takenAtMs(node: string): number | null {
    return this.#nodes.get(node)?.report.ledger.takenAtMs ?? null;
  }

  /** By name. */
  all(): readonly KnownNode[] {
    this.#forgetSilent();
    return [...this.#nodes.values()]
      .map((known) => this.#asOfNow(known))
      .sort((a, b) => (a.info.node < b.info.node ? -1 : 1));
  }

  get count(): number {
    return this.#nodes.size;
  }

  get connectedCount(): number {
    return this.#connected.size;
  }

  get connectedNodes(): readonly string[] {
    return [...this.#connected];
  }

  #asOfNow(known: KnownNode): KnownNode {
    const connected = this.#connected.has(known.info.node);
    return connected === known.info.connected ? known : { ...known, info: { ...known.info, connected } };
  }

  #store(report: NodeReport, lastSeenMs: number): void {
    const { node, bootId, devices } = report.ledger;
    const info: NodeInfo = {
      node,
      bootId,
      connected: this.#connected.has(node),
      lastSeenMs,
      agent: report.agent,
      health: report.health,
      devices: devices.map((device) => device.id),
    };
    this.#nodes.delete(node);
    this.#nodes.set(node, { info, report, summary: summarize(report) });
    this.#makeRoom();
  }

  get #maxNodes(): number {
    return this.options.maxNodes ?? MAX_NODES;
  }

  #makeRoom(): void {
    for (const name of this.#nodes.keys()) {
      if (this.#nodes.size <= this.#maxNodes) return;
      this.#nodes.delete(name);
      this.#heard.delete(name);
    }
  }

  #forgetSilent(): void {
    const before = this.options.clock.nowMs() - FORGET_AFTER_MS;
    for (const [name, { info }] of this.#nodes)
      if (info.lastSeenMs < before && !this.#connected.has(name)) {
        this.#nodes.delete(name);
        this.#heard.delete(name);
      }
  }

  #publish(notice: Notice): void {
    this.options.notices.publish(notice, notice.kind === 'node' ? 'critical' : 'normal');
  }
}
