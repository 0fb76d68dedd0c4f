/*
 * A cleanup that a person asks for: the same rules of protection, pause and allow list, the same driver, the same audit.
 */
import {
  decideByHand,
  draftByHand,
  placeOf,
  podOfRow,
  targetOf,
  type ByHandInput,
  type OwnerFacts,
} from '#policy';
import { API_VERSION, rfc3339 } from '#api';
import type { LadderStep, MemoryCleanup, Target, Validated } from '#api';
import type { Clock } from '#contracts/clock';
import type { Holder, NodeLedger } from '#contracts/ledger';
import { Conflict, type ObjectStore, type Problem } from '#contracts/store';
import { NotFound } from '#contracts/errors';
import type { StoreWatch } from '../acts/store-watch.js';
import { NO_CLUSTER, type ClusterFacts } from '../cluster/cluster-facts.js';
import { DECISIONS, type Surroundings } from './decider.js';
import { isCompleted } from './cleanup-index.js';
import type { OneAtATime } from './one-at-a-time.js';

export interface ByHandRequest {
  readonly node: string;
  readonly holder: string;
  /** As it was sent: not checked yet. */
  readonly ladder: readonly unknown[];
  readonly reason: string | null;
  readonly by: string;
}

export type ByHandResult =
  | { readonly kind: 'Created'; readonly cleanup: MemoryCleanup }
  | { readonly kind: 'Refused'; readonly problems: readonly Problem[] };

/** What others ask of it. */
export type AsksByHand = Pick<ByHand, 'create' | 'cancel' | 'namespaceOf'>;

export interface ByHandOptions {
  readonly cleanups: ObjectStore<MemoryCleanup>;
  readonly store: StoreWatch;
  readonly clock: Clock;
  /** Of a node's last report; null: not known. */
  readonly ledger: (node: string) => NodeLedger | null;
  readonly surroundings: (target: Target) => Surroundings & Pick<ByHandInput, 'levels'>;
  /** What a person writes is checked as the custom resource demands, and its defaults are filled in. */
  readonly check: (cleanup: unknown) => Validated<MemoryCleanup>;
  readonly alone: OneAtATime;
  /** Absent: there is none. */
  readonly cluster?: ClusterFacts;
  /** Of the installation; null or absent where there are none. */
  readonly namespace?: string | null;
  readonly created: (cleanup: MemoryCleanup) => void;
  /** Its spec changed: the next look sees it. */
  readonly changed: (name: string) => void;
}

/** Asked in each way that the process may have opted in to: who has not is refused, and nothing was sent. */
export const ASK_IN_EACH_WAY: readonly LadderStep[] = [
  { type: 'Notify', notify: { transport: 'PodHTTP' }, verifyAfterSeconds: 30, minFreed: 1 },
  { type: 'Notify', notify: { transport: 'Signal', signal: 'SIGUSR2' }, verifyAfterSeconds: 30, minFreed: 1 },
];

export class ByHand {
  constructor(private readonly options: ByHandOptions) {}

  /** Where a cleanup of this would be; null: there are no namespaces, or nobody knows the target. */
  namespaceOf({ node, holder }: Pick<ByHandRequest, 'node' | 'holder'>): string | null {
    const found = this.#find({ node, holder });
    if ('problems' in found) return this.options.namespace ?? null;
    return placeOf('', found.target, this.options.namespace ?? null).namespace ?? null;
  }

  /** @throws {StoreUnavailable | TooManyObjects} */
  create(request: ByHandRequest): Promise<ByHandResult> {
    return this.options.alone.run(DECISIONS, () => this.#create(request));
  }

  async #create(request: ByHandRequest): Promise<ByHandResult> {
    const { clock, surroundings } = this.options;
    const { reason, by } = request;
    const found = this.#find(request);
    if ('problems' in found) return { kind: 'Refused', problems: found.problems };
    const { target } = found;
    const nowMs = clock.nowMs();
    const checked = this.options.check(asWritten(request, target, nowMs));
    if (!checked.ok) return { kind: 'Refused', problems: checked.problems.map(asAsked) };
    const { ladder } = checked.object.spec;
    const decision = decideByHand({ target, ladder, nowMs, ...surroundings(target) });
    if (decision.kind !== 'Act' && decision.kind !== 'WouldAct')
      return refusal('', `${decision.message} (${decision.reason})`);
    const mode = decision.kind === 'Act' ? 'Enforce' : 'DryRun';
    // The reason of a cleanup is the person's own words, never the rule's.
    const { reason: _rule, ...plan } = decision;
    const installation = this.options.namespace ?? null;
    const draft = draftByHand({
      ...plan,
      mode,
      target,
      by,
      nowMs,
      installation,
      ...(reason === null ? {} : { reason }),
    });
    return this.#keep(draft);
  }

