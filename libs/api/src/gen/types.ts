/*
 * Generated from helm/memwarden/files/crds. Do not edit: npm run generate.
 */
/** Bytes: a whole number or a Kubernetes quantity ("512Mi", "1Gi"). */
export type Quantity = string | number;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** metav1.Condition */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: readonly string[];
  }[];
}

export interface PolicyRef {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

export interface Target {
  readonly node: string;
  readonly bootID: string;
  readonly device: string;
  /** The ledger's row id: one incarnation. */
  readonly holder: string;
  readonly process?: { readonly pid: number; readonly startTimeTicks: number; readonly name: string };
  readonly cgroup?: { readonly path: string; readonly inode: number };
  readonly container?: { readonly id: string };
  readonly pod?: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly workload?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
}

export type DetectorType = 'Pressure' | 'Leak' | 'Orphan' | 'Idle' | 'Unattributed' | 'Residual';
export interface Detector {
  readonly name: string;
  readonly type: DetectorType;
  readonly pressure?: {
    readonly signal: 'NonReclaimable' | 'PSI';
    readonly percentOfLimit: number;
    readonly clearPercent: number;
    readonly forSeconds: number;
  };
  readonly leak?: { readonly minProbability: number; readonly exhaustionWithinSeconds?: number };
  readonly orphan?: {
    readonly classes: readonly string[];
    readonly minBytes?: Quantity;
    readonly minAgeSeconds?: number;
  };
  readonly idle?: { readonly forSeconds: number; readonly minBytes?: Quantity };
  readonly unattributed?: {
    readonly minBytes?: Quantity;
    readonly minPercent?: number;
    readonly forSeconds?: number;
  };
  readonly residual?: { readonly minBytes?: Quantity; readonly minGrowthPerCycle?: Quantity };
}

export type StepType =
  | 'CaptureEvidence'
  | 'Notify'
  | 'TrimPool'
  | 'ReclaimHost'
  | 'RevokeLease'
  | 'Taint'
  | 'Evict'
  | 'EndProcess';
export interface LadderStep {
  readonly type: StepType;
  readonly captureEvidence?: { readonly what: readonly ('SmapsRollup' | 'Sites' | 'Stack')[] };
  readonly notify?: { readonly transport: 'Signal' | 'PodHTTP'; readonly signal?: string };
  readonly trimPool?: Readonly<Record<string, never>>;
  readonly reclaimHost?: { readonly maxBytes: Quantity; readonly stopAtPressure?: number };
  readonly revokeLease?: { readonly graceSeconds: number };
  readonly taint?: { readonly effect: 'NoSchedule' | 'PreferNoSchedule' };
  readonly evict?: { readonly gracePeriodSeconds?: number };
  readonly endProcess?: { readonly termGraceSeconds: number };
  readonly verifyAfterSeconds: number;
  readonly minFreed: Quantity;
}

export type PolicyMode = 'Observe' | 'DryRun' | 'Enforce';
export type QueuePriority = 'Critical' | 'High' | 'Normal' | 'Low';
export interface PolicyAction {
  readonly detectors: readonly string[];
  readonly ladder: readonly LadderStep[];
  readonly acknowledgeDisruption?: boolean;
  readonly cooldownSeconds: number;
  readonly maxIneffective: number;
  readonly queuePriority: QueuePriority;
}

/** After defaulting: what has a default is always there. */
export interface MemoryPolicySpec {
  readonly matchingPrecedence: number;
  readonly mode: PolicyMode;
  readonly paused: boolean;
  readonly match: {
    readonly all?: boolean;
    readonly nodeSelector?: LabelSelector;
    readonly namespaceSelector?: LabelSelector;
    readonly podSelector?: LabelSelector;
    readonly processes?: { readonly names: readonly string[] };
    readonly devices?: {
      readonly types?: readonly ('GPU' | 'Host')[];
      readonly sharing?: readonly ('Exclusive' | 'MIG' | 'TimeSliced' | 'MPS')[];
    };
  };
  readonly detectors: readonly Detector[];
  readonly actions: readonly PolicyAction[];
  readonly windows: readonly {
    readonly schedule: string;
    readonly durationSeconds: number;
    readonly timeZone: string;
  }[];
  readonly limits: {
    readonly perNode: number;
    readonly perNamespacePerHour: number;
    readonly perHour: number;
    readonly maxNodes: number;
    readonly maxNodesPercent: number;
  };
  readonly protection: { readonly honorPodLabels: 'Always' | 'Never'; readonly maxKeepSeconds: number };
}

export interface MemoryPolicyStatus {
  readonly observedGeneration?: number;
  readonly agents?: { readonly desired: number; readonly updated: number };
  /** `pods` counts targets: pods, in local mode processes and cgroups. */
  readonly rules?: {
    readonly pods: number;
    readonly shadowed: number;
    readonly shadowedBy: readonly string[];
  };
  readonly lastDay?: {
    readonly wouldAct: number;
    readonly acted: number;
    readonly freedBytes: number;
    readonly refused: readonly { readonly reason: string; readonly count: number }[];
  };
  /** Accepted, InForce, Enforcing, Shadowed. */
  readonly conditions?: readonly Condition[];
}

export interface MemoryPolicy {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: 'MemoryPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: MemoryPolicySpec;
  readonly status?: MemoryPolicyStatus;
}

export interface Evidence {
  readonly type: string;
  readonly at: string;
  readonly message: string;
}

export interface MemoryFindingStatus {
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly bytes: number | null;
  readonly quality: 'Measured' | 'Estimated' | 'UpperBound' | 'Inconsistent' | 'Unknown';
  /** Of the same target, when the percentage was taken. */
  readonly limitBytes?: number;
  readonly percent?: number;
  readonly growth?: { readonly bytesPerHour: number; readonly low: number; readonly high: number };
  readonly exhaustion?: string;
  readonly evidence: readonly Evidence[];
  /** The newest cleanup, and how many there were: the next one's name. */
  readonly cleanupRef?: { readonly name: string };
  readonly cleanups: number;
  /** The newest decision that was no act: which rule and why. */
  readonly decision?: {
    readonly kind: string;
    readonly reason: string;
    readonly message: string;
    readonly at: string;
  };
  /** Suspected, Confirmed, Closed (Freed | TargetGone | Superseded | Expired | Inconsistent | Cleared). */
  readonly conditions: readonly Condition[];
}

export interface MemoryFinding {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: 'MemoryFinding';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly type: DetectorType;
    readonly class: string;
    readonly detector: string;
    readonly policyRef: PolicyRef;
    readonly target: Target;
  };
  readonly status: MemoryFindingStatus;
}

