/*
 * The audit trail: who decided or did what, why, with bytes before and after. Append-only.
 */
export type AuditWhat =
  | 'FindingOpened'
  | 'FindingConfirmed'
  | 'FindingClosed'
  | 'Decided'
  | 'WouldAct'
  | 'OrderIssued'
  | 'OrderAnswered'
  | 'StepVerified'
  | 'CleanupCreated'
  | 'CleanupClosed'
  | 'CleanupCancelled'
  | 'PolicyAccepted'
  | 'PolicyRejected'
  | 'PolicyRemoved'
  | 'Paused'
  | 'Resumed'
  | 'BreakerOpened'
  | 'BreakerReset';

export interface AuditEntry {
  /** The same for the same transition: written twice, it is one entry. */
  readonly id: string;
  readonly atMs: number;
  /** 'controller', 'policy/NAME', 'agent/NODE', or the person. */
  readonly who: string;
  readonly what: AuditWhat;
  readonly node: string | null;
  /** Names of objects: finding, cleanup or policy. */
  readonly subject: string;
  /** Target in words: comm, pid, cgroup. As the kernel has it: escape before printing. */
  readonly target: string | null;
  readonly reason: string;
  readonly message: string;
  readonly beforeBytes: number | null;
  readonly afterBytes: number | null;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** Ask for older ones with it; null: these were the oldest. */
  readonly continue: string | null;
}

/** Port. Bounded by rotation; an entry whose id stands in the newest segment is not written again. */
export interface AuditTrail {
  /** Resolves when it is on disk. @throws {StoreUnavailable} */
  record(entry: AuditEntry): Promise<void>;
  read(query: { readonly limit: number; readonly continue?: string }): Promise<AuditPage>;
}
