/*
 * The agent's life: history is loaded, the link and the probes start, samples are taken until it is told to stop.
 * Then, in this order: no new sample, history on disk, the link closed, the probes gone. Each wait has an end, so
 * that stopping is over within 3 s whatever stalls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthLog } from './health/health-log.js';
import type { HttpEndpoint } from './health/http-endpoint.js';
import type { HistoryKeeper } from './history/history-keeper.js';
import type { OrderDesk } from './orders/order-desk.js';
import type { Sampler } from './pipeline/sampler.js';
import { Scheduler } from './pipeline/scheduler.js';
import type { ReportLink } from './tokens.js';
import type { Clock } from '#contracts/clock';

const ORDERS_LIMIT_MS = 2_000;
const SAMPLE_LIMIT_MS = 500;
const SAVE_LIMIT_MS = 1_500;
const LEAVE_LIMIT_MS = 500;

export interface AgentParts {
  readonly samplePeriodMs: number;
  readonly clock: Clock;
  readonly sampler: Sampler;
  readonly history: HistoryKeeper;
  readonly link: ReportLink;
  readonly orders: Pick<OrderDesk, 'start' | 'stop'>;
  readonly endpoint: HttpEndpoint | null;
  readonly healthLog: HealthLog;
}

export class Agent {
  private readonly scheduler: Scheduler;
  private readonly firstLedger = Promise.withResolvers<undefined>();

  constructor(private readonly parts: AgentParts) {
    this.scheduler = new Scheduler(parts.samplePeriodMs, parts.clock, () => this.step());
  }

  async start(): Promise<void> {
    const { history, link, orders, endpoint } = this.parts;
    await history.load();
    // A state dir that does not answer costs orders, not sensing.
    await atMost(ORDERS_LIMIT_MS, orders.start(link));
    await endpoint?.start();
    link.start();
    this.scheduler.start();
  }

  /** Resolves with the first ledger; a node whose kernel files cannot be read never gets there. */
  get ready(): Promise<unknown> {
    return this.firstLedger.promise;
  }

  async stop(): Promise<void> {
    const { history, link, orders, endpoint } = this.parts;
    const ordersEnd = orders.stop();
    await atMost(SAMPLE_LIMIT_MS, this.scheduler.stop());
    await atMost(SAVE_LIMIT_MS, Promise.all([history.save(), ordersEnd]));
    await atMost(LEAVE_LIMIT_MS, Promise.resolve(link[Symbol.asyncDispose]()));
    endpoint?.close();
  }

  private async step(): Promise<void> {
    const { sampler, healthLog } = this.parts;
    await sampler.sample();
    healthLog.note(sampler.health());
    if (sampler.lastLedger !== null) this.firstLedger.resolve(undefined);
  }
}

async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const expiry = sleep(limitMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([work, expiry]).finally(() => {
    over.abort();
  });
}
