/*
 * What is remembered of one node between two samples: its targets above a mark and its open findings, by holder.
 * Immutable, and bounded by MAX_TRACKED. All of it but the count that runs can be had again from the objects.
 */
import { isConditionTrue } from '#api';
import type { FindingIdentity, StoredFinding } from './finding-change.js';
import type { Tracked } from './pressure.js';

/** Targets of one node above a mark or with an open finding: as many as findings are kept. */
export const MAX_TRACKED = 10_000;

/** Opaque: `memoryFrom` makes it, `evaluateNode` takes and gives it. */
export interface NodeMemory {
  /** How many targets are above a mark or have an open finding. */
  readonly size: number;
  /** Of the last ledger: the same one again changes nothing. Null: none yet. */
  readonly last: { readonly bootId: string; readonly takenAtMs: number } | null;
  readonly byHolder: ReadonlyMap<string, readonly Tracked[]>;
}

/**
 * The memory of one node after a restart, from its open findings; closed ones and other nodes' are left out. A count
 * that ran is not known: it starts with the next sample, so what was suspected is confirmed later, never earlier.
 */
export function memoryFrom(node: string, findings: readonly StoredFinding[]): NodeMemory {
  const byHolder = new Map<string, Tracked[]>();
  let size = 0;
  for (const finding of findings) {
    const tracked = finding.spec.target.node === node && size < MAX_TRACKED ? trackedOf(finding) : null;
    if (tracked === null) continue;
    size += 1;
    remember(byHolder, tracked);
  }
  return { size, last: null, byHolder };
}

export function remember(byHolder: Map<string, Tracked[]>, tracked: Tracked): void {
  const { holder } = tracked.finding.target;
  const known = byHolder.get(holder);
  if (known === undefined) byHolder.set(holder, [tracked]);
  else known.push(tracked);
}

function trackedOf({ metadata, spec, status }: StoredFinding): Tracked | null {
  const { type } = spec;
  const findingClass = signalOf(spec.class);
  const isOpen = !isConditionTrue(status.conditions, 'Closed');
  if (type !== 'Pressure' || findingClass === null || !isOpen) return null;
  const { detector, policyRef, target } = spec;
  const finding: FindingIdentity = {
    name: metadata.name,
    type,
    class: findingClass,
    detector,
    policyRef,
    target,
  };
  const lastMs = Date.parse(status.lastSeen);
  return {
    finding,
    state: isConditionTrue(status.conditions, 'Confirmed') ? 'Confirmed' : 'Suspected',
    aboveSinceMs: null,
    firstSeenMs: Date.parse(status.firstSeen),
    lastMs,
    written: { bytes: status.bytes ?? 0, atMs: lastMs },
    missing: 0,
  };
}

function signalOf(findingClass: string): FindingIdentity['class'] | null {
  return findingClass === 'NonReclaimable' || findingClass === 'PSI' ? findingClass : null;
}
