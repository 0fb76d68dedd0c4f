/*
 * Generated from helm/memwarden/files/crds. Do not edit: npm run generate.
 * Objects after defaulting: what has a default is always there.
 */
/** Bytes: a whole number or a Kubernetes quantity ("512Mi", "1Gi"). */
export type Quantity = string | number;

/** As much of metav1.OwnerReference as Memwarden writes. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** As much of metav1.ObjectMeta as Memwarden reads or writes. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  /** The store's: compared, never interpreted. */
  readonly resourceVersion?: string;
  /** Raised by the store when spec changes. */
  readonly generation?: number;
  readonly creationTimestamp?: string;
  /** When it was asked to go. */
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Observe: findings only. DryRun: says what it would have done. Enforce: acts. The least of policy,
 * installation, namespace, node and agent holds.
 */
export type PolicyMode = 'Observe' | 'DryRun' | 'Enforce';

/** One condition on one label. */
export interface LabelRequirement {
  /** The label. At most 317 characters. */
  readonly key: string;
  /** In and NotIn compare with values; Exists and DoesNotExist only ask for the label. */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** For In and NotIn. At most 16 entries. */
  readonly values?: readonly string[];
}

/** Chooses by labels, as everywhere in Kubernetes: matchLabels and matchExpressions must all hold. */
export interface LabelSelector {
  /** Labels that must be there with exactly these values. At most 16 entries. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** Conditions on labels. 1 to 16 entries. */
  readonly matchExpressions?: readonly LabelRequirement[];
}

/** Which targets it is for. All that is written must hold. */
export interface PolicyMatch {
  /**
   * True: every target. Needed when nothing else is written here, because an empty match would otherwise
   * be an accident.
   */
  readonly all?: boolean;
  /**
   * Only on nodes with these labels. As everywhere in Kubernetes: matchLabels and matchExpressions must
   * all hold.
   */
  readonly nodeSelector?: LabelSelector;
  /**
   * Only pods of namespaces with these labels. As everywhere in Kubernetes: matchLabels and
   * matchExpressions must all hold.
   */
  readonly namespaceSelector?: LabelSelector;
  /**
   * Only pods with these labels. As everywhere in Kubernetes: matchLabels and matchExpressions must all
   * hold.
   */
  readonly podSelector?: LabelSelector;
  /** Only these processes. For machines without Kubernetes. */
  readonly processes?: {
    /** Names as in /proc/PID/comm, compared exactly. 1 to 32 entries. */
    readonly names: readonly string[];
  };
  /** Only memory of these devices. */
  readonly devices?: {
    /** Kinds of devices. 1 to 2 entries. */
    readonly types?: readonly ('GPU' | 'Host')[];
    /** How a GPU is shared. 1 to 4 entries. */
    readonly sharing?: readonly ('Exclusive' | 'MIG' | 'TimeSliced' | 'MPS')[];
  };
}

/**
 * Pressure: near the limit. Leak: grows until it will not fit. Orphan: held for somebody who is gone.
 * Idle: held and not used. Unattributed: used by nobody that is known. Residual: what stays after
 * everything was freed. This version looks for Pressure only; a policy with another one is answered
 * with Accepted=False, reason Unsupported.
 */
export type DetectorType = 'Pressure' | 'Leak' | 'Orphan' | 'Idle' | 'Unattributed' | 'Residual';

