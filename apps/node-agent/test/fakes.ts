/*
 * A clock that stands still until told, a scanner and a sink that remember, and small ledgers.
 */
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import type { DeviceLedger, Holder, NodeLedger } from '#contracts/ledger';
import type { AgentVeto, OrderAnswer } from '#contracts/order';
import type { CgroupReading, CgroupScan, HostScanner, ProcessReading } from '#contracts/reading';
import type { NodeReport } from '#contracts/report';
import { bytes, signedBytes } from '#contracts/units';
import type { ReportLink } from '../src/tokens.js';

export class FakeClock implements Clock {
  wallMs = 1_700_000_000_000;
  passedMs = 0;

  nowMs(): number {
    return this.wallMs;
  }

  monotonicMs(): number {
    return this.passedMs;
  }

  advance(ms: number): void {
    this.wallMs += ms;
    this.passedMs += ms;
  }
}

export class FakeLink implements ReportLink {
  readonly reports: NodeReport[] = [];
  readonly answers: OrderAnswer[] = [];
  readonly vetoes: AgentVeto[] = [];
  isStarted = false;
  isDisposed = false;

  offer(report: NodeReport): void {
    this.reports.push(report);
  }

  answer(answer: OrderAnswer): void {
    this.answers.push(answer);
  }

  vetoChanged(veto: AgentVeto): void {
    this.vetoes.push(veto);
  }

  start(): void {
    this.isStarted = true;
  }

  health(): ComponentHealth {
    return { component: 'link', state: 'ok' };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

export class FakeScanner implements HostScanner {
  processes: readonly ProcessReading[] = [];
  skipped = { processes: 0, cgroups: 0 };
  cgroups: readonly CgroupReading[] = [];
  readonly proportionalAsked: number[] = [];

  scanProcesses(): Promise<readonly ProcessReading[]> {
    return Promise.resolve(this.processes);
  }

  scanCgroups(): Promise<CgroupScan> {
    return Promise.resolve({ version: 2, hugetlbIsCharged: false, cgroups: this.cgroups });
  }

  readProportional(processes: readonly unknown[]): ReturnType<HostScanner['readProportional']> {
    this.proportionalAsked.push(processes.length);
    return Promise.resolve(new Map());
  }
}

export function rowOf(id: string, size: number, more: Partial<Holder> = {}): Holder {
  const zero = bytes(0);
  return {
    id,
    kind: 'cgroup',
    name: id,
    class: 'Running',
    flags: [],
    bytes: bytes(size),
    parts: { anon: bytes(size), shmem: zero, file: zero, kernel: zero },
    quality: 'measured',
    ...more,
  };
}

export function deviceOf(holders: readonly Holder[]): DeviceLedger {
  const used = holders.filter((row) => row.within === undefined).reduce((sum, row) => sum + row.bytes, 0);
  return {
    id: 'host',
    kind: 'host',
    name: 'Host memory',
    totalBytes: bytes(2 ** 40),
    usedBytes: bytes(used),
    reservedBytes: bytes(0),
    unattributedBytes: signedBytes(0),
    errorBoundBytes: bytes(0),
    unattributedKnown: [],
    unknownHolders: 0,
    quality: 'measured',
    holders,
  };
}

export function ledgerOf(takenAtMs: number, holders: readonly Holder[]): NodeLedger {
  return { node: 'n1', bootId: 'b1', takenAtMs, devices: [deviceOf(holders)], pressure: null };
}
