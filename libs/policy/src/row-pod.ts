/*
 * Which pod a row belongs to. A row says it by names, as far as its agent was told them, and by the uid that its cgroup
 * carries; both must fit what is known, or another pod of the same name would be taken for it.
 */
import type { Holder } from '#contracts/ledger';
import { podKey, type OwnerFacts, type PodFacts } from './labels.js';

export type RowPod =
  /** Of no pod. */
  | { readonly kind: 'None' }
  | { readonly kind: 'Known'; readonly namespace: string; readonly name: string; readonly facts: PodFacts }
  /** Of one that nobody told us of, or of another incarnation; `names` as far as its agent was told. */
  | {
      readonly kind: 'Unknown';
      readonly names: { readonly namespace: string; readonly name: string } | null;
    };

export function podOfRow({ namespace, pod, podUid }: Holder, owners: OwnerFacts): RowPod {
  const told = namespace === undefined || pod === undefined ? null : { namespace, name: pod };
  const names = told ?? (podUid === undefined ? null : (owners.byUid?.get(podUid) ?? null));
  if (names === null) return podUid === undefined ? { kind: 'None' } : { kind: 'Unknown', names };
  const facts = owners.pods.get(podKey(names.namespace, names.name));
  const isIt = facts !== undefined && (podUid === undefined || podUid === facts.uid);
  return isIt ? { kind: 'Known', ...names, facts } : { kind: 'Unknown', names };
}