/** One thing to look for. type says what; the member of the same name says how. */
export interface Detector {
  /** How actions refer to it. One detector of a name. At most 63 characters. */
  readonly name: string;
  /**
   * Pressure: near the limit. Leak: grows until it will not fit. Orphan: held for somebody who is gone.
   * Idle: held and not used. Unattributed: used by nobody that is known. Residual: what stays after
   * everything was freed. This version looks for Pressure only; a policy with another one is answered
   * with Accepted=False, reason Unsupported.
   */
  readonly type: DetectorType;
  /** A target that is near its limit with memory that the kernel cannot take back by itself. */
  readonly pressure?: {
    /**
     * NonReclaimable: anonymous, shared and kernel memory as a share of the limit; page cache does not
     * count. PSI: the share of the last 10 seconds in which some task of the node waited for memory
     * (/proc/pressure/memory, some avg10). Default NonReclaimable.
     */
    readonly signal: 'NonReclaimable' | 'PSI';
    /**
     * From here on it is pressure. Of the target's own limit, or of the machine where it has none. 1 to
     * 100.
     */
    readonly percentOfLimit: number;
    /**
     * Below this it is over. Less than percentOfLimit, so that a target at the mark is not found again and
     * again. 0 to 99.
     */
    readonly clearPercent: number;
    /** How long without a break it must be above before anything is decided. 0 to 86400. Default 60. */
    readonly forSeconds: number;
  };
  /** A target that grows and does not stop. */
  readonly leak?: {
    /** How sure the estimate must be that it grows, from 0 to 1. 0 to 1. Default 0.95. */
    readonly minProbability: number;
    /** Only when the limit will be reached within this time. 60 to 31536000. */
    readonly exhaustionWithinSeconds?: number;
  };
  /** Memory that is held for somebody who is gone. */
  readonly orphan?: {
    /** Which kinds, for example SurvivingChild. 1 to 16 entries. */
    readonly classes: readonly string[];
    /** Smaller ones are left alone. Whole bytes, or a quantity such as 512Mi or 1.5Gi. More than 0. */
    readonly minBytes?: Quantity;
    /** Younger ones are left alone: they may be about to end. 0 to 2592000. */
    readonly minAgeSeconds?: number;
  };
  /** Memory that is held and not used. */
  readonly idle?: {
    /** How long nothing was used. 60 to 2592000. */
    readonly forSeconds: number;
    /** Smaller ones are left alone. Whole bytes, or a quantity such as 512Mi or 1.5Gi. More than 0. */
    readonly minBytes?: Quantity;
  };
  /** Memory of a device that is in use by nobody that is known. */
  readonly unattributed?: {
    /** Less than this is measuring error. Whole bytes, or a quantity such as 512Mi or 1.5Gi. More than 0. */
    readonly minBytes?: Quantity;
    /** Less than this share of the device is measuring error. 1 to 100. */
    readonly minPercent?: number;
    /** How long. 0 to 2592000. */
    readonly forSeconds?: number;
  };
  /** A floor that rises: what a holder keeps after it was told to free everything. */
  readonly residual?: {
    /** Smaller floors are left alone. Whole bytes, or a quantity such as 512Mi or 1.5Gi. More than 0. */
    readonly minBytes?: Quantity;
    /**
     * By how much the floor must rise from one cycle to the next. Whole bytes, or a quantity such as 512Mi
     * or 1.5Gi. More than 0.
     */
    readonly minGrowthPerCycle?: Quantity;
  };
}

/**
 * In order of severity: CaptureEvidence, Notify, TrimPool, ReclaimHost, RevokeLease, Taint, Evict,
 * EndProcess. This version can do Notify, and in a cluster Taint and Evict, too; a policy with another
 * one is answered with Accepted=False, reason Unsupported.
 */
export type StepType =
  | 'CaptureEvidence'
  | 'Notify'
  | 'TrimPool'
  | 'ReclaimHost'
  | 'RevokeLease'
  | 'Taint'
  | 'Evict'
  | 'EndProcess';

/**
 * For Signal. Only signals that programs catch by convention: SIGTERM ends programs, SIGWINCH ends
 * workers of web servers, and real-time signals have another number in another C library.
 */
export type NotifySignal = 'SIGUSR1' | 'SIGUSR2' | 'SIGHUP';

