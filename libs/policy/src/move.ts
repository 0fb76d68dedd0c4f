/*
 * The words of what is to be done next about one cleanup. Every move that changes the object carries the whole object
 * as it is to be committed: commit `next` first, then do the rest of the move.
 */
import type { MemoryCleanup, Place, Target } from '#api';
import type { NodeLedger } from '#contracts/ledger';
import type { AgentVeto, Order, OrderAnswer, RefusalReason } from '#contracts/order';

export type CompletedReason =
  'Freed' | 'Ineffective' | 'Refused' | 'Unknown' | 'DryRun' | 'Cancelled' | 'Expired' | 'TargetGone';

/** Why a cleanup does nothing now. */
export type WaitReason =
  | 'NotBefore'
  | 'OutsideWindow'
  | 'ActsOff'
  | 'NotConnected'
  | 'NotMeasured'
  | 'UnderWay'
  | 'BackOff'
  | 'Answer'
  | 'Verify';

export interface CleanupFacts {
  /** The controller's clock. */
  readonly nowMs: number;
  /** Null: acts are on. */
  readonly off: { readonly reason: string } | null;
  /** Why no further order of this cleanup may be sent for good (`standing` says): not yet issued steps are refused. */
  readonly forbidden: { readonly reason: RefusalReason; readonly message: string } | null;
  /** False: the pressure that it was made for is over. By hand: true. */
  readonly isWanted: boolean;
  /** The first wall time at which the policy's windows let it act (`opensAt`); now or earlier: it may. */
  readonly opensAtMs: number;
  /** Null: the node is not connected. */
  readonly veto: AgentVeto | null;
  /** Another cleanup of this target, or of one that overlaps it, whose act is not measured yet; null: none. */
  readonly underWay: string | null;
  /** False: an order would not leave now, because the node's session is still being set up or its stream is full. */
  readonly isReady: boolean;
  /** The newest of the node, null: none yet. */
  readonly ledger: NodeLedger | null;
  /** The oldest answer for an order of this cleanup that was not acknowledged. */
  readonly answer: OrderAnswer | null;
  /** The order that was sent in the node's present session, null: none. In memory only. */
  readonly sentOrderId: string | null;
  /** Absent: a machine without a cluster. */
  readonly place?: Place;
}

export type OutgoingOrder = Omit<Order, 'epoch'>;

/** Done by the controller itself, at the API server. */
export type ClusterAct =
  | { readonly type: 'Evict'; readonly gracePeriodSeconds?: number }
  | { readonly type: 'Taint'; readonly effect: 'NoSchedule' | 'PreferNoSchedule' };

export interface ClusterOrder {
  readonly id: string;
  readonly target: Target;
  readonly act: ClusterAct;
  /** False: it may have been done before. */
  readonly isFirstDelivery: boolean;
}

export type Move =
  /** Commit `next`, then send `order`. */
  | {
      readonly kind: 'Issue';
      readonly next: MemoryCleanup;
      readonly order: OutgoingOrder | ClusterOrder;
      readonly message: string;
    }
  /** It is committed already and may have been delivered: send it again. Nothing to commit. */
  | { readonly kind: 'SendAgain'; readonly order: OutgoingOrder | ClusterOrder }
  /** Commit `next`, then acknowledge. */
  | {
      readonly kind: 'CommitAnswer';
      readonly next: MemoryCleanup;
      readonly step: number;
      readonly acknowledge: string;
      readonly message: string;
    }
  /** An answer that was committed before: only acknowledge it. */
  | { readonly kind: 'Acknowledge'; readonly orderId: string }
  /** Issued, and nobody will say any more what became of it: commit `next`. */
  | { readonly kind: 'GiveUp'; readonly next: MemoryCleanup; readonly step: number; readonly message: string }
  /** A step that was never issued is refused: commit `next`. */
  | {
      readonly kind: 'RefuseStep';
      readonly next: MemoryCleanup;
      readonly step: number;
      readonly message: string;
    }
  /** Measured after the act, or it never will be: commit `next`. */
  | {
      readonly kind: 'Verify';
      readonly next: MemoryCleanup;
      readonly step: number;
      readonly outcome: 'Freed' | 'Ineffective' | 'Unknown';
      readonly beforeBytes: number | null;
      readonly afterBytes: number | null;
      readonly message: string;
    }
  /** Commit `next`: condition Completed. */
  | {
      readonly kind: 'Close';
      readonly next: MemoryCleanup;
      readonly reason: CompletedReason;
      readonly message: string;
    }
  /** Nothing until then, or until news (answer, ledger, connection, cancellation). Never after the deadline. */
  | { readonly kind: 'Wait'; readonly reason: WaitReason; readonly untilMs: number; readonly message: string }
  /** It is closed. */
  | { readonly kind: 'Done' };
