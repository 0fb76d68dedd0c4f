/*
 * The status of every policy, as of now. Summing up a day of cleanups and findings is done at most once a second, however
 * often it is asked for.
 */
import { lastDay, type LastDay } from '#policy';
import type { MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import type { Clock } from '#contracts/clock';
import type { ObjectStore, SourcedPolicy } from '#contracts/store';
import type { Acting } from '../acts/acting.js';
import { heldBackBy } from '../acts/mode-levels.js';
import type { PolicyKeeper } from './policy-keeper.js';
import { policyView, type PolicyView } from './policy-view.js';

export interface PolicyStatusOptions {
  readonly policies: PolicyKeeper;
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly acting: Acting;
  /** Nodes that are connected; and of these who got what was announced last. */
  readonly agents: () => { readonly desired: number; readonly updated: number };
  readonly clock: Clock;
}

const FRESH_MS = 1000;

export class PolicyStatus {
  #day: { readonly atMs: number; readonly byPolicy: ReadonlyMap<string, LastDay> } | null = null;

  constructor(private readonly options: PolicyStatusOptions) {}

  /** By name, then source: a rejected file may have the name of one that is in force. */
  all(): readonly PolicyView[] {
    return [...this.options.policies.list()]
      .sort((a, b) => compare(a.name, b.name) || compare(a.source, b.source))
      .map((sourced) => this.#view(sourced));
  }

  /** The one in force before a rejected one of the same name. */
  get(name: string): PolicyView | null {
    const named = this.options.policies.list().filter((each) => each.name === name);
    const found = named.find(({ object }) => object !== null) ?? named[0];
    return found === undefined ? null : this.#view(found);
  }

  #view(sourced: SourcedPolicy<MemoryPolicy>): PolicyView {
    const { policies, acting, clock, agents } = this.options;
    return policyView(sourced, {
      ruled: policies.ruledBy(sourced.name),
      lastDay: this.#lastDay().get(sourced.name) ?? null,
      heldBackBy: heldBackBy(acting.levels()),
      agents: agents(),
      nowMs: clock.nowMs(),
    });
  }

  #lastDay(): ReadonlyMap<string, LastDay> {
    const { findings, cleanups, clock } = this.options;
    const atMs = clock.monotonicMs();
    if (this.#day === null || atMs - this.#day.atMs > FRESH_MS)
      this.#day = { atMs, byPolicy: lastDay(cleanups.list(), findings.list(), clock.nowMs()) };
    return this.#day.byPolicy;
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
