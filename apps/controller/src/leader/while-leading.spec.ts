import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { validateCleanup } from '#api';
import { reportOf } from '../../../../test/integration/support/acting-agent.js';
import { Scenario } from '../../../../test/integration/support/acts-scenario.js';
import { DEFAULT_LIMITS } from '../acts/installation-limits.js';
import { ActsAssembly } from '../cleanup/acts-assembly.js';

type Event = 'lead' | 'lose' | 'loseAtNextWrite' | 'loseAtSecondWrite' | 'sample' | 'stop' | 'start';

/** One replica whose leadership a test gives and takes, over stores that say who wrote when. */
class Replica {
  isLeader = false;
  readonly wrong: string[] = [];
  readonly acts: ActsAssembly;
  #mib = 900;
  /** Writes of cleanups until it leads no more; 0: it stays. */
  #losesIn = 0;

  constructor(private readonly s: Scenario) {
    for (const [name, store] of Object.entries({ findings: s.findings, cleanups: s.cleanups }))
      store.beforeWrite = () => {
        if (!this.isLeader) this.wrong.push(`write of ${name}`);
        if (name !== 'cleanups' || this.#losesIn === 0) return;
        this.#losesIn -= 1;
        // Between what is written and what follows from it.
        if (this.#losesIn === 0) this.isLeader = false;
      };
    const send = s.agents.send.bind(s.agents);
    s.agents.send = (node, order) => {
      if (!this.isLeader) this.wrong.push('order');
      return send(node, order);
    };
    this.acts = new ActsAssembly({
      ...{ findings: s.findings, cleanups: s.cleanups, pause: s.pause, breaker: s.breaker },
      ...{ audit: s.audit, policies: s.policies, queue: s.queue, orders: s.agents },
      ...{ notices: s.notices, clock: s.clock, limits: DEFAULT_LIMITS, check: validateCleanup },
      nodes: { ledger: (node) => s.ledgers.get(node)?.ledger ?? null, known: 1 },
      installation: { mode: 'Enforce', reason: 'Test.' },
      leadership: this.#leadership(),
      onFailure: (what, error) => this.wrong.push(`${what}: ${String(error)}`),
    });
    s.agents.heardBy(this.acts);
    s.agents.connect('node-a');
  }

  async happens(event: Event): Promise<void> {
    if (event === 'lead' || event === 'lose') this.isLeader = event === 'lead';
    else if (event === 'loseAtNextWrite') this.#losesIn = 1;
    else if (event === 'loseAtSecondWrite') this.#losesIn = 2;
    else if (event === 'start') this.acts.start();
    else if (event === 'stop') await this.acts.stop();
    else await this.#sample();
  }

  async #sample(): Promise<void> {
    const { s, acts } = this;
    s.clock.ms += 5000;
    s.clock.monotonic += 5000;
    const report = reportOf('node-a', s.processes, this.#mib, { takenAtMs: s.clock.ms });
    s.ledgers.set('node-a', report);
    acts.reported(report);
    for (let i = 0; i < 3; i += 1) {
      await acts.term?.loop.idle();
      await s.queue.run((name, signal) => acts.handle(name, signal));
    }
  }

  #leadership() {
    const isLeader = (): boolean => this.isLeader;
    return {
      get isLeader() {
        return isLeader();
      },
      leader: null,
      onChange: () => ({ [Symbol.dispose]: () => undefined }),
    };
  }
}

describe('a replica', () => {
  it('writes nothing and orders nothing while it does not lead, whatever is begun and ended when', async () => {
    const event = fc.oneof(
      { weight: 5, arbitrary: fc.constant<Event>('sample') },
      {
        weight: 1,
        arbitrary: fc.constantFrom<Event>(
          'lead',
          'lose',
          'loseAtNextWrite',
          'loseAtSecondWrite',
          'stop',
          'start',
        ),
      },
    );
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 8, maxLength: 30 }), async (events) => {
        const s = new Scenario();
        const replica = new Replica(s);
        s.policy('Enforce');
        await replica.happens('lead');
        await replica.happens('start');
        for (const each of events) await replica.happens(each);
        orders += s.agents.sent.length;
        await replica.acts[Symbol.asyncDispose]();
        expect(replica.wrong).toEqual([]);
      }),
      { numRuns: 60 },
    );
    // Or it would hold for a replica that does nothing.
    expect(orders).toBeGreaterThan(10);
  }, 60_000);
});