  #find({ node, holder }: Pick<ByHandRequest, 'node' | 'holder'>): FoundTarget {
    const { ledger, cluster = NO_CLUSTER } = this.options;
    return targetIn(ledger(node), holder, cluster.owners(node));
  }

  /** In DryRun nothing is under way: two within a millisecond would have one name. */
  async #keep(draft: MemoryCleanup): Promise<ByHandResult> {
    const { cleanups, store, created } = this.options;
    const { kind, object } = await store.write(() => cleanups.create(draft));
    if (kind === 'AlreadyExists')
      return refusal('', 'The same was asked a moment ago; GET /api/v1/cleanups lists it. (UnderWay)');
    if (!isCompleted(object)) created(object);
    return { kind: 'Created', cleanup: object };
  }

  /** Completed already: nothing changes. @throws {NotFound | StoreUnavailable} */
  async cancel(name: string): Promise<MemoryCleanup> {
    const { cleanups, store, changed } = this.options;
    for (;;) {
      const cleanup = cleanups.get(name);
      if (cleanup === null)
        throw new NotFound('No such cleanup; GET /api/v1/cleanups?state=all lists those that are kept.');
      if (isCompleted(cleanup) || cleanup.spec.cancelled === true) return cleanup;
      try {
        const cancelled = { ...cleanup, spec: { ...cleanup.spec, cancelled: true } };
        const committed = await store.write(() => cleanups.update(cancelled));
        changed(name);
        return committed;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }
}

/** As an object, so that what a step may be is said in one place. */
function asWritten({ ladder, reason, by }: ByHandRequest, target: Target, nowMs: number): unknown {
  return {
    apiVersion: API_VERSION,
    kind: 'MemoryCleanup',
    metadata: { name: 'by-hand' },
    spec: {
      target,
      mode: 'Enforce',
      ladder,
      queuePriority: 'High',
      deadline: rfc3339(nowMs),
      ...(reason === null ? {} : { reason }),
    },
    status: { steps: [], freedBytes: 0, requestedBy: by, conditions: [] },
  };
}

/** `spec.ladder[0].type` of the object is `ladder[0].type` of what was sent. */
function asAsked({ path, message }: Problem): Problem {
  return { path: path.replace(/^spec\./, ''), message };
}

type FoundTarget = { readonly target: Target } | { readonly problems: readonly Problem[] };

function targetIn(ledger: NodeLedger | null, holder: string, owners: OwnerFacts): FoundTarget {
  if (ledger === null)
    return refusal('target.node', 'This node is not known; GET /api/v1/nodes lists the nodes.');
  for (const device of ledger.devices) {
    const row = device.holders.find(({ id }) => id === holder);
    if (row !== undefined) return targetOfRow(row, { ledger, device: device.id, owners });
  }
  return refusal(
    'target.holder',
    'This node’s ledger has no such row now: the process may have ended. GET /api/v1/nodes/NODE/ledger lists the rows.',
  );
}

function targetOfRow(
  row: Holder,
  { ledger, device, owners }: { ledger: NodeLedger; device: string; owners: OwnerFacts },
): FoundTarget {
  const pod = podOfRow(row, owners);
  if (pod.kind === 'Unknown' && pod.names === null)
    return refusal(
      'target.holder',
      'Its pod is not known here yet, so whose it is nobody can say; try again soon.',
    );
  const target = targetOf(row, ledger, owners);
  if (target === null)
    return refusal('target.holder', 'Only a process or a cgroup can be asked; this row is neither.');
  return { target: { ...target, device } };
}

function refusal(
  path: string,
  message: string,
): { readonly kind: 'Refused'; readonly problems: readonly Problem[] } {
  return { kind: 'Refused', problems: [{ path, message }] };
}
