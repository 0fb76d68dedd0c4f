/*
 * Findings, cleanups, policies and the mode, as the page shows them: the objects of the API with what is missing said
 * (null, NaN for a time) instead of absent. Names are as somebody wrote them: never shown without `visible`.
 */
import type { Mode, ModeLevel } from '#contracts/mode';

export interface PolicyName {
  readonly name: string;
  readonly generation: number | null;
}

/** One incarnation of a holder: `holder` is its row in the ledger. */
export interface Target {
  readonly node: string;
  readonly device: string;
  readonly holder: string;
  readonly process: { readonly pid: number; readonly name: string } | null;
  readonly cgroup: string | null;
  readonly pod: { readonly namespace: string; readonly name: string } | null;
}

export interface Said {
  readonly reason: string;
  readonly message: string;
  readonly atMs: number;
}

export type Stage = 'Suspected' | 'Confirmed' | 'Closed';

export interface Finding {
  readonly name: string;
  readonly type: string;
  readonly detector: string;
  readonly policy: PolicyName;
  readonly target: Target;
  readonly stage: Stage;
  /** The condition that made the stage. */
  readonly stageSaid: Said;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly bytes: number | null;
  readonly quality: string;
  readonly limitBytes: number | null;
  readonly percent: number | null;
  readonly growthPerHour: number | null;
  readonly evidence: readonly { readonly type: string; readonly atMs: number; readonly message: string }[];
  /** Why nothing was done, and which rule said so. */
  readonly decision: (Said & { readonly kind: string }) | null;
  readonly cleanup: string | null;
  readonly cleanups: number;
}

export interface Measured {
  readonly bytes: number | null;
  readonly atMs: number;
  readonly quality: string;
}

/** One rung of a ladder: what is done, and what then counts as freed. */
export interface Rung {
  /** "Notify SIGUSR2", "Notify by HTTP", "TrimPool". */
  readonly act: string;
  readonly verifyAfterSeconds: number;
  readonly minFreedBytes: number | null;
}

export type StepState = 'Pending' | 'Issued' | 'Executed' | 'Verified' | 'Refused' | 'Unknown';

export interface Step {
  readonly state: StepState;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly orderId: string | null;
  readonly attempt: number;
  readonly issuedAtMs: number;
  readonly executedAtMs: number;
  readonly before: Measured | null;
  readonly after: Measured | null;
}

export interface Cleanup {
  readonly name: string;
  readonly target: Target;
  readonly finding: string | null;
  /** Null: asked for by a person. */
  readonly policy: PolicyName | null;
  readonly dryRun: boolean;
  readonly ladder: readonly Rung[];
  readonly priority: string;
  readonly notBeforeMs: number;
  readonly deadlineMs: number;
  readonly words: string | null;
  readonly cancelled: boolean;
  readonly steps: readonly Step[];
  readonly freedBytes: number;
  readonly requestedBy: string;
  readonly createdAtMs: number;
  readonly completed: Said | null;
}

export interface Detector {
  readonly name: string;
  readonly type: string;
  readonly signal: string | null;
  readonly percentOfLimit: number | null;
  readonly clearPercent: number | null;
  readonly forSeconds: number | null;
}

export interface PolicyAction {
  readonly detectors: readonly string[];
  readonly ladder: readonly Rung[];
  readonly cooldownSeconds: number | null;
  readonly maxIneffective: number | null;
}

export type ConditionState = Said & { readonly holds: boolean };

export interface Policy {
  /** Its name, except where another one has that too. */
  readonly key: string;
  readonly name: string;
  readonly generation: number | null;
  readonly observedGeneration: number | null;
  /** Null: a file that was never accepted. */
  readonly mode: Mode | null;
  readonly paused: boolean;
  readonly precedence: number | null;
  /** In words: "processes named python, node". */
  readonly match: string;
  readonly detectors: readonly Detector[];
  readonly actions: readonly PolicyAction[];
  readonly windows: readonly string[];
  readonly limits: string;
  readonly accepted: ConditionState | null;
  readonly inForce: ConditionState | null;
  readonly rules: {
    readonly targets: number;
    readonly shadowed: number;
    readonly shadowedBy: readonly string[];
  } | null;
  readonly lastDay: {
    readonly wouldAct: number;
    readonly acted: number;
    readonly freedBytes: number;
    readonly refused: readonly { readonly reason: string; readonly count: number }[];
  } | null;
  /** The file that it is from. */
  readonly source: string | null;
}

export interface NodeMode {
  readonly node: string;
  readonly mode: Mode;
  readonly reason: string;
}

export interface ModeNow {
  readonly effective: Mode;
  readonly actsOn: boolean;
  readonly levels: readonly (Omit<ModeLevel, 'level'> & { readonly level: string })[];
  readonly pause: { readonly by: string; readonly atMs: number; readonly reason: string } | null;
  readonly breaker: { readonly reason: string; readonly sinceMs: number } | null;
  readonly nodes: readonly NodeMode[];
}
