/*
 * What an agent says of itself and what the controller knows of its nodes.
 */
import type { Bytes } from './units.js';

/** The agent is a memory tool: what it costs is part of every report. */
export interface AgentCost {
  readonly rssBytes: Bytes;
  /** Of one core, over the last sampling period. */
  readonly cpuPercent: number;
  /** From the first kernel read to the finished ledger. */
  readonly sampleMs: number;
}

export interface AgentInfo extends AgentCost {
  readonly version: string;
}

/** A part of a component that can be well or unwell by itself. */
export interface ComponentHealth {
  readonly component: string;
  readonly state: 'ok' | 'degraded' | 'failed';
  /** What is wrong and what to do; absent when ok. */
  readonly reason?: string;
}

export interface NodeInfo {
  readonly node: string;
  readonly bootId: string;
  readonly connected: boolean;
  readonly lastSeenMs: number;
  readonly agent: AgentInfo;
  readonly health: readonly ComponentHealth[];
  readonly devices: readonly string[];
}
