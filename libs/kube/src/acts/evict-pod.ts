/*
 * One pod asked to leave, through the Eviction API: PodDisruptionBudgets are obeyed, and only this incarnation of it is
 * meant, never another of its name. What became of the request is looked up where the answer does not say it.
 */
import { InvalidValue, NotFound } from '#contracts/errors';
import { Conflict, type StoredObject } from '#contracts/store';
import { ApiUnavailable, DisruptionRefused, Forbidden, Rejected } from '../client/errors.js';
import type { KubeClient } from '../client/kube-client.js';
import { PODS } from '../cluster/kinds.js';

export interface Eviction {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Absent: as the pod says itself. */
  readonly gracePeriodSeconds?: number;
  /** Everything is checked, PodDisruptionBudgets too, and nothing is done. */
  readonly dryRun?: boolean;
}

export type EvictionOutcome =
  /** It is ending, or will within its grace period; in a dry run it would. */
  | { readonly kind: 'Executed'; readonly detail: string }
  /** Nothing was done, for certain. DisruptionBudget and Overtaken pass by themselves. */
  | {
      readonly kind: 'Refused';
      readonly reason: 'DisruptionBudget' | 'TargetGone' | 'NotPermitted' | 'Unsupported' | 'Overtaken';
      readonly detail: string;
    }
  | { readonly kind: 'Unknown'; readonly reason: 'NoAnswer' | 'TargetGone'; readonly detail: string };

type Client = Pick<KubeClient, 'createAt' | 'get'>;

const WITHIN_MS = 10_000;

/** @throws {ApiUnavailable} when it was certainly not done since nobody could be asked; {InvalidValue} without a uid */
export async function evictPod(client: Client, eviction: Eviction): Promise<EvictionOutcome> {
  const { namespace, name, uid, gracePeriodSeconds, dryRun = false } = eviction;
  if (uid === '')
    throw new InvalidValue(`Pod ${namespace}/${name}: without its uid another of its name could be meant.`);
  const body = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name, namespace },
    deleteOptions: { preconditions: { uid }, gracePeriodSeconds, ...(dryRun && { dryRun: ['All'] }) },
  };
  try {
    await client.createAt(PODS, { namespace, name }, body, { subresource: 'eviction', timeoutMs: WITHIN_MS });
    return { kind: 'Executed', detail: dryRun ? 'it would be evicted' : 'the API server took the eviction' };
  } catch (error) {
    return refusalOf(error) ?? lookedUp(client, eviction, error);
  }
}

function refusalOf(error: unknown): EvictionOutcome | null {
  if (!(error instanceof Error)) return null;
  const refused = (
    reason: 'DisruptionBudget' | 'TargetGone' | 'NotPermitted' | 'Unsupported',
  ): EvictionOutcome => ({
    kind: 'Refused',
    reason,
    detail: error.message,
  });
  if (error instanceof DisruptionRefused) return refused('DisruptionBudget');
  if (error instanceof NotFound) return refused('TargetGone');
  if (error instanceof Forbidden) return refused('NotPermitted');
  return error instanceof Rejected ? refused('Unsupported') : null;
}

// 409 says only that something was otherwise; a lost answer says nothing. The pod says what is.
async function lookedUp(client: Client, eviction: Eviction, error: unknown): Promise<EvictionOutcome> {
  const isConflict = error instanceof Conflict;
  const isUnresolved = error instanceof ApiUnavailable && error.isUnresolved;
  if (!isConflict && !isUnresolved) throw error;
  const detail = error.message;
  const pod = await podOf(client, eviction);
  if (pod === 'Unknown') return { kind: 'Unknown', reason: 'NoAnswer', detail };
  if (pod === 'Ending') return { kind: 'Executed', detail: 'it is ending' };
  if (isConflict) return { kind: 'Refused', reason: pod === 'Gone' ? 'TargetGone' : 'Overtaken', detail };
  return { kind: 'Unknown', reason: pod === 'Gone' ? 'TargetGone' : 'NoAnswer', detail };
}

async function podOf(
  client: Client,
  { namespace, name, uid }: Eviction,
): Promise<'There' | 'Ending' | 'Gone' | 'Unknown'> {
  try {
    const { metadata } = await client.get<StoredObject>(PODS, { namespace, name }, { timeoutMs: WITHIN_MS });
    if (metadata.uid !== uid) return 'Gone';
    return 'deletionTimestamp' in metadata ? 'Ending' : 'There';
  } catch (error) {
    return error instanceof NotFound ? 'Gone' : 'Unknown';
  }
}