/** One step. type says what is done; the member of the same name says how. */
export interface LadderStep {
  /**
   * In order of severity: CaptureEvidence, Notify, TrimPool, ReclaimHost, RevokeLease, Taint, Evict,
   * EndProcess. This version can do Notify, and in a cluster Taint and Evict, too; a policy with another
   * one is answered with Accepted=False, reason Unsupported.
   */
  readonly type: StepType;
  /** Writes down where the memory is, and changes nothing. */
  readonly captureEvidence?: {
    /** What to write down. 1 to 3 entries. */
    readonly what: readonly ('SmapsRollup' | 'Sites' | 'Stack')[];
  };
  /** Asks the target to give memory back. The target must have opted in. */
  readonly notify?: {
    /**
     * Signal: a signal to the process. It must have a handler, and must have opted in: by the pod's
     * annotation memwarden.dev/notify-signal, by MEMWARDEN_NOTIFY_SIGNAL in its environment, or by being
     * named in match.processes. PodHTTP: POST to the port that the target itself named (annotation
     * memwarden.dev/notify-port, or MEMWARDEN_NOTIFY_PORT).
     */
    readonly transport: 'Signal' | 'PodHTTP';
    /**
     * For Signal. Only signals that programs catch by convention: SIGTERM ends programs, SIGWINCH ends
     * workers of web servers, and real-time signals have another number in another C library.
     */
    readonly signal?: NotifySignal;
  };
  /** Asks Memwarden's own pools on the node to give back what is free. */
  readonly trimPool?: Readonly<Record<string, never>>;
  /** Asks the kernel to reclaim pages of the target's cgroup (memory.reclaim). */
  readonly reclaimHost?: {
    /** At most this much at a time. Whole bytes, or a quantity such as 512Mi or 1.5Gi. More than 0. */
    readonly maxBytes: Quantity;
    /** Stop as soon as the cgroup waits for memory for more than this share of time, in percent. 0 to 100. */
    readonly stopAtPressure?: number;
  };
  /** Takes a lease of a device pool back. */
  readonly revokeLease?: {
    /** How long the client has to free it. 0 to 3600. Default 30. */
    readonly graceSeconds: number;
  };
  /**
   * Taints the node memwarden.dev/dirty-device until the device is clean. Never cordons: a taint has an
   * owner, and that one is ours.
   */
  readonly taint?: {
    /** What the scheduler does about it. Default NoSchedule. */
    readonly effect: 'NoSchedule' | 'PreferNoSchedule';
  };
  /**
   * Evicts the pod through the eviction API, with its uid: disruption budgets are obeyed, and another
   * pod of the same name is left alone.
   */
  readonly evict?: {
    /** Instead of the pod's own. 0 to 3600. */
    readonly gracePeriodSeconds?: number;
  };
  /** Ends one process: SIGTERM, then SIGKILL. */
  readonly endProcess?: {
    /** Between the two. 0 to 3600. Default 30. */
    readonly termGraceSeconds: number;
  };
  /** How long after the step its effect is measured. 1 to 3600. Default 60. */
  readonly verifyAfterSeconds: number;
  /**
   * With less than this freed, the step was Ineffective. Whole bytes, or a quantity such as 512Mi or
   * 1.5Gi. More than 0. Default 64Mi.
   */
  readonly minFreed: Quantity;
}

/**
 * How soon it is driven when there is a queue: Critical at once, High within 5, Normal within 30, Low
 * within 120 minutes of the others. Low is never starved.
 */
export type QueuePriority = 'Critical' | 'High' | 'Normal' | 'Low';

/** What to do about findings of some detectors. */
export interface PolicyAction {
  /** For findings of these detectors of this policy. 1 to 16 entries. */
  readonly detectors: readonly string[];
  /**
   * Steps from gentle to severe. The next one follows when the one before was ineffective, or the target
   * cannot take it. It ends with the first that freed enough. 1 to 6 entries.
   */
  readonly ladder: readonly LadderStep[];
  /** Evict and EndProcess end work that somebody may miss: they need true here. */
  readonly acknowledgeDisruption?: boolean;
  /** After a cleanup the target is left alone for this long. 0 to 604800. Default 1800. */
  readonly cooldownSeconds: number;
  /**
   * After so many cleanups in a row without effect the target is left alone until somebody looks. 1 to
   * 10. Default 2.
   */
  readonly maxIneffective: number;
  /**
   * How soon it is driven when there is a queue: Critical at once, High within 5, Normal within 30, Low
   * within 120 minutes of the others. Low is never starved. Default Normal.
   */
  readonly queuePriority: QueuePriority;
}

/** Opens at each time of the schedule for durationSeconds. */
export interface PolicyWindow {
  /**
   * Five fields as in crontab(5): minute, hour, day of month, month, day of week. At most 128
   * characters.
   */
  readonly schedule: string;
  /** How long it stays open. 60 to 604800. */
  readonly durationSeconds: number;
  /** Name of the IANA time zone that the schedule is written in. At most 64 characters. Default UTC. */
  readonly timeZone: string;
}

