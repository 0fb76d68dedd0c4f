/*
 * One machine in trouble: holders that fill their cgroups again and again, a policy that tells them to give memory back,
 * and the parts of Memwarden that a test kills. `settle()` waits until nothing is under way; `violations()` compares.
 */
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MemoryCleanup, MemoryFinding } from '#api';
import { FaultControl } from './faults.js';
import { HolderProcess } from './holders.js';
import { Parts } from './parts.js';
import { allowFor, policyFor } from './rules.js';
import { isBegun, isCompleted, violations, type World } from './truth.js';

export interface ScenarioOptions {
  readonly holders: number;
  readonly regrowMs: number;
}

/** An act that was delivered is verified long before. */
const UNDER_WAY_MS = 10_000;
const RESUMED_MS = 1000;

let scenarios = 0;

export class Scenario implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly holders: HolderProcess[] = [];
  /** Replaced ones: what they were told counts, too. */
  readonly #former: HolderProcess[] = [];
  #made = 0;

  private constructor(
    readonly folder: string,
    readonly parts: Parts,
    readonly faults: Readonly<Record<'controller' | 'agent', FaultControl>>,
    private readonly options: ScenarioOptions & { readonly comm: string },
  ) {}

  static async start(options: ScenarioOptions): Promise<Scenario> {
    scenarios += 1;
    const comm = `chaos-${process.pid % 100_000}-${scenarios}`;
    const folder = mkdtempSync(join(tmpdir(), 'mw-chaos-'));
    // The holders are another user's, and write their journals below it.
    chmodSync(folder, 0o711);
    const policies = join(folder, 'policies');
    const faults = join(folder, 'faults');
    mkdirSync(policies);
    writeFileSync(join(policies, 'holders.yaml'), policyFor(comm));
    writeFileSync(join(folder, 'allow.yaml'), allowFor(comm), { mode: 0o600 });
    const controller = new FaultControl(faults, 'controller', join(folder, 'controller'));
    const agent = new FaultControl(faults, 'agent', join(folder, 'agent'));
    const parts = await Parts.start({ folder, policies, faults });
    const scenario = new Scenario(folder, parts, { controller, agent }, { ...options, comm });
    scenario.#stack.defer(() => rm(folder, { recursive: true, force: true }));
    scenario.#stack.use(controller);
    scenario.#stack.use(agent);
    scenario.#stack.use(parts);
    try {
      for (let i = 0; i < options.holders; i += 1) await scenario.addHolder();
    } catch (error) {
      await scenario[Symbol.asyncDispose]();
      throw error;
    }
    return scenario;
  }

  async addHolder(): Promise<HolderProcess> {
    this.#made += 1;
    const name = `mw-chaos-${process.pid}-${scenarios}-${this.#made}`;
    const { regrowMs, comm } = this.options;
    const holder = await HolderProcess.start({
      folder: this.folder,
      name,
      comm,
      holdMib: 24,
      limitMib: 32,
      regrowMs,
    });
    this.holders.push(this.#stack.use(holder));
    return holder;
  }

  /** What a person does after Unknowns: resets the breaker, and gives each target that is left alone for good a successor. */
  async replaceBlocked(): Promise<number> {
    await this.retry(() => this.parts.post('/breaker:reset'));
    const { cleanups } = await this.retry(() => this.world());
    const blocked = this.holders.filter((holder) =>
      cleanups.some(
        ({ spec, status }) =>
          spec.target.process?.pid === holder.pid &&
          status.steps.some(({ outcome }) => outcome === 'Unknown'),
      ),
    );
    for (const holder of blocked) {
      this.holders.splice(this.holders.indexOf(holder), 1);
      this.#former.push(holder);
      await holder.stop();
      await this.addHolder();
    }
    return blocked.length;
  }

  async world(): Promise<World> {
    const findings = await this.parts.all<MemoryFinding>('/findings?state=all');
    const cleanups = await this.parts.all<MemoryCleanup>('/cleanups?state=all');
    return {
      findings,
      cleanups,
      targets: [...this.holders, ...this.#former].map((holder) => holder.target()),
    };
  }

  /**
   * No act is begun any more, and what is under way comes to its end. While paused nothing is sent again either, so that an
   * order whose sender was killed waits for the end of the pause: then it gets one. @throws when it does not end in time
   */
  async settle(deadlineMs = 60_000): Promise<World> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      await this.retry(() => this.parts.post('/pause', { reason: 'the test compares' }));
      const { world, open } = await this.#ended(Math.min(end, performance.now() + UNDER_WAY_MS));
      if (open.length === 0) return world;
      if (performance.now() > end)
        throw new Error(
          `Still under way: ${JSON.stringify(open.map(({ metadata, status }) => [metadata.name, status]))}\n${this.parts.lastWords()}`,
        );
      await this.resume();
      await pause(RESUMED_MS);
    }
  }

  /** What is begun and not completed by then. */
  async #ended(end: number): Promise<{ readonly world: World; readonly open: readonly MemoryCleanup[] }> {
    for (;;) {
      const world = await this.retry(() => this.world());
      const open = world.cleanups.filter((cleanup) => isBegun(cleanup) && !isCompleted(cleanup));
      if (open.length === 0 || performance.now() > end) return { world, open };
      await pause(200);
    }
  }

  async resume(): Promise<void> {
    await this.retry(() => this.parts.post('/breaker:reset'));
    await this.retry(() => this.parts.post('/resume'));
  }

  async wrong(): Promise<string[]> {
    const world = await this.settle();
    await this.resume();
    return violations(world);
  }

  /** How many acts were executed so far. */
  async executed(): Promise<number> {
    const { cleanups } = await this.world();
    return cleanups.flatMap(({ status }) => status.steps).filter(({ executedAt }) => executedAt !== undefined)
      .length;
  }

  /** The controller may be on its way back. */
  async retry<T>(ask: () => Promise<T>, deadlineMs = 20_000): Promise<T> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (performance.now() > end) throw error;
        await pause(100);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
