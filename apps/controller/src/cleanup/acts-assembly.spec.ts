import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { validateCleanup, validateFinding, validatePolicy, conditionOf } from '#api';
import type { LadderStep, MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import type { OpenBreaker } from '#contracts/cleanup';
import type { Pause } from '#contracts/mode';
import type { Notice } from '#contracts/notice';
import type { NodeReport } from '#contracts/report';
import { bytes, GIB, MIB, signedBytes } from '#contracts/units';
import { NoticeBus } from '#events';
import {
  MemoryAuditTrail,
  MemoryCleanupQueue,
  MemoryObjectStore,
  MemoryPolicySource,
  MemoryValue,
  SimulatedAgents,
} from '#testing';
import { ActsAssembly } from './acts-assembly.js';

const START_MS = Date.parse('2026-11-21T10:00:00Z');
const SIGNAL: LadderStep = {
  type: 'Notify',
  notify: { transport: 'Signal', signal: 'SIGUSR2' },
  verifyAfterSeconds: 10,
  minFreed: '1Mi',
};

class Clock {
  ms = START_MS;
  monotonic = 0;
  nowMs(): number {
    return this.ms;
  }
  monotonicMs(): number {
    return this.monotonic;
  }
}

/** One controller over memory: everything that outlives it is kept here. */
class Scenario {
  readonly clock = new Clock();
  readonly findings = new MemoryObjectStore<MemoryFinding>({
    codec: { kind: 'MemoryFinding', decode: validateFinding },
    clock: this.clock,
  });
  readonly cleanups = new MemoryObjectStore<MemoryCleanup>({
    codec: { kind: 'MemoryCleanup', decode: validateCleanup },
    clock: this.clock,
  });
  readonly pause = new MemoryValue<Pause>();
  readonly breaker = new MemoryValue<OpenBreaker>();
  readonly audit = new MemoryAuditTrail();
  readonly policies = new MemoryPolicySource<MemoryPolicy>();
  readonly queue = new MemoryCleanupQueue(this.clock);
  readonly agents = new SimulatedAgents(() => this.clock.ms);
  readonly notices = new NoticeBus<Notice>();
  readonly failures: unknown[] = [];
  readonly ledgers = new Map<string, NodeReport>();
  acts: ActsAssembly = this.make();

  make(): ActsAssembly {
    const acts = new ActsAssembly({
      findings: this.findings,
      cleanups: this.cleanups,
      pause: this.pause,
      breaker: this.breaker,
      audit: this.audit,
      policies: this.policies,
      queue: this.queue,
      orders: this.agents,
      notices: this.notices,
      clock: this.clock,
      nodes: { ledger: (node) => this.ledgers.get(node)?.ledger ?? null, known: 1 },
      installation: { mode: 'Enforce', reason: 'Test.' },
      problems: () => [],
      onFailure: (what, error) => this.failures.push([what, error]),
    });
    this.agents.heardBy(acts.loop);
    return acts;
  }

  policy(mode: 'Observe' | 'DryRun' | 'Enforce', more: Record<string, unknown> = {}, generation = 1): void {
    const validated = validatePolicy({
      apiVersion: 'memwarden.dev/v1alpha1',
      kind: 'MemoryPolicy',
      metadata: { name: 'caches' },
      spec: {
        mode,
        match: { processes: { names: ['cache'] } },
        detectors: [
          {
            name: 'press',
            type: 'Pressure',
            pressure: { signal: 'NonReclaimable', percentOfLimit: 50, clearPercent: 40, forSeconds: 10 },
          },
        ],
        actions: [{ detectors: ['press'], ladder: [SIGNAL], cooldownSeconds: 60 }],
        ...more,
      },
    });
    if (!validated.ok) throw new Error(JSON.stringify(validated.problems));
    const object = { ...validated.object, metadata: { name: 'caches', uid: 'policy-1', generation } };
    this.policies.set([{ source: 'caches.yaml', name: 'caches', object, rejected: null }]);
  }

  /** The cache holds so many MiB of 1 GiB, five seconds later. */
  async sample(mib: number): Promise<void> {
    this.clock.ms += 5000;
    this.clock.monotonic += 5000;
    const report = cacheReport(mib, this.clock.ms);
    this.ledgers.set('node-a', report);
    this.acts.loop.reported(report);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let i = 0; i < 5; i += 1) {
      await this.acts.loop.idle();
      await this.queue.run((name, signal) => this.acts.loop.handle(name, signal));
    }
    await this.acts.audit.settled();
  }

  start(): void {
    this.acts.start();
    this.agents.connect('node-a');
    this.acts.loop.connected('node-a');
  }

  /** As if the process were killed: nothing in memory is left. */
  async restart(): Promise<void> {
    await this.acts[Symbol.asyncDispose]();
    this.acts = this.make();
    this.start();
    await this.settle();
  }

  get finding(): MemoryFinding {
    return this.findings.list()[0]!;
  }

  get cleanup(): MemoryCleanup {
    return this.cleanups.list().at(-1)!;
  }

  state(cleanup: MemoryCleanup = this.cleanup): string {
    return conditionOf(cleanup.status.conditions, 'Completed')?.reason ?? 'open';
  }
}