/** How much this policy may do. The installation's own limits hold as well. */
export interface PolicyLimits {
  /** Cleanups on one node at the same time. 1 to 100. Default 1. */
  readonly perNode: number;
  /** Cleanups in one namespace within an hour. 1 to 1000. Default 5. */
  readonly perNamespacePerHour: number;
  /** Cleanups within an hour. 1 to 10000. Default 20. */
  readonly perHour: number;
  /** Nodes with a cleanup at the same time. 1 to 5000. Default 10. */
  readonly maxNodes: number;
  /** The same as a share of all nodes; one node is always allowed. 1 to 100. Default 2. */
  readonly maxNodesPercent: number;
}

/** Whose wish to be left alone is honoured. */
export interface PolicyProtection {
  /**
   * Always: targets with the label memwarden.dev/protected or the annotation memwarden.dev/keep-until
   * are left alone, for at most maxKeepSeconds. Default Always.
   */
  readonly honorPodLabels: 'Always' | 'Never';
  /** The longest time that keep-until may ask for. 0 to 2592000. Default 86400. */
  readonly maxKeepSeconds: number;
}

/** What to watch, what to look for, and what may be done about it. */
export interface MemoryPolicySpec {
  /**
   * For each target and type of detector exactly one policy rules: the one with the lowest number, among
   * equals the first by name. 1 to 10000. Default 1000.
   */
  readonly matchingPrecedence: number;
  /**
   * Observe: findings only. DryRun: says what it would have done. Enforce: acts. The least of policy,
   * installation, namespace, node and agent holds. Default Observe.
   */
  readonly mode: PolicyMode;
  /** True: this policy finds and decides, and nothing is done. Default false. */
  readonly paused: boolean;
  /** Which targets it is for. All that is written must hold. */
  readonly match: PolicyMatch;
  /** What to look for. 1 to 16 entries. */
  readonly detectors: readonly Detector[];
  /**
   * What to do. For each finding the first entry that lists its detector; a detector in none of them is
   * only reported. At most 16 entries. Default: none.
   */
  readonly actions: readonly PolicyAction[];
  /** When acts may begin. None: at any time. At most 8 entries. Default: none. */
  readonly windows: readonly PolicyWindow[];
  /** How much this policy may do. The installation's own limits hold as well. */
  readonly limits: PolicyLimits;
  /** Whose wish to be left alone is honoured. */
  readonly protection: PolicyProtection;
}

/** What was observed, as Kubernetes conditions say it. */
export interface Condition {
  /** What is said, an adjective or participle. At most 316 characters. */
  readonly type: string;
  /** True, False, or Unknown when nobody can say. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** Why, as one word for programs. At most 128 characters. */
  readonly reason: string;
  /** Why, in words for people. At most 1024 characters. */
  readonly message: string;
  /** When status last changed. RFC 3339. */
  readonly lastTransitionTime: string;
  /** The generation of the object that this was said of. At least 0. */
  readonly observedGeneration?: number;
}

/** What became of it. Written by the controller. */
export interface MemoryPolicyStatus {
  /** The newest generation that was looked at. At least 0. */
  readonly observedGeneration?: number;
  /** Who knows it. */
  readonly agents?: {
    /** Agents that are connected. At least 0. */
    readonly desired: number;
    /** Agents that were sent what is in force now. At least 0. */
    readonly updated: number;
  };
  /** What it rules. */
  readonly rules?: {
    /** Targets that it rules: pods, on a machine without Kubernetes processes and cgroups. At least 0. */
    readonly pods: number;
    /** Targets that it matches and another policy rules. At least 0. */
    readonly shadowed: number;
    /** Those policies. At most 16 entries. Default: none. */
    readonly shadowedBy: readonly string[];
  };
  /** The last 24 hours. */
  readonly lastDay?: {
    /** Cleanups that DryRun would have done. At least 0. */
    readonly wouldAct: number;
    /** Cleanups that were done. At least 0. */
    readonly acted: number;
    /** What they freed, measured. In bytes. At least 0. */
    readonly freedBytes: number;
    /** Why the others were not. At most 64 entries. Default: none. */
    readonly refused: readonly {
      /** The reason. At most 63 characters. */
      readonly reason: string;
      /** How often. At least 0. */
      readonly count: number;
    }[];
  };
  /** What is wrong with the newest edit, where Accepted is False. The first 32. At most 32 entries. */
  readonly problems?: readonly {
    /** Where in the object; empty when it is the whole. At most 1024 characters. */
    readonly path: string;
    /** What is wrong and what to write instead. At most 1024 characters. */
    readonly message: string;
  }[];
  /**
   * Accepted: the spec is good and this version can do it (reasons Valid, Invalid, Unsupported,
   * Unreadable, Duplicate). InForce: an accepted generation rules, the newest or the last good one
   * (reasons LastGoodGeneration, NeverAccepted). Enforcing: it may act now (reasons ModeEnforce,
   * ModeDryRun, ModeObserve, PolicyPaused, ActsOff, NeverAccepted). Shadowed: another policy rules some
   * of its targets (reasons LowerPrecedenceRules, Rules). At most 8 entries.
   */
  readonly conditions?: readonly Condition[];
}

