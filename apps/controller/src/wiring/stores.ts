/*
 * What outlives the controller, whatever it is kept in.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import type { ComponentHealth } from '#contracts/agent';
import type { AuditTrail } from '#contracts/audit';
import type { Pause } from '#contracts/mode';
import type { ObjectStore, PolicySource, StoredValue } from '#contracts/store';
import type { KeptBreaker } from '../acts/acting.js';

/** All of them, opened together: a start waits for the slowest and not for their sum. */
export interface Stores {
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly pause: StoredValue<Pause>;
  readonly breaker: StoredValue<KeptBreaker>;
  readonly audit: AuditTrail;
  readonly policies: PolicySource<MemoryPolicy>;
  /** To be said in /readyz and to be ended with the controller. */
  /** When everything is known that was committed before this was asked. @throws {MemwardenError} */
  readonly catchUp: () => Promise<void>;
  /** Null: a policy's status is only shown. */
  readonly writePolicyStatus: ((name: string, status: object) => void) | null;
  readonly parts: readonly (AsyncDisposable & { health(): ComponentHealth })[];
}
