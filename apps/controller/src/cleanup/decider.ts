/*
 * From confirmed findings to cleanups. Decisions are made one after another, each over what the ones before have committed:
 * two nodes cannot spend one budget. A cleanup is created first and written into its finding then; whoever dies in between
 * finds it by its name.
 */
import { decide, draftCleanup, type CleanupDecision, type DecisionInput } from '#policy';
import { cleanupName, rfc3339, type MemoryCleanup, type MemoryFinding, type Target } from '#api';
import type { Clock } from '#contracts/clock';
import type { QueuePriority } from '#contracts/cleanup';
import { NotFound } from '#contracts/errors';
import { Conflict, keyBeside, keyOf, type ObjectStore } from '#contracts/store';
import type { StoreWatch } from '../acts/store-watch.js';
import { isConfirmed } from '../findings/apply-change.js';
import type { FindingIndex } from '../findings/finding-index.js';
import type { PolicyKeeper } from '../policies/policy-keeper.js';
import { isCompleted } from './cleanup-index.js';
import type { OneAtATime } from './one-at-a-time.js';

/** What a decision is made on besides policy and finding. */
export type Surroundings = Pick<
  DecisionInput,
  'owner' | 'place' | 'levels' | 'breaker' | 'cleanups' | 'nodes' | 'queueIsFull' | 'installation'
>;

export interface DeciderOptions {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly index: FindingIndex;
  readonly policies: PolicyKeeper;
  readonly store: StoreWatch;
  readonly clock: Clock;
  readonly surroundings: (target: Target) => Surroundings;
  /** Everything that is decided passes here, under DECISIONS. */
  readonly alone: OneAtATime;
  /** What a cleanup of this node is queued with. */
  readonly raise: (node: string, priority: QueuePriority) => QueuePriority;
  /** It is committed and open. */
  readonly created: (cleanup: MemoryCleanup) => void;
  readonly decided?: (decision: CleanupDecision) => void;
}

export const DECISIONS = 'decisions';
/** A report decides about so many findings at most; the others have their turn with the next. */
const MOST_AT_ONCE = 256;
const LONGEST_WAIT_MS = 60_000;

export class Decider {
  /** By finding: not before this time, unless a policy changed. */
  readonly #again = new Map<string, { readonly atMs: number; readonly version: number }>();

  constructor(private readonly options: DeciderOptions) {}

  /** Decides about the confirmed findings of a node. @throws {StoreUnavailable | TooManyObjects} */
  decideNode(node: string): Promise<void> {
    return this.options.alone.run(DECISIONS, async () => {
      for (const finding of this.#due(node)) await this.#decide(finding);
    });
  }

  /** Pause, breaker, health: whatever waited for it is decided again with the next report. */
  reconsider(): void {
    this.#again.clear();
  }

  #due(node: string): readonly MemoryFinding[] {
    const { index, clock, policies } = this.options;
    const nowMs = clock.nowMs();
    const due: MemoryFinding[] = [];
    for (const finding of index.openOf(node)) {
      if (!isConfirmed(finding)) continue;
      const again = this.#again.get(keyOf(finding.metadata));
      if (again?.version === policies.version && again.atMs > nowMs) continue;
      due.push(finding);
      if (due.length === MOST_AT_ONCE) break;
    }
    return due;
  }

  async #decide(found: MemoryFinding): Promise<void> {
    const finding = await this.#adopt(found);
    const policy = this.options.policies.inForce(finding.spec.policyRef.name);
    // Its policy went away: the next report supersedes it.
    if (policy === null) return;
    const { clock, surroundings, decided } = this.options;
    const nowMs = clock.nowMs();
    const { target } = finding.spec;
    const decision = decide({ policy, finding, nowMs, ...surroundings(target) });
    decided?.(decision);
    if (decision.kind === 'Act' || decision.kind === 'WouldAct') {
      const queuePriority = this.options.raise(target.node, decision.queuePriority);
      const raised = { ...decision, queuePriority };
      await this.#create(finding, draftCleanup({ policy, finding, decision: raised, nowMs }));
      return;
    }
    this.#waitFor(finding, decision, nowMs);
    await this.#note(finding, decision, nowMs);
  }

  #waitFor({ metadata }: MemoryFinding, decision: CleanupDecision, nowMs: number): void {
    const untilMs = decision.kind === 'Wait' ? (decision.untilMs ?? nowMs) : nowMs + LONGEST_WAIT_MS;
    // Clocks are set, and circumstances change that no decision foresaw.
    const atMs = Math.min(untilMs, nowMs + LONGEST_WAIT_MS);
    this.#again.delete(keyOf(metadata));
    if (atMs > nowMs) this.#again.set(keyOf(metadata), { atMs, version: this.options.policies.version });
    if (this.#again.size > MOST_REMEMBERED) this.#again.clear();
  }

  /** Cleanups that were created for the finding and are not written into it yet: somebody died in between. */
  async #adopt(finding: MemoryFinding): Promise<MemoryFinding> {
    let newest = finding;
    for (;;) {
      const name = cleanupName(newest.metadata.name, newest.status.cleanups + 1);
      const cleanup = this.options.cleanups.get(keyBeside(newest, { name }));
      if (cleanup === null) return newest;
      newest = (await this.#refer(newest, cleanup)) ?? newest;
    }
  }

  async #create(finding: MemoryFinding, draft: MemoryCleanup): Promise<void> {
    const { cleanups, store, created } = this.options;
    const { object } = await store.write(() => cleanups.create(draft));
    if (!isCompleted(object)) created(object);
    await this.#refer(finding, object);
  }

  /** Null: the finding is not there any more. */
  #refer(finding: MemoryFinding, { metadata }: MemoryCleanup): Promise<MemoryFinding | null> {
    return this.#update(finding, (status) => {
      const { decision: _decided, ...rest } = status;
      return { ...rest, cleanups: numberOf(metadata.name), cleanupRef: { name: metadata.name } };
    });
  }

  /** A decision that was no act is written once, not with every sample. */
  async #note(
    finding: MemoryFinding,
    { kind, reason, message }: CleanupDecision,
    nowMs: number,
  ): Promise<void> {
    const last = finding.status.decision;
    if (last?.kind === kind && last.reason === reason) return;
    const decision = { kind, reason, message, at: rfc3339(nowMs) };
    await this.#update(finding, (status) => ({ ...status, decision }));
  }

  async #update(
    { metadata }: MemoryFinding,
    change: (status: MemoryFinding['status']) => MemoryFinding['status'],
  ): Promise<MemoryFinding | null> {
    const { findings, store } = this.options;
    for (;;) {
      const newest = findings.get(keyOf(metadata));
      if (newest === null) return null;
      try {
        return await store.write(() => findings.update({ ...newest, status: change(newest.status) }));
      } catch (error) {
        // Written by a report meanwhile, or deleted: read again.
        if (!(error instanceof Conflict || error instanceof NotFound)) throw error;
      }
    }
  }
}

const MOST_REMEMBERED = 20_000;

function numberOf(cleanup: string): number {
  return Number(cleanup.slice(cleanup.lastIndexOf('-') + 1));
}