/** The policy, and the generation of it, that ruled. */
export interface PolicyRef {
  /** Name of the MemoryPolicy. At most 253 characters. */
  readonly name: string;
  /** Its uid: a policy removed and written again is another one. At most 63 characters. */
  readonly uid: string;
  /** Its generation. At least 0. */
  readonly generation: number;
}

/**
 * Whose memory: one incarnation. A process that was started again, or a cgroup that was made again, is
 * another target.
 */
export interface Target {
  /** The node. At most 253 characters. */
  readonly node: string;
  /**
   * The node's /proc/sys/kernel/random/boot_id: after a restart pids mean nothing. At most 64
   * characters.
   */
  readonly bootID: string;
  /** The memory that is held: host, or a GPU's UUID. At most 253 characters. */
  readonly device: string;
  /** The ledger's row: process:PID:START-TIME or cgroup:INODE:PATH. At most 4200 characters. */
  readonly holder: string;
  /** For a process. */
  readonly process?: {
    /** Its pid in the node's first namespace. 1 to 4194304. */
    readonly pid: number;
    /** Field 22 of /proc/PID/stat: pids are used again, start times are not. At least 0. */
    readonly startTimeTicks: number;
    /** Its comm, as the kernel has it. At most 64 characters. */
    readonly name: string;
  };
  /** For a cgroup. */
  readonly cgroup?: {
    /** From the root of the memory hierarchy. At most 4096 characters. */
    readonly path: string;
    /** Tells a cgroup that was made again from the one before. At least 1. */
    readonly inode: number;
  };
  /** The container, where it is known. */
  readonly container?: {
    /** As the runtime names it. At most 128 characters. */
    readonly id: string;
  };
  /** The pod, where it is known. */
  readonly pod?: {
    /** Its namespace. At most 63 characters. */
    readonly namespace: string;
    /** Its name. At most 253 characters. */
    readonly name: string;
    /** Its uid. At most 63 characters. */
    readonly uid: string;
  };
  /** What the pod belongs to: its controller's controller. */
  readonly workload?: {
    /** For example apps/v1. At most 317 characters. */
    readonly apiVersion: string;
    /** For example Deployment. At most 63 characters. */
    readonly kind: string;
    /** Its name. At most 253 characters. */
    readonly name: string;
  };
}

/** What was found, and by which policy. Never changes. */
export interface MemoryFindingSpec {
  /** The type of the detector. */
  readonly type: DetectorType;
  /** The kind within the type, for example NonReclaimable. At most 63 characters. */
  readonly class: string;
  /** The detector's name in the policy. At most 63 characters. */
  readonly detector: string;
  /** The policy, and the generation of it, that ruled. */
  readonly policyRef: PolicyRef;
  /**
   * Whose memory: one incarnation. A process that was started again, or a cgroup that was made again, is
   * another target.
   */
  readonly target: Target;
}

/** How good the number is. */
export type MemoryQuality = 'Measured' | 'Estimated' | 'UpperBound' | 'Inconsistent' | 'Unknown';

/** One observation. */
export interface Evidence {
  /** Its kind. At most 63 characters. */
  readonly type: string;
  /** When. RFC 3339. */
  readonly at: string;
  /** What was seen. At most 256 characters. */
  readonly message: string;
}

