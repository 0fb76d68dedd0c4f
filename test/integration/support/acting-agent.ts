/*
 * An agent that takes orders and whose memory a test decides: over the real link, with a journal in memory that outlives
 * its sessions as the real one's file does.
 */
import type { ActingTerms, AgentVeto, Order, OrderAnswer, OrderOutcome, OrderTaker } from '#contracts/order';
import type { NodeReport } from '#contracts/report';
import { bytes, GIB, MIB, signedBytes } from '#contracts/units';
import type { AgentLink } from '#link';
import type { TestController } from './controller.js';

export class ActingAgent implements OrderTaker, AsyncDisposable {
  /** Acts that were done: an id stands here once or never. */
  readonly executed: string[] = [];
  readonly received: (Order & { readonly atMs: number })[] = [];
  readonly answers = new Map<string, OrderAnswer>();
  readonly acknowledgedIds = new Set<string>();
  terms: ActingTerms | null = null;
  /** MiB that the cache holds. */
  mib = 900;
  /** What becomes of an order; null: it is not answered. */
  respond: (order: Order) => OrderOutcome | null = () => {
    this.mib = 100;
    return { kind: 'Executed', detail: 'sent' };
  };
  current: AgentVeto = { journalId: 'journal-1', epoch: 0, mode: 'Enforce', reason: 'Allowed.' };
  #link: AgentLink | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    readonly node = 'node-a',
    private readonly processes = ['cache'],
  ) {}

  connect(controller: Pick<TestController, 'agent'>): this {
    this.#link = controller.agent({ node: this.node, orders: this });
    return this;
  }

  async disconnect(): Promise<void> {
    await this.#link?.[Symbol.asyncDispose]();
    this.#link = null;
  }

  /** A sample each so many milliseconds, as a real agent's scheduler would. */
  sampleEvery(ms: number): this {
    const tick = (): void => {
      this.sample();
      this.#timer = setTimeout(tick, ms);
    };
    tick();
    return this;
  }

  sample(): void {
    this.#link?.offer(reportOf(this.node, this.processes, this.mib));
  }

  receive(order: Order): void {
    this.received.push({ ...order, atMs: Date.now() });
    const known = this.answers.get(order.id);
    if (known !== undefined) {
      this.#link?.answer(known);
      return;
    }
    const outcome = this.respond(order);
    if (outcome !== null) this.answer(order.id, outcome);
  }

  answer(orderId: string, outcome: OrderOutcome): void {
    if (outcome.kind === 'Executed') this.executed.push(orderId);
    const answer: OrderAnswer = { orderId, outcome, atMs: Date.now() };
    this.answers.set(orderId, answer);
    this.#link?.answer(answer);
  }

  termsChanged(terms: ActingTerms): void {
    this.terms = terms;
  }

  acknowledged(orderId: string): void {
    this.acknowledgedIds.add(orderId);
  }

  veto(): AgentVeto {
    return this.current;
  }

  setVeto(veto: Partial<AgentVeto>): void {
    this.current = { ...this.current, ...veto };
    this.#link?.vetoChanged(this.current);
  }

  unacknowledged(): readonly OrderAnswer[] {
    return [...this.answers.values()].filter(({ orderId }) => !this.acknowledgedIds.has(orderId));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.disconnect();
  }
}

/** Processes 1000, 1001, … of one cgroup on a machine of 1 GiB for each. */
export function reportOf(
  node: string,
  processes: readonly string[],
  mib: number,
  {
    takenAtMs = Date.now(),
    bootId = 'boot-1',
  }: { readonly takenAtMs?: number; readonly bootId?: string } = {},
): NodeReport {
  const each = bytes(mib * MIB);
  const all = bytes(mib * MIB * processes.length);
  const parts = (anon: typeof each) => ({ anon, shmem: bytes(0), file: bytes(0), kernel: bytes(0) });
  return {
    ledger: {
      node,
      bootId,
      takenAtMs,
      pressure: { someAvg10: 0, fullAvg10: 0, oomKills: 0 },
      devices: [
        {
          id: 'host',
          kind: 'host',
          name: 'host memory',
          totalBytes: bytes(GIB),
          usedBytes: all,
          reservedBytes: bytes(0),
          unattributedBytes: signedBytes(0),
          errorBoundBytes: bytes(0),
          unattributedKnown: [],
          unknownHolders: 0,
          quality: 'measured',
          holders: [
            {
              id: 'cgroup:7:/user.slice',
              kind: 'cgroup',
              name: '/user.slice',
              class: 'Running',
              flags: [],
              bytes: all,
              parts: parts(all),
              quality: 'measured',
            },
            ...processes.map((name, i) => ({
              id: `process:${1000 + i}:77`,
              kind: 'process' as const,
              within: 'cgroup:7:/user.slice',
              name,
              class: 'Running' as const,
              flags: [],
              bytes: each,
              parts: parts(each),
              quality: 'measured' as const,
              pid: 1000 + i,
              startTimeTicks: 77,
              uid: 1000,
            })),
          ],
        },
      ],
    },
    agent: { version: '0.1.0', rssBytes: bytes(70 * MIB), cpuPercent: 0.4, sampleMs: 11 },
    health: [],
  };
}
