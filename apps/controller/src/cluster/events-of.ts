/*
 * What `kubectl describe` shows of findings and cleanups, of their pods and nodes: from what is audited, so both say the
 * same. Pure.
 */
import { API_VERSION, type MemoryCleanup, type MemoryFinding, type Target } from '#api';
import type { AuditEntry, AuditWhat } from '#contracts/audit';

interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

export interface ClusterEvent {
  readonly regarding: Subject;
  readonly related?: Subject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** What nobody waits for is not said: it would only be noise beside the others. */
const ACTIONS: Readonly<Partial<Record<AuditWhat, string>>> = {
  FindingConfirmed: 'Confirmed',
  FindingClosed: 'Closed',
  WouldAct: 'WouldAct',
  CleanupCreated: 'Created',
  OrderAnswered: 'Answered',
  CleanupClosed: 'Completed',
};
const WARNINGS: ReadonlySet<string> = new Set([
  'Refused',
  'Unknown',
  'Ineffective',
  'Expired',
  'Inconsistent',
]);

export function eventOf(object: MemoryFinding | MemoryCleanup, entry: AuditEntry): ClusterEvent | null {
  const action = ACTIONS[entry.what];
  if (action === undefined) return null;
  const isWarning = entry.what === 'FindingConfirmed' || WARNINGS.has(entry.reason);
  return {
    regarding: subjectOf(object),
    related: ownerOf(object.spec.target),
    type: isWarning ? 'Warning' : 'Normal',
    reason: inCamelCase(entry.reason),
    action,
    note: `${entry.target ?? ''}: ${entry.message}`,
  };
}

function subjectOf({ kind, metadata }: MemoryFinding | MemoryCleanup): Subject {
  const { namespace, name, uid } = metadata;
  return {
    ...{ apiVersion: API_VERSION, kind, name },
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
  };
}

function ownerOf({ pod, node }: Target): Subject {
  return pod === undefined
    ? { apiVersion: 'v1', kind: 'Node', name: node }
    : { apiVersion: 'v1', kind: 'Pod', ...pod };
}

function inCamelCase(reason: string): string {
  return /^[A-Z][A-Za-z]{0,127}$/.test(reason) ? reason : 'Changed';
}
