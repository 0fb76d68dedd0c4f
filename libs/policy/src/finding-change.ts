/*
 * What one sample of a node makes of its findings: changes, each with everything that is written into the object.
 * Pure data: whoever commits them decides nothing.
 */
import type { Evidence, MemoryFinding, PolicyRef, Target } from '#api';

/** Which finding: the same identity has the same name for ever, so creating it twice is one object. */
export interface FindingIdentity {
  readonly name: string;
  readonly type: 'Pressure';
  /** What is measured: the detector's signal. */
  readonly class: 'NonReclaimable' | 'PSI';
  /** The detector's name within its policy. */
  readonly detector: string;
  readonly policyRef: PolicyRef;
  readonly target: Target;
}

export type FindingQuality = 'Measured' | 'Estimated';

/** The numbers that a sample says of a target. */
export interface Observation {
  /** The node's clock. */
  readonly takenAtMs: number;
  /** Non-reclaimable bytes of the target, for PSI too. */
  readonly bytes: number;
  readonly quality: FindingQuality;
  /** What `percent` is a share of. Absent for PSI. */
  readonly limitBytes?: number;
  /** Of the limit; for PSI the node's someAvg10. */
  readonly percent: number;
}

export type FindingChange =
  /** Above the mark in two samples: create the object, or open it again when it is there and closed. */
  | {
      readonly kind: 'Suspect';
      readonly finding: FindingIdentity;
      readonly observation: Observation;
      /** The node's clock, of the first sample above. */
      readonly firstSeenMs: number;
      readonly evidence: readonly Evidence[];
    }
  /** Above the mark without a break for forSeconds of the node's clock. */
  | {
      readonly kind: 'Confirm';
      readonly finding: FindingIdentity;
      readonly observation: Observation;
      readonly evidence: readonly Evidence[];
    }
  /** More than 5 % of the bytes, or 60 s, since it was last written: bytes, quality, limit, percent, lastSeen. */
  | { readonly kind: 'Seen'; readonly finding: FindingIdentity; readonly observation: Observation }
  /** Below the clear mark. Never confirmed: delete the object. Else close it: Freed when a cleanup freed bytes, else Cleared. */
  | {
      readonly kind: 'Clear';
      readonly finding: FindingIdentity;
      readonly wasConfirmed: boolean;
      readonly observation: Observation;
      readonly evidence: readonly Evidence[];
    }
  /** The holder ended, or the node booted anew. */
  | {
      readonly kind: 'Gone';
      readonly finding: FindingIdentity;
      readonly wasConfirmed: boolean;
      readonly takenAtMs: number;
      readonly message: string;
    }
  /** Another policy, another generation of it, or nobody rules the target now. */
  | {
      readonly kind: 'Supersede';
      readonly finding: FindingIdentity;
      readonly wasConfirmed: boolean;
      readonly takenAtMs: number;
      readonly message: string;
    };

/** What a policy rules on one node, to be summed up over the nodes for its status. */
export interface RuledTargets {
  readonly policy: string;
  readonly rules: number;
  readonly shadowed: number;
  /** Names of the policies that rule what this one matches as well; in byte order, at most 16. */
  readonly shadowedBy: readonly string[];
}

/** A finding as its object says it, as far as a restart needs it. */
export type StoredFinding = Pick<MemoryFinding, 'metadata' | 'spec' | 'status'>;
