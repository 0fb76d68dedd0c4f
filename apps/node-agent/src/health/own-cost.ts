/*
 * What the agent itself costs: resident memory, and CPU since the last measurement. It is part of every report.
 */
import type { AgentCost } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import { bytes } from '#contracts/units';

type Cost = Omit<AgentCost, 'sampleMs'>;

export interface ProcessUse {
  rssBytes(): number;
  /** User and system time since the process began. */
  cpuMicroseconds(): number;
}

export const ownProcess: ProcessUse = {
  rssBytes: () => process.memoryUsage.rss(),
  cpuMicroseconds: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

export class OwnCost {
  private measuredAtMs: number;
  private cpu: number;
  private cost: Cost;

  constructor(
    private readonly clock: Clock,
    private readonly use: ProcessUse = ownProcess,
  ) {
    this.measuredAtMs = clock.monotonicMs();
    this.cpu = use.cpuMicroseconds();
    this.cost = { rssBytes: bytes(use.rssBytes()), cpuPercent: 0 };
  }

  get last(): Cost {
    return this.cost;
  }

  measure(): void {
    const nowMs = this.clock.monotonicMs();
    const cpu = this.use.cpuMicroseconds();
    const elapsedMs = nowMs - this.measuredAtMs;
    const cpuPercent = elapsedMs > 0 ? (cpu - this.cpu) / 10 / elapsedMs : this.cost.cpuPercent;
    this.measuredAtMs = nowMs;
    this.cpu = cpu;
    this.cost = { rssBytes: bytes(this.use.rssBytes()), cpuPercent };
  }
}
