/*
 * The words of a decision: what is to be done about a finding, and the one rule that decided it.
 */
import type { LadderStep, MemoryCleanup, MemoryFinding, MemoryPolicy, Place, Target } from '#api';
import type { OpenBreaker, QueuePriority } from '#contracts/cleanup';
import type { ModeLevel } from '#contracts/mode';
import type { Labels } from './labels.js';

/** Documented in README.md, each with the rule that gives it. */
export type DecisionReason =
  | 'Allowed'
  | 'DryRun'
  | 'ModeObserve'
  | 'Protected'
  | 'KeepUntil'
  | 'OwnerUnknown'
  | 'NotConfirmed'
  | 'NoAction'
  | 'Unsupported'
  | 'UnknownBefore'
  | 'TooOftenIneffective'
  | 'BreakerOpen'
  | 'ActsOff'
  | 'UnderWay'
  | 'Cooldown'
  | 'OutsideWindow'
  | 'NodeBusy'
  | 'NamespaceBudget'
  | 'HourBudget'
  | 'NodesBudget'
  | 'QueueFull';

interface Said {
  readonly reason: DecisionReason;
  /** For people: what was found and what would change it. */
  readonly message: string;
}

/** What a cleanup is drafted from. */
export interface Plan {
  readonly ladder: readonly LadderStep[];
  readonly queuePriority: QueuePriority;
}

export type CleanupDecision =
  | (Said & { readonly kind: 'Act' } & Plan)
  | (Said & { readonly kind: 'WouldAct' } & Plan)
  /** Decide again then, or with the next sample where nobody can say when. Wall time. */
  | (Said & { readonly kind: 'Wait'; readonly untilMs?: number })
  /** Nothing will be done until a person changes something. */
  | (Said & { readonly kind: 'Refuse' })
  /** It may only be looked at. */
  | (Said & { readonly kind: 'Observe' });

export interface OwnerVoice {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Who owns the target, and what they say. */
export type Owner =
  /** A process or cgroup of no pod: nobody can have labelled it. */
  | { readonly kind: 'None' }
  /** Its pod and its namespace: what either says counts. */
  | { readonly kind: 'Known'; readonly voices: readonly OwnerVoice[] }
  /** In a pod that nobody told us of: protected where labels are honoured. */
  | { readonly kind: 'Unknown' };

export type Limits = MemoryPolicy['spec']['limits'];

/** What both a finding and a person's request are decided by. */
export interface Situation {
  readonly owner: Owner;
  /**
   * Every voice in what may happen now, the policy's own spec.mode and spec.paused excepted. Observe by installation,
   * namespace, node or agent: Observe. By pause, queue, store or leader: acts are off, wait. `breaker` below counts, not a level.
   */
  readonly levels: readonly ModeLevel[];
  readonly breaker: OpenBreaker | null;
  /** All that are kept, of every policy and node, open and closed; in any order. */
  readonly cleanups: readonly MemoryCleanup[];
  /** Nodes that are known: what maxNodesPercent is a share of. */
  readonly nodes: number;
  readonly queueIsFull: boolean;
  /** Absent: a machine without a cluster. */
  readonly place?: Place;
  readonly nowMs: number;
}

export interface DecisionInput extends Situation {
  readonly policy: MemoryPolicy;
  readonly finding: MemoryFinding;
  /** Of the installation, on top of the policy's own; counts cleanups of every policy. Null: none. */
  readonly installation: Limits | null;
}

export interface ByHandInput extends Situation {
  readonly target: Target;
  readonly ladder: readonly LadderStep[];
}
