/*
 * Detector Pressure over one sample of one node. Placeholder of the signatures; see README.md.
 */
import type { NodeLedger } from '#contracts/ledger';
import { BrokenInvariant } from '#contracts/errors';
import type { CompiledPolicies } from './compile.js';
import type { FindingChange, RuledTargets, StoredFinding } from './finding-change.js';
import type { OwnerFacts } from './labels.js';

/** What is remembered of one node between samples. Immutable; bounded by MAX_TRACKED targets. */
export interface NodeMemory {
  /** How many targets are above a mark or have an open finding. */
  readonly size: number;
}

export interface EvaluateInput {
  readonly compiled: CompiledPolicies;
  readonly ledger: NodeLedger;
  readonly owners: OwnerFacts;
  readonly memory: NodeMemory;
  /** How often the node's agent takes samples; gaps of more than three restart every count. */
  readonly samplePeriodMs: number;
}

export interface Evaluation {
  readonly memory: NodeMemory;
  /** At most one for a finding. Commit them, then keep `memory`; where a commit failed, `memoryFrom` the objects. */
  readonly changes: readonly FindingChange[];
  readonly ruled: readonly RuledTargets[];
  /** Targets above a mark that are not tracked, because MAX_TRACKED are already. */
  readonly untracked: number;
}

/** The time of conditions is the caller's; times in changes are the node's. The same ledger twice changes nothing. */
export function evaluateNode(_input: EvaluateInput): Evaluation {
  throw new BrokenInvariant('evaluateNode is not written yet.');
}

/** The memory of one node after a restart, from its open findings; closed ones and other nodes' are left out. */
export function memoryFrom(_node: string, _findings: readonly StoredFinding[]): NodeMemory {
  throw new BrokenInvariant('memoryFrom is not written yet.');
}
