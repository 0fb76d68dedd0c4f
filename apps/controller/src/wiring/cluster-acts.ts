/*
 * Evictions and taints at the API server, in words of the vocabulary.
 */
import type { ClusterOrder } from '#policy';
import type { OrderOutcome } from '#contracts/order';
import { evictPod, NodeTaint, type EvictionOutcome, type TaintOutcome } from '#kube';
import { ClusterHands, type Asked } from '../cluster/cluster-hands.js';
import type { Cluster } from './cluster.module.js';

export function performIn({
  client,
  election,
  view,
  config,
}: Cluster): (order: ClusterOrder) => Promise<OrderOutcome> {
  const taint = new NodeTaint(client);
  const hands = new ClusterHands({
    view,
    leadership: election,
    namespace: config.namespace,
    evict: async (pod) => asEvicted(await evictPod(client, pod)),
    taint: async (node, effect) => asTainted(await taint.set(node, effect)),
  });
  return (order) => hands.perform(order);
}

function asEvicted(outcome: EvictionOutcome): Asked {
  if (outcome.kind !== 'Refused') return outcome;
  const { kind, detail } = outcome;
  // Something else of the pod changed in between: it passes as a budget does, and is asked again.
  return { kind, detail, reason: outcome.reason === 'Overtaken' ? 'DisruptionBudget' : outcome.reason };
}

function asTainted(outcome: TaintOutcome): Asked {
  if (outcome.kind !== 'LeftAlone')
    return {
      kind: 'Executed',
      detail: outcome.kind === 'Changed' ? 'the node is tainted' : 'it was tainted already',
    };
  if (outcome.reason === 'Gone')
    return { kind: 'Refused', reason: 'TargetGone', detail: 'The node is gone.' };
  return { kind: 'Refused', reason: 'Protected', detail: `The node is left alone: ${outcome.reason}.` };
}
