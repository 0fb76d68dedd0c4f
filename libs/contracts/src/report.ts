/*
 * Between agent and controller: what is reported, what is asked for, and the ports on both sides.
 */
import type { AgentInfo, ComponentHealth } from './agent.js';
import type { NodeLedger } from './ledger.js';
import type { SeriesHistory, SeriesRef } from './series.js';

export interface NodeReport {
  readonly ledger: NodeLedger;
  readonly agent: AgentInfo;
  readonly health: readonly ComponentHealth[];
}

export interface SeriesFilter {
  readonly device?: string;
  readonly holder?: string;
}

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Port, agent: where reports go. Never blocks and never throws; what cannot be sent is spooled in bounded memory. */
export interface ReportSink {
  offer(report: NodeReport): void;
}

/** Port, agent: what the controller may ask for. */
export interface HistorySource {
  list(filter: SeriesFilter): readonly SeriesRef[];
  /** Null: no such series. */
  read(id: string, range: TimeRange): SeriesHistory | null;
}

/** Port, controller: who hears of the nodes. Calls for one node come in order, one at a time. */
export interface NodeListener {
  /** A session is open; its first report comes later. */
  connected(node: string): void;
  reported(report: NodeReport): void;
  disconnected(node: string): void;
}

/**
 * Port, controller: history stays on the node and is asked for when a person looks.
 * @throws {NotFound} for a node that was never seen or a series it does not have
 * @throws {Unavailable} for a node that is not connected
 * @throws {Stalled} for a node that did not answer in time
 */
export interface NodeHistory {
  list(node: string, filter: SeriesFilter): Promise<readonly SeriesRef[]>;
  read(node: string, id: string, range: TimeRange): Promise<SeriesHistory>;
}

/** Port, controller: the last report of each node, outliving the controller. It may vanish at any time: agents refill it. */
export interface HotState {
  put(report: NodeReport): Promise<void>;
  all(): Promise<readonly NodeReport[]>;
  health(): ComponentHealth;
  /** Each time that it can be read again: what it holds may be more than what is known. */
  onReadable(callback: () => void): void;
}
