/*
 * What local mode runs, and processes of another user that fill their cgroups again and again and give memory back when they are
 * told to: acts go on for as long as they are not paused.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MemoryCleanup } from '#api';
import { Unavailable } from '#contracts/errors';
import { HolderProcess } from '../../test/chaos/holders.js';
import { Parts } from '../../test/chaos/parts.js';
import { allowFor, policyFor } from '../../test/chaos/rules.js';
import { taskClockMs } from '../harness/proc.js';
import type { Workspace } from '../harness/workspace.js';

/** At most 15 bytes; what another run beside this one holds is none of its targets. */
const COMM = `bench-${process.pid % 1_000_000}`;
const HOLDERS = 24;
const HOLD = { holdMib: 24, limitMib: 32, regrowMs: 2500 } as const;
const PATIENCE_MS = 30_000;

export const PARTS = ['controller', 'agent', 'redis'] as const;
export type Part = (typeof PARTS)[number];

export class ActingMachine {
  private constructor(
    private readonly parts: Parts,
    private readonly holders: readonly HolderProcess[],
  ) {}

  static async start(workspace: Workspace): Promise<ActingMachine> {
    const policies = await workspace.folder();
    writeFileSync(join(policies, 'holders.yaml'), policyFor(COMM));
    const stateDir = await workspace.folder();
    writeFileSync(join(stateDir, 'allow.yaml'), allowFor(COMM), { mode: 0o600 });
    const parts = workspace.use(await Parts.start({ folder: stateDir, policies }));
    const journals = await workspace.folder();
    // The holders are another user's, and write below it.
    chmodSync(journals, 0o711);
    const holders: HolderProcess[] = [];
    for (let index = 0; index < HOLDERS; index += 1) {
      const name = `mw-bench-${process.pid}-${index}`;
      holders.push(workspace.use(await HolderProcess.start({ folder: journals, name, comm: COMM, ...HOLD })));
    }
    return new ActingMachine(parts, holders);
  }

  /** No act is begun any more, and what is under way is over. @throws {Unavailable} when it takes too long */
  async settle(): Promise<void> {
    await this.#post('/pause', { reason: 'the benchmark measures' });
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const cleanups = await this.cleanups();
      if (!cleanups.some(isUnderWay)) return;
      if (performance.now() > end) throw new Unavailable('An act does not come to its end.');
      await pause(200);
    }
  }

  async resume(): Promise<void> {
    await this.#post('/breaker:reset');
    await this.#post('/resume');
  }

  cleanups(): Promise<readonly MemoryCleanup[]> {
    return this.parts.all('/cleanups?state=all');
  }

  /** CPU time so far. @throws {Unavailable} when a part was started again: its time before is lost */
  cpu(): Readonly<Record<Part, number>> {
    const of = (part: Part): number => {
      if (this.parts.starts(part) > 1) throw new Unavailable(`The ${part} ended while it was measured.`);
      return taskClockMs(this.parts.pid(part));
    };
    return { controller: of('controller'), agent: of('agent'), redis: of('redis') };
  }

  /** As an act would, but nobody decided it: holders fill and free their memory, and findings come and go. */
  async tellHolders(everyMs: number, forMs: number): Promise<void> {
    const end = performance.now() + forMs;
    for (let next = 0; performance.now() < end; next += 1) {
      const { pid } = this.holders[next % this.holders.length] ?? { pid: 0 };
      if (pid > 0) process.kill(pid, 'SIGUSR2');
      await pause(Math.max(0, Math.min(everyMs, end - performance.now())));
    }
  }

  async #post(path: string, body: object = {}): Promise<void> {
    const status = await this.parts.post(path, body);
    if (status >= 300) throw new Unavailable(`${path} was answered with ${status}.`);
  }
}

/** How many acts were carried out. */
export function executed(cleanups: readonly MemoryCleanup[]): number {
  return cleanups.flatMap(({ status }) => status.steps).filter(({ executedAt }) => executedAt !== undefined)
    .length;
}

function isUnderWay({ status }: MemoryCleanup): boolean {
  return status.steps.some(
    ({ state, outcome }) => (state === 'Issued' || state === 'Executed') && outcome === undefined,
  );
}
