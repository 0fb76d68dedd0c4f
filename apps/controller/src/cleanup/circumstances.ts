/*
 * Everything around a finding or a cleanup that a decision or a move depends on, read at that moment.
 */
import { opensAt, overlaps, ownerOf, standing, type Limits } from '#policy';
import type { MemoryCleanup, MemoryFinding, Place, Target } from '#api';
import type { Clock } from '#contracts/clock';
import type { CleanupQueue } from '#contracts/cleanup';
import type { NodeLedger } from '#contracts/ledger';
import { leastMode } from '#contracts/mode';
import type { OrderChannel } from '#contracts/order';
import { keyBeside, keyOf, type ObjectStore } from '#contracts/store';
import type { Acting } from '../acts/acting.js';
import { agentLevel, heldBackBy } from '../acts/mode-levels.js';
import { NO_CLUSTER, type ClusterFacts } from '../cluster/cluster-facts.js';
import { isClosed } from '../findings/apply-change.js';
import type { PolicyKeeper } from '../policies/policy-keeper.js';
import type { SurroundingFacts } from './cleanup-driver.js';
import type { Surroundings } from './decider.js';

interface Around {
  readonly acting: Acting;
  readonly policies: PolicyKeeper;
  readonly findings: ObjectStore<MemoryFinding>;
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly clock: Clock;
  readonly queue: CleanupQueue;
  readonly orders: Pick<OrderChannel, 'ready'>;
  readonly nodes: { readonly known: number };
  readonly limits: Limits;
  /** Absent: there is none. */
  readonly cluster?: ClusterFacts;
}

export function surroundingsOf(
  { acting, cleanups, nodes, limits, cluster = NO_CLUSTER }: Around,
  target: Pick<Target, 'node' | 'pod'>,
  isFull: boolean,
): Surroundings {
  return {
    // The breaker has a rule of its own.
    levels: [
      ...acting.levels().filter(({ level }) => level !== 'breaker'),
      ...cluster.levels(target),
      agentLevel(acting.veto(target.node)),
    ],
    owner: ownerOf(target, cluster.owners(target.node)),
    breaker: acting.breaker,
    cleanups: cleanups.list(),
    nodes: nodes.known,
    queueIsFull: isFull,
    place: placeIn(cluster),
    installation: limits,
  };
}

export function factsAbout(
  cleanup: MemoryCleanup,
  around: Around & {
    readonly ledger: (node: string) => NodeLedger | null;
    readonly openOf: (node: string) => readonly MemoryCleanup[];
  },
): SurroundingFacts {
  const { acting, policies, findings, clock, cluster = NO_CLUSTER } = around;
  const { target, policyRef, findingRef } = cleanup.spec;
  const nowMs = clock.nowMs();
  const policy = policyRef === undefined ? null : policies.inForce(policyRef.name);
  const heldBack = heldBackBy(acting.levels());
  const lasting = [
    ...acting.levels().filter(({ level }) => level === 'installation'),
    ...cluster.levels(target),
  ];
  return {
    nowMs,
    off: heldBack === null ? null : { reason: heldBack.reason },
    forbidden: standing({
      cleanup,
      policy,
      mode: leastMode(lasting.map(({ mode }) => mode)),
      owner: ownerOf(target, cluster.owners(target.node)),
      nowMs,
    }),
    isWanted: isWanted(
      findingRef === undefined ? null : findings.get(keyBeside(cleanup, findingRef)),
      cleanup,
    ),
    opensAtMs: policy === null ? nowMs : opensAt(policy.spec.windows, nowMs),
    veto: acting.veto(target.node),
    place: placeIn(cluster),
    isReady: around.orders.ready(target.node),
    underWay: underWay(cleanup, around.openOf(target.node)),
    ledger: around.ledger(target.node),
  };
}

function placeIn(cluster: ClusterFacts): Place {
  return cluster === NO_CLUSTER ? 'Machine' : 'Cluster';
}

/** By hand there is no finding to be over. */
function isWanted(finding: MemoryFinding | null, { spec }: MemoryCleanup): boolean {
  return spec.findingRef === undefined || (finding !== null && !isClosed(finding));
}

function underWay({ metadata, spec }: MemoryCleanup, open: readonly MemoryCleanup[]): string | null {
  const other = open.find(
    (each) =>
      keyOf(each.metadata) !== keyOf(metadata) &&
      each.status.steps.some(({ state }) => state === 'Issued' || state === 'Executed') &&
      overlaps(each.spec.target, spec.target),
  );
  return other === undefined ? null : keyOf(other.metadata);
}
