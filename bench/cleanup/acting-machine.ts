/*
 * Local mode, and processes of another user that fill their cgroups again and again and give memory back when they are
 * told to: acts go on for as long as they are not paused.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MemoryCleanup } from '#api';
import { Unavailable } from '#contracts/errors';
import { HolderProcess } from '../../test/chaos/holders.js';
import { LocalMode } from '../harness/local-mode.js';
import { cpuMs, family, parentOf } from '../harness/proc.js';
import type { Workspace } from '../harness/workspace.js';

const COMM = 'bench-holder';
const POLICY = `apiVersion: memwarden.dev/v1alpha1
kind: MemoryPolicy
metadata: {name: bench}
spec:
  mode: Enforce
  match: {processes: {names: [${COMM}]}}
  detectors:
    - {name: press, type: Pressure, pressure: {signal: NonReclaimable, percentOfLimit: 60, clearPercent: 40, forSeconds: 1}}
  actions:
    - detectors: [press]
      ladder:
        - {type: Notify, notify: {transport: Signal, signal: SIGUSR2}, verifyAfterSeconds: 1, minFreed: 1Mi}
      cooldownSeconds: 1
      maxIneffective: 10
      queuePriority: Normal
  limits: {perNode: 100, perNamespacePerHour: 1000, perHour: 1000, maxNodes: 10, maxNodesPercent: 100}
`;
const ALLOW = `version: 1
acts:
  Notify:
    - {uids: [65534], processes: [${COMM}], signals: [SIGUSR2]}
ratePerMinute: 600
`;
const HOLDERS = 8;
const HOLD = { holdMib: 24, limitMib: 32, regrowMs: 500 } as const;
const PATIENCE_MS = 30_000;

interface Page {
  readonly items: readonly MemoryCleanup[];
  readonly continue?: string;
}

export class ActingMachine {
  private constructor(private readonly local: LocalMode) {}

  static async start(workspace: Workspace): Promise<ActingMachine> {
    const folder = await workspace.folder();
    writeFileSync(join(folder, 'bench.yaml'), POLICY);
    const flags = ['--policies', folder, '--sample-seconds', '1'];
    const local = workspace.use(await LocalMode.start(workspace, { flags }));
    writeFileSync(join(local.stateDir, 'allow.yaml'), ALLOW, { mode: 0o600 });
    const journals = await workspace.folder();
    // The holders are another user's, and write below it.
    chmodSync(journals, 0o711);
    for (let index = 0; index < HOLDERS; index += 1) {
      const name = `mw-bench-${process.pid}-${index}`;
      workspace.use(await HolderProcess.start({ folder: journals, name, comm: COMM, ...HOLD }));
    }
    return new ActingMachine(local);
  }

  /** No act is begun any more, and what is under way is over. @throws {Unavailable} when it takes too long */
  async settle(): Promise<void> {
    await this.#ask('/pause', { reason: 'the benchmark measures' });
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const cleanups = await this.cleanups();
      if (!cleanups.some(isUnderWay)) return;
      if (performance.now() > end) throw new Unavailable('An act does not come to its end.');
      await pause(200);
    }
  }

  async resume(): Promise<void> {
    await this.#ask('/breaker:reset', {});
    await this.#ask('/resume', {});
  }

  async cleanups(): Promise<readonly MemoryCleanup[]> {
    const all: MemoryCleanup[] = [];
    let next = '';
    do {
      const page = (await this.#ask(`/cleanups?state=all&limit=1000${next}`)) as Page;
      all.push(...page.items);
      next = page.continue === undefined ? '' : `&continue=${encodeURIComponent(page.continue)}`;
    } while (next !== '');
    return all;
  }

  /** Of local mode and everything that it started. */
  cpuMs(): number {
    const launcher = parentOf(this.local.pidOf('controller'));
    if (launcher === null) throw new Unavailable('Local mode has ended.');
    return family(launcher).reduce((sum, pid) => sum + cpuMs(pid), 0);
  }

  async #ask(path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.local.token}`, 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${this.local.api}${path}`, { headers, signal, ...post });
    if (!response.ok) throw new Unavailable(`${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : await response.json();
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