function cacheReport(mib: number, takenAtMs: number): NodeReport {
  const total = bytes(GIB);
  const used = bytes(mib * MIB);
  return {
    ledger: {
      node: 'node-a',
      bootId: 'boot-1',
      takenAtMs,
      pressure: { someAvg10: 0, fullAvg10: 0, oomKills: 0 },
      devices: [
        {
          id: 'host',
          kind: 'host',
          name: 'host memory',
          totalBytes: total,
          usedBytes: used,
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
              bytes: used,
              parts: { anon: used, shmem: bytes(0), file: bytes(0), kernel: bytes(0) },
              quality: 'measured',
            },
            {
              id: 'process:42:1000',
              kind: 'process',
              within: 'cgroup:7:/user.slice',
              name: 'cache',
              class: 'Running',
              flags: [],
              bytes: used,
              parts: { anon: used, shmem: bytes(0), file: bytes(0), kernel: bytes(0) },
              quality: 'measured',
              pid: 42,
              startTimeTicks: 1000,
              uid: 1000,
            },
          ],
        },
      ],
    },
    agent: { version: '0.1.0', rssBytes: bytes(70 * MIB), cpuPercent: 0.4, sampleMs: 11 },
    health: [],
  };
}

describe('the loop from a report to a measured cleanup', () => {
  let s: Scenario;
  beforeEach(() => {
    s = new Scenario();
    s.start();
  });
  afterEach(async () => {
    await s.acts[Symbol.asyncDispose]();
    if (s.failures.length > 0) throw new AggregateError(s.failures, 'A defect was said.');
  });

  const hungry = async (samples: number): Promise<void> => {
    for (let i = 0; i < samples; i += 1) await s.sample(900);
  };
  const untilSent = async (): Promise<void> => {
    for (let i = 0; i < 10 && s.agents.sent.length === 0; i += 1) await s.sample(900);
  };

  it('notices, decides, asks, measures and closes', async () => {
    s.policy('Enforce');
    await untilSent();
    expect(s.agents.sent).toHaveLength(1);
    expect(s.agents.sent[0]).toMatchObject({
      node: 'node-a',
      isFirstDelivery: true,
      policy: { name: 'caches', uid: 'policy-1', generation: 1 },
      act: { type: 'Notify', transport: 'Signal', signal: 'SIGUSR2', processNames: ['cache'] },
      target: { bootId: 'boot-1', process: { pid: 42, startTimeTicks: 1000 } },
    });
    expect(s.agents.acknowledged).toEqual([s.agents.sent[0]!.id]);
    await s.sample(100);
    await s.sample(100);
    await s.sample(100);
    expect(s.state()).toBe('Freed');
    expect(s.cleanup.status.freedBytes).toBe(800 * MIB);
    expect(conditionOf(s.finding.status.conditions, 'Closed')).toMatchObject({
      status: 'True',
      reason: 'Freed',
    });
    expect(s.audit.entries.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        'PolicyAccepted',
        'FindingOpened',
        'FindingConfirmed',
        'CleanupCreated',
        'OrderIssued',
        'OrderAnswered',
        'StepVerified',
        'CleanupClosed',
        'FindingClosed',
      ]),
    );
  });

  it('says what it would do in DryRun, and sends nothing', async () => {
    s.policy('DryRun');
    await hungry(8);
    expect(s.state()).toBe('DryRun');
    expect(s.cleanups.list()).toHaveLength(1);
    expect(s.agents.sent).toEqual([]);
    expect(s.audit.entries.map(({ what }) => what)).toContain('WouldAct');
  });

  it('only looks in Observe', async () => {
    s.policy('Observe');
    await hungry(8);
    expect(s.finding.status.decision).toMatchObject({ kind: 'Observe', reason: 'ModeObserve' });
    expect(s.cleanups.list()).toEqual([]);
  });

  it('stops while paused, goes on when resumed, and says both', async () => {
    s.policy('Enforce');
    await s.acts.acting.stop('person', 'release night');
    expect(s.agents.terms).toMatchObject({ paused: true });
    await hungry(8);
    expect(s.cleanups.list()).toEqual([]);
    expect(s.finding.status.decision).toMatchObject({ kind: 'Wait', reason: 'ActsOff' });
    await s.acts.acting.resume('person');
    expect(s.agents.terms).toMatchObject({ paused: false });
    await hungry(1);
    expect(s.agents.sent).toHaveLength(1);
  });
});
