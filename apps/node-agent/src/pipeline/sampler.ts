/*
 * One sample, all the way: sense → ledger → check → history → report. A step that fails drops this sample, is
 * counted and said in health; the next one starts from anew. While there is no new ledger the last one is reported
 * with what is wrong, so that the controller hears of it. Between steps the event loop gets a turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentInfo, ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { PodNames } from '#contracts/cluster';
import { BrokenInvariant, MemwardenError } from '#contracts/errors';
import { assertDeviceLedger, type DeviceLedger, type NodeLedger } from '#contracts/ledger';
import type { HostReading } from '#contracts/reading';
import type { ReportSink } from '#contracts/report';
import { hostLedgerSteps } from '#ledger';
import type { OwnCost } from '../health/own-cost.js';
import type { HistoryKeeper } from '../history/history-keeper.js';
import type { HostSensor } from '../sense/host-sensor.js';
import { inSlices } from './in-slices.js';

export interface SamplerParts {
  readonly node: string;
  readonly version: string;
  readonly sensor: HostSensor;
  readonly history: HistoryKeeper;
  readonly pods: PodNames;
  readonly cost: OwnCost;
  readonly sink: ReportSink;
  readonly clock: Clock;
  /** Health of what is outside the sampler. */
  readonly others: () => readonly ComponentHealth[];
}

export interface SampleCounts {
  taken: number;
  dropped: number;
}

export class Sampler {
  readonly counts: SampleCounts = { taken: 0, dropped: 0 };
  private sensorTrouble: string | null = null;
  private ledgerTrouble: string | null = null;
  private last: { readonly ledger: NodeLedger; readonly sampleMs: number } | null = null;

  constructor(private readonly parts: SamplerParts) {}

  /** Never rejects. */
  async sample(): Promise<void> {
    const startMs = this.parts.clock.monotonicMs();
    try {
      const ledger = await this.takeLedger();
      this.last = { ledger, sampleMs: this.parts.clock.monotonicMs() - startMs };
      this.counts.taken += 1;
      await nextTurn();
      this.parts.history.record(ledger);
    } catch (error) {
      this.counts.dropped += 1;
      this.tellTrouble(error);
    }
    await nextTurn();
    this.report();
  }

  get lastLedger(): NodeLedger | null {
    return this.last?.ledger ?? null;
  }

  health(): readonly ComponentHealth[] {
    const { others, history } = this.parts;
    return [
      healthOf('sensor', this.sensorTrouble),
      healthOf('ledger', this.ledgerTrouble),
      history.health(),
      ...others(),
    ];
  }

  agentInfo(): AgentInfo {
    const { version, cost } = this.parts;
    return { version, ...cost.last, sampleMs: this.last?.sampleMs ?? 0 };
  }

  private async takeLedger(): Promise<NodeLedger> {
    const { sensor, node, clock, pods } = this.parts;
    const { reading, lacking } = await sensor.sense();
    this.sensorTrouble = lacking;
    const device = await inSlices(hostLedgerSteps(reading, pods), clock);
    await nextTurn();
    assertDeviceLedger(device);
    this.ledgerTrouble = null;
    return nodeLedger(node, reading, device);
  }

  private report(): void {
    this.parts.cost.measure();
    if (this.last === null) return;
    this.parts.sink.offer({ ledger: this.last.ledger, agent: this.agentInfo(), health: this.health() });
  }

  private tellTrouble(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const isDefect = error instanceof BrokenInvariant || !(error instanceof MemwardenError);
    if (isDefect) this.ledgerTrouble = `A sample was dropped, please report it: ${text}`;
    else this.sensorTrouble = `No new ledger: ${text}`;
  }
}

function nodeLedger(node: string, reading: HostReading, device: DeviceLedger): NodeLedger {
  const { pressure } = reading;
  return {
    node,
    bootId: reading.bootId,
    takenAtMs: reading.takenAtMs,
    devices: [device],
    pressure: pressure && {
      someAvg10: pressure.someAvg10,
      fullAvg10: pressure.fullAvg10,
      oomKills: reading.oomKills,
    },
  };
}

function healthOf(component: string, trouble: string | null): ComponentHealth {
  return trouble === null ? { component, state: 'ok' } : { component, state: 'degraded', reason: trouble };
}