/** The newest decision that was no act: which rule decided, and why. */
export interface FindingDecision {
  /** What was decided. At most 63 characters. */
  readonly kind: string;
  /** Which rule. At most 63 characters. */
  readonly reason: string;
  /** In words. At most 1024 characters. */
  readonly message: string;
  /** When. RFC 3339. */
  readonly at: string;
}

/** How it stands. Written by the controller. */
export interface MemoryFindingStatus {
  /** When it was seen first. RFC 3339. */
  readonly firstSeen: string;
  /** When it was seen last. RFC 3339. */
  readonly lastSeen: string;
  /** What the target holds, as the detector counts it. In bytes; null when nobody knows. At least 0. */
  readonly bytes: number | null;
  /** How good the number is. */
  readonly quality: MemoryQuality;
  /** The limit of the target when the percentage was taken. In bytes. At least 0. */
  readonly limitBytes?: number;
  /** bytes as a share of limitBytes, or the share of time for PSI, in percent. At least 0. */
  readonly percent?: number;
  /** How fast it grows, with its interval of confidence. */
  readonly growth?: {
    /** The estimate. */
    readonly bytesPerHour: number;
    /** Lower end. */
    readonly low: number;
    /** Upper end. */
    readonly high: number;
  };
  /** When the limit will be reached if it goes on. RFC 3339. */
  readonly exhaustion?: string;
  /** What the finding rests on, newest last. At most 10 entries. Default: none. */
  readonly evidence: readonly Evidence[];
  /** The newest cleanup for it. */
  readonly cleanupRef?: {
    /** Name of the MemoryCleanup. At most 253 characters. */
    readonly name: string;
  };
  /** How many cleanups there were. At least 0. Default 0. */
  readonly cleanups: number;
  /** The newest decision that was no act: which rule decided, and why. */
  readonly decision?: FindingDecision;
  /**
   * Suspected: it was seen (reason AboveMark). Confirmed: it lasted as long as the detector says (reason
   * AboveMark). Closed: it is over (reasons Freed, Cleared, TargetGone, Superseded, Expired,
   * Inconsistent). At most 8 entries. Default: none.
   */
  readonly conditions: readonly Condition[];
}

/** What is to be done to one target. Only cancelled may change. */
export interface MemoryCleanupSpec {
  /**
   * Whose memory: one incarnation. A process that was started again, or a cgroup that was made again, is
   * another target.
   */
  readonly target: Target;
  /** The finding that it is for. */
  readonly findingRef?: {
    /** Name of the MemoryFinding. At most 253 characters. */
    readonly name: string;
  };
  /** The policy that decided. Absent: a person asked for it. */
  readonly policyRef?: PolicyRef;
  /** DryRun: says what would be done, and sends nothing. Enforce: acts. */
  readonly mode: 'DryRun' | 'Enforce';
  /**
   * The steps, copied from the policy when it was decided: an edit of the policy does not change them. 1
   * to 6 entries.
   */
  readonly ladder: readonly LadderStep[];
  /**
   * How soon it is driven when there is a queue: Critical at once, High within 5, Normal within 30, Low
   * within 120 minutes of the others. Low is never starved. Default Normal.
   */
  readonly queuePriority: QueuePriority;
  /** Not before this time. RFC 3339. */
  readonly notBefore?: string;
  /** No step begins after this time. RFC 3339. */
  readonly deadline: string;
  /** Why a person asked for it, in their words. At most 1024 characters. */
  readonly reason?: string;
  /** True: no further step begins. Never goes back. */
  readonly cancelled?: boolean;
}

/**
 * Pending: not begun. Issued: committed, and the order may have left. Executed: the agent did it.
 * Verified: its effect was measured. Refused: nothing was sent, for certain. Unknown: nobody can say,
 * and it is not tried again.
 */
export type StepState = 'Pending' | 'Issued' | 'Executed' | 'Verified' | 'Refused' | 'Unknown';

/** Freed: at least minFreed. Ineffective: less. Refused, Unknown: as state. */
export type StepOutcome = 'Freed' | 'Ineffective' | 'Refused' | 'Unknown';

/** What a target held at one time. */
export interface Measurement {
  /** What the target held. In bytes; null when nobody knows. At least 0. */
  readonly bytes: number | null;
  /** How good the number is. */
  readonly quality: MemoryQuality;
  /** When, by the node's clock. RFC 3339. */
  readonly takenAt: string;
}