export interface Measurement {
  readonly bytes: number | null;
  readonly quality: 'Measured' | 'Estimated' | 'UpperBound' | 'Inconsistent' | 'Unknown';
  readonly takenAt: string;
}

export type StepState = 'Pending' | 'Issued' | 'Executed' | 'Verified' | 'Refused' | 'Unknown';
export interface CleanupStep {
  readonly index: number;
  readonly type: StepType;
  readonly state: StepState;
  readonly orderID?: string;
  readonly attempt?: number;
  /** The agent's journal at the time of issue. */
  readonly journalID?: string;
  readonly outcome?: 'Freed' | 'Ineffective' | 'Refused' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly issuedAt?: string;
  readonly executedAt?: string;
  readonly before?: Measurement;
  readonly after?: Measurement;
}

export interface MemoryCleanup {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: 'MemoryCleanup';
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly target: Target;
    readonly findingRef?: { readonly name: string };
    /** Absent: asked for by a person. */
    readonly policyRef?: PolicyRef;
    readonly mode: 'DryRun' | 'Enforce';
    readonly ladder: readonly LadderStep[];
    readonly queuePriority: QueuePriority;
    readonly notBefore?: string;
    readonly deadline: string;
    /** A person's words. */
    readonly reason?: string;
    readonly cancelled?: boolean;
  };
  readonly status: {
    readonly steps: readonly CleanupStep[];
    readonly freedBytes: number;
    readonly requestedBy: string;
    /** Completed: reason Freed | Ineffective | Refused | Unknown | DryRun | Cancelled | Expired | TargetGone. */
    readonly conditions: readonly Condition[];
  };
}
