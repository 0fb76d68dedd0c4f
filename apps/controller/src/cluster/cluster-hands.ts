/*
 * What the controller itself does in the cluster: evict a pod, taint a node. Asked again it does no harm: an eviction
 * names one incarnation of a pod, a taint is ours and is there or not. What always holds: nothing is done but by the
 * leader, nothing to infrastructure, and nothing to what is not known.
 */
import type { ClusterOrder } from '#policy';
import type { Target } from '#api';
import type { ClusterPod, ClusterView } from '#contracts/cluster';
import type { Leadership } from '#contracts/leadership';
import type { OrderOutcome, RefusalReason, UnknownReason } from '#contracts/order';
import { assertLeading } from '../leader/while-leading.js';

/** As the API server answers. */
export type Asked =
  | { readonly kind: 'Executed'; readonly detail: string }
  | { readonly kind: 'Refused'; readonly reason: RefusalReason; readonly detail: string }
  | { readonly kind: 'Unknown'; readonly reason: UnknownReason; readonly detail: string };

export interface ClusterHandsOptions {
  readonly view: Pick<ClusterView, 'node' | 'podsOf'>;
  readonly leadership: Leadership;
  /** Of the installation: its own pods are never evicted. */
  readonly namespace: string;
  /** Rejects where it was certainly not done. */
  readonly evict: (pod: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly gracePeriodSeconds?: number;
  }) => Promise<Asked>;
  readonly taint: (
    node: { readonly name: string; readonly uid: string },
    effect: 'NoSchedule' | 'PreferNoSchedule',
  ) => Promise<Asked>;
}

const SYSTEM: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

export class ClusterHands {
  constructor(private readonly options: ClusterHandsOptions) {}

  /** Rejects where it was certainly not done; it may be asked again. */
  perform({ target, act, isFirstDelivery }: ClusterOrder): Promise<OrderOutcome> {
    return act.type === 'Taint' ? this.#taint(target, act.effect) : this.#evict(target, act, isFirstDelivery);
  }

  async #evict(
    target: Target,
    { gracePeriodSeconds }: { readonly gracePeriodSeconds?: number },
    isFirstDelivery: boolean,
  ): Promise<OrderOutcome> {
    const { namespace, view, leadership, evict } = this.options;
    const { pod, node } = target;
    if (pod === undefined) return refused('NoRecipient', 'The target is of no pod that is known.');
    if (SYSTEM.has(pod.namespace) || pod.namespace === namespace)
      return refused('Infrastructure', `Pods of namespace ${pod.namespace} are never evicted.`);
    const found = view.podsOf(node).find(({ uid }) => uid === pod.uid);
    if (found === undefined) return notThere(isFirstDelivery);
    if (found.isStatic)
      return refused('Infrastructure', 'It is a static pod: its kubelet would begin it again.');
    assertLeading(leadership);
    const asked = await evict({
      ...refOf(found),
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    });
    // It may be gone because of what was asked before.
    return asked.kind === 'Refused' && asked.reason === 'TargetGone' ? notThere(isFirstDelivery) : asked;
  }

  async #taint(target: Target, effect: 'NoSchedule' | 'PreferNoSchedule'): Promise<OrderOutcome> {
    const node = this.options.view.node(target.node);
    if (node === null) return refused('TargetGone', `The cluster has no node ${target.node}.`);
    assertLeading(this.options.leadership);
    return this.options.taint({ name: node.name, uid: node.uid }, effect);
  }
}

function refOf({ namespace, name, uid }: ClusterPod): { namespace: string; name: string; uid: string } {
  return { namespace, name, uid };
}

function notThere(isFirstDelivery: boolean): OrderOutcome {
  if (isFirstDelivery) return refused('TargetGone', 'The pod was gone before it was asked to leave.');
  return {
    kind: 'Unknown',
    reason: 'TargetGone',
    detail: 'The pod is gone; whether by this nobody can say.',
  };
}

function refused(reason: RefusalReason, detail: string): OrderOutcome {
  return { kind: 'Refused', reason, detail };
}