/** How one step stands. */
export interface CleanupStep {
  /** Its place in the ladder, from 0. 0 to 5. */
  readonly index: number;
  /** Its type. */
  readonly type: StepType;
  /**
   * Pending: not begun. Issued: committed, and the order may have left. Executed: the agent did it.
   * Verified: its effect was measured. Refused: nothing was sent, for certain. Unknown: nobody can say,
   * and it is not tried again.
   */
  readonly state: StepState;
  /** UID.INDEX.ATTEMPT: the same order has the same id for ever. At most 128 characters. */
  readonly orderID?: string;
  /** How often it was issued. 0 to 1000. */
  readonly attempt?: number;
  /** The agent's journal when it was issued. At most 64 characters. */
  readonly journalID?: string;
  /** Freed: at least minFreed. Ineffective: less. Refused, Unknown: as state. */
  readonly outcome?: StepOutcome;
  /** Why, as one word. At most 63 characters. */
  readonly reason?: string;
  /** Why, in words. At most 1024 characters. */
  readonly message?: string;
  /** Committed before the order left. RFC 3339. */
  readonly issuedAt?: string;
  /** When it was done, by the node's clock. RFC 3339. */
  readonly executedAt?: string;
  /** What the target held before. */
  readonly before?: Measurement;
  /** What it held verifyAfterSeconds after. */
  readonly after?: Measurement;
}

/** What was done and what it freed. Written by the controller. */
export interface MemoryCleanupStatus {
  /** One entry for each step of the ladder. At most 6 entries. Default: none. */
  readonly steps: readonly CleanupStep[];
  /** What all steps freed, measured: before less after. In bytes. At least 0. Default 0. */
  readonly freedBytes: number;
  /**
   * Who asked: policy/NAME, or the person as the server knows them; never taken from the spec. At most
   * 256 characters. Default "".
   */
  readonly requestedBy: string;
  /**
   * Completed: reason Freed, Ineffective, Refused, Unknown, DryRun, Cancelled, Expired or TargetGone. At
   * most 8 entries. Default: none.
   */
  readonly conditions: readonly Condition[];
}

/** The agent that reports, or reported last. */
export interface NodeMemoryAgent {
  /** Its version. At most 63 characters. */
  readonly version: string;
  /** The protocol that it and the controller speak. 0 to 1000000. */
  readonly protocol: number;
  /** What the agent itself takes. In bytes; null when nobody knows. At least 0. */
  readonly rssBytes?: number | null;
  /** What it can do. What is not here is never asked of it. At most 32 entries. */
  readonly capabilities: readonly string[];
}

/** One row of the ledger. */
export interface NodeMemoryHolder {
  /** The row, as kubectl memwarden ledger has it. At most 4200 characters. */
  readonly id: string;
  /** What it is. */
  readonly kind: 'cgroup' | 'process' | 'pod' | 'bucket';
  /** As the kernel has it; its first characters where it is longer. At most 253 characters. */
  readonly name: string;
  /** Of the pod, where it is known. At most 63 characters. */
  readonly namespace?: string;
  /** Where it is known. At most 253 characters. */
  readonly pod?: string;
  /** Its name, where it is known. At most 253 characters. */
  readonly container?: string;
  /** What the pod belongs to, for example Deployment/web, where it is known. At most 317 characters. */
  readonly workload?: string;
  /** What it has. In bytes. At least 0. */
  readonly bytes: number;
  /** How good the number is. */
  readonly quality: MemoryQuality;
}

