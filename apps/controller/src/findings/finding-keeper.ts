/*
 * What reports say of targets, as committed findings. One report is evaluated (pure), its changes are committed, and only
 * then is it remembered that they were: after a failure the memory is made again from the objects.
 */
import { evaluateNode, type FindingChange, memoryFrom, type NodeMemory, placeOf } from '#policy';
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import { cleanupName, type MemoryCleanup, type MemoryFinding } from '#api';
import { MemwardenError, NotFound } from '#contracts/errors';
import type { NodeReport } from '#contracts/report';
import { Conflict, keyBeside, keyOf, type ObjectStore, StoreUnavailable } from '#contracts/store';
import type { StoreWatch } from '../acts/store-watch.js';
import { NO_CLUSTER, type ClusterFacts } from '../cluster/cluster-facts.js';
import type { PolicyKeeper } from '../policies/policy-keeper.js';
import { applyChange, type Write } from './apply-change.js';
import type { FindingIndex } from './finding-index.js';
import { SamplePeriod } from './sample-period.js';

export interface FindingKeeperOptions {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly index: FindingIndex;
  readonly store: StoreWatch;
  readonly policies: PolicyKeeper;
  readonly clock: Clock;
  /** Of the installation; null or absent where there are none. */
  readonly namespace?: string | null;
  /** Absent: there is none. */
  readonly cluster?: ClusterFacts;
}

interface NodeState {
  memory: NodeMemory;
  readonly period: SamplePeriod;
}

/** Commits that are under way at once: the store writes them together. */
const AT_ONCE = 128;

export class FindingKeeper {
  readonly #nodes = new Map<string, NodeState>();
  readonly #untracked = new Map<string, number>();
  #failure: string | null = null;

  constructor(private readonly options: FindingKeeperOptions) {}

  /** Resolves when everything that the report says is committed, or cannot be now. */
  async take({ ledger }: NodeReport): Promise<void> {
    const state = this.#stateOf(ledger.node);
    state.period.taken(ledger.takenAtMs);
    const { policies } = this.options;
    const evaluation = evaluateNode({
      compiled: policies.compiled,
      ledger,
      owners: (this.options.cluster ?? NO_CLUSTER).owners(ledger.node),
      memory: state.memory,
      samplePeriodMs: state.period.ms,
    });
    policies.ruled(ledger.node, evaluation.ruled);
    this.#untracked.set(ledger.node, evaluation.untracked);
    const isCommitted = await this.#commitAll(evaluation.changes);
    state.memory = isCommitted ? evaluation.memory : this.#remembered(ledger.node);
  }

  get nodes(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  forgetNode(node: string): void {
    this.#nodes.delete(node);
    this.#untracked.delete(node);
    this.options.policies.forgetNode(node);
  }

  health(): ComponentHealth {
    const component = 'findings';
    if (this.#failure !== null) return { component, state: 'degraded', reason: this.#failure };
    const untracked = [...this.#untracked.values()].reduce((sum, each) => sum + each, 0);
    if (untracked === 0) return { component, state: 'ok' };
    const reason = `${untracked} targets above a mark are not tracked, because too many are: raise the marks of the policies.`;
    return { component, state: 'degraded', reason };
  }

  #stateOf(node: string): NodeState {
    let state = this.#nodes.get(node);
    if (state === undefined) {
      state = { memory: this.#remembered(node), period: new SamplePeriod() };
      this.#nodes.set(node, state);
    }
    return state;
  }

  #remembered(node: string): NodeMemory {
    return memoryFrom(node, this.options.index.openOf(node));
  }

  /** Where the store takes nothing the rest is not even tried; where it is only full, what needs no room goes on. */
  async #commitAll(changes: readonly FindingChange[]): Promise<boolean> {
    let failure: unknown = null;
    for (let from = 0; from < changes.length && !(failure instanceof StoreUnavailable); from += AT_ONCE) {
      const together = changes.slice(from, from + AT_ONCE).map((change) => this.#commit(change));
      for (const result of await Promise.allSettled(together))
        if (result.status === 'rejected') failure = result.reason;
    }
    this.#failure = failure === null ? null : reasonOf(failure);
    return failure === null;
  }

  async #commit(change: FindingChange): Promise<void> {
    const { findings, store, clock } = this.options;
    const { name, target } = change.finding;
    const installation = this.options.namespace ?? null;
    const key = keyOf(placeOf(name, target, installation));
    // Nobody but this writes findings, except for what a decision adds: one more reading is enough.
    for (let attempt = 0; ; attempt += 1) {
      const finding = findings.get(key);
      const write = applyChange(change, {
        finding,
        cleanups: this.#cleanupsOf(finding),
        installation,
        nowMs: clock.nowMs(),
      });
      if (write.kind === 'None') return;
      try {
        await store.write(() => this.#write(write));
        return;
      } catch (error) {
        if (attempt > 2 || !(error instanceof Conflict || error instanceof NotFound)) throw error;
      }
    }
  }

  async #write(write: Exclude<Write, { kind: 'None' }>): Promise<unknown> {
    const { findings } = this.options;
    if (write.kind === 'Create') return findings.create(write.object);
    return write.kind === 'Update' ? findings.update(write.object) : findings.delete(write.key);
  }

  #cleanupsOf(finding: MemoryFinding | null): readonly MemoryCleanup[] {
    if (finding === null) return [];
    const { metadata, status } = finding;
    const found = Array.from({ length: status.cleanups }, (_, i) =>
      this.options.cleanups.get(keyBeside(finding, { name: cleanupName(metadata.name, i + 1) })),
    );
    return found.filter((cleanup) => cleanup !== null);
  }
}

/** @throws what is a defect and no trouble of the store */
function reasonOf(error: unknown): string {
  if (!(error instanceof MemwardenError)) throw error;
  return `Findings cannot be written: ${error.message}`;
}
