/*
 * The agent's life: history is loaded, the link and the probes start, samples are taken until it is told to stop.
 * Then, children before parents:
 *
 *   probes ← link ← history ← sampling
 *                 ← orders
 *
 * No new sample and no new order; history and the journal on disk; the link closed; the probes gone. Each has its
 * deadline and what fails or is late is said and passed over, so that stopping is over within 3 s whatever stalls.
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
import { Registry, type OnFailure } from '#resources';

const ORDERS_START_MS = 2_000;
/** From sampling to the probes they add up to less than main.ts waits. */
const ENDS_MS = { sampling: 500, history: 1_500, orders: 2_000, link: 500, probes: 200 } as const;

export interface AgentParts {
  readonly samplePeriodMs: number;
  readonly clock: Clock;
  readonly sampler: Sampler;
  readonly history: HistoryKeeper;
  readonly link: ReportLink;
  readonly orders: Pick<OrderDesk, 'start' | 'stop'>;
  readonly endpoint: HttpEndpoint | null;
  readonly healthLog: HealthLog;
  /** Of what did not end as it should. */
  readonly onFailure: OnFailure;
}

export class Agent {
  private readonly scheduler: Scheduler;
  private readonly running: Registry;
  private readonly firstLedger = Promise.withResolvers<undefined>();

  constructor(private readonly parts: AgentParts) {
    this.scheduler = new Scheduler(parts.samplePeriodMs, parts.clock, () => this.step());
    this.running = this.register();
  }

  async start(): Promise<void> {
    const { history, link, orders, endpoint } = this.parts;
    await history.load();
    // A state dir that does not answer costs orders, not sensing.
    await atMost(ORDERS_START_MS, orders.start(link));
    await endpoint?.start();
    link.start();
    this.scheduler.start();
  }

  /** Resolves with the first ledger; a node whose kernel files cannot be read never gets there. */
  get ready(): Promise<unknown> {
    return this.firstLedger.promise;
  }

  /** Never rejects. */
  stop(): Promise<void> {
    return this.running.shutdown();
  }

  private register(): Registry {
    const { history, link, orders, endpoint, onFailure } = this.parts;
    const running = new Registry({ onFailure });
    const add = (name: keyof typeof ENDS_MS, end: () => void | Promise<void>, parent?: string): void => {
      const registration = { name, value: null, release: end, deadlineMs: ENDS_MS[name] };
      running.register(parent === undefined ? registration : { ...registration, parent });
    };
    add('probes', () => endpoint?.close());
    add('link', async () => await link[Symbol.asyncDispose](), 'probes');
    add('history', () => history.save(), 'link');
    add('orders', () => orders.stop(), 'link');
    add('sampling', () => this.scheduler.stop(), 'history');
    return running;
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