/** One device. */
export interface NodeMemoryDevice {
  /** Stable: host, or a GPU's UUID. At most 253 characters. */
  readonly id: string;
  /** Host is the memory of the node itself. */
  readonly type: 'Host' | 'GPU';
  /**
   * The device that this one is a part of, for example the GPU of a MIG instance. At most 253
   * characters.
   */
  readonly parent?: string;
  /** How a GPU is shared. Absent for Host. */
  readonly sharing?: 'Exclusive' | 'MIG' | 'TimeSliced' | 'MPS';
  /** What it is called. At most 253 characters. */
  readonly model?: string;
  /** What the device has. In bytes; null when nobody knows. At least 0. */
  readonly totalBytes: number | null;
  /**
   * What is in use: heldBytes + reservedBytes + unattributedBytes, exactly. In bytes; null when nobody
   * knows. At least 0.
   */
  readonly usedBytes: number | null;
  /** What nobody can be given: kernel, firmware, driver. In bytes; null when nobody knows. At least 0. */
  readonly reservedBytes: number | null;
  /** What known holders have. In bytes; null when nobody knows. At least 0. */
  readonly heldBytes: number | null;
  /**
   * What is in use by nobody that is known. Signed: two readings of one moment differ a little. In
   * bytes; null when nobody knows.
   */
  readonly unattributedBytes: number | null;
  /** How good the numbers are. */
  readonly quality: MemoryQuality;
  /** How many holders there are that nothing can be said of. At least 0. Default 0. */
  readonly unknownHolders: number;
  /** What the holders of each class have. Adds up to heldBytes. At most 16 entries. Default: none. */
  readonly byClass: readonly {
    /** A class of the ledger, for example Running. At most 63 characters. */
    readonly class: string;
    /** What its holders have. In bytes. At least 0. */
    readonly bytes: number;
  }[];
  /** The largest holders, the largest first. At most 5 entries. Default: none. */
  readonly topHolders: readonly NodeMemoryHolder[];
  /**
   * Dirty: memory of somebody who is gone is still held on it (reasons OrphansFound, Clean). Lost: it
   * was there and does not answer (reasons NoAnswer, Answers). Unmanaged: it belongs to something that
   * nobody can see into, such as a virtual machine (reasons Passthrough, Managed). At most 4 entries.
   * Default: none.
   */
  readonly conditions: readonly Condition[];
}

/** What was seen on the node. Written by the controller. */
export interface NodeMemoryStatus {
  /** When the numbers were read, by the node's clock. RFC 3339. */
  readonly observedAt: string;
  /**
   * The node's /proc/sys/kernel/random/boot_id: after a restart pids mean nothing. At most 64
   * characters.
   */
  readonly bootID: string;
  /** The agent that reports, or reported last. */
  readonly agent?: NodeMemoryAgent;
  /** What may be done on this node at most: the least of installation, node and agent. */
  readonly effectiveMode?: 'Observe' | 'DryRun' | 'Enforce';
  /** The node's own memory, and its GPUs. At most 64 entries. Default: none. */
  readonly devices: readonly NodeMemoryDevice[];
  /**
   * AgentReady: it reports (reasons Reporting, Silent, NeverSeen, NodeGone). AgentOutdated: the
   * controller knows more than it (reasons OldProtocol, MissingCapabilities, UpToDate). SensorStalled: a
   * reading of it hangs or fails (reasons Stalled, Reading). LedgerConsistent: the rows add up to what
   * is in use (reasons AddsUp, DoesNotAddUp, NothingRead). At most 8 entries. Default: none.
   */
  readonly conditions: readonly Condition[];
}

/**
 * Says for some targets what to look for in their memory, and what may be done about it. Fields of two
 * policies are never merged: exactly one rules a target.
 */
export interface MemoryPolicy {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: 'MemoryPolicy';
  readonly metadata: ObjectMeta;
  readonly spec: MemoryPolicySpec;
  readonly status?: MemoryPolicyStatus;
}

/**
 * Something that a detector of a policy found at one target, with evidence. Only the controller writes
 * it.
 */
export interface MemoryFinding {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: 'MemoryFinding';
  readonly metadata: ObjectMeta;
  readonly spec: MemoryFindingSpec;
  readonly status: MemoryFindingStatus;
}

/** One attempt to get memory of one target back: what is done, and what it freed by measurement. */
export interface MemoryCleanup {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: 'MemoryCleanup';
  readonly metadata: ObjectMeta;
  readonly spec: MemoryCleanupSpec;
  readonly status: MemoryCleanupStatus;
}

/**
 * The memory of one node, of the same name: a summary of its ledger, written at most every 30 seconds.
 * It is owned by the Node and goes with it. Nobody asks for anything here, so there is no spec.
 */
export interface NodeMemory {
  readonly apiVersion: 'memwarden.dev/v1alpha1';
  readonly kind: 'NodeMemory';
  readonly metadata: ObjectMeta;
  readonly status?: NodeMemoryStatus;
}
