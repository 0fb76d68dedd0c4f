/*
 * Our own taint on a node whose device is dirty: no pod is placed there that does not tolerate it. Never cordon, which is
 * a boolean without an owner. A node that somebody drains or deletes is left alone; but what is ours is always taken
 * away again, also there, so that nothing of ours outlives us.
 *   The list of taints has one owner for all of it, so server-side apply would take it from others: it is replaced at
 * the version that was read, and read again when somebody else was quicker.
 */
import { NotFound } from '#contracts/errors';
import { Conflict, type StoredObject } from '#contracts/store';
import type { KubeClient } from '../client/kube-client.js';
import { NODES } from '../cluster/kinds.js';

export const DIRTY_DEVICE = 'memwarden.dev/dirty-device';

/** NoExecute is not among them: it ends pods past their PodDisruptionBudgets. */
export type TaintEffect = 'PreferNoSchedule' | 'NoSchedule';

export interface Taint {
  readonly key: string;
  readonly effect: string;
  readonly value?: string;
}

interface RawNode extends StoredObject {
  readonly metadata: StoredObject['metadata'] & { readonly deletionTimestamp?: string };
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
}

export type TaintOutcome =
  | { readonly kind: 'Changed' | 'Unchanged' }
  | { readonly kind: 'LeftAlone'; readonly reason: 'Unschedulable' | 'Ending' | 'Gone' };

export interface NodeRef {
  readonly name: string;
  readonly uid: string;
}

const MOST_TRIES = 5;

/** The list with ours as it should be: that effect, or null for none. Null: nothing to change. */
export function taintsAfter(taints: readonly Taint[], effect: TaintEffect | null): readonly Taint[] | null {
  const ours = taints.filter(({ key }) => key === DIRTY_DEVICE);
  const isAsWanted = effect === null ? ours.length === 0 : ours.length === 1 && ours[0]?.effect === effect;
  if (isAsWanted) return null;
  const others = taints.filter(({ key }) => key !== DIRTY_DEVICE);
  return effect === null ? others : [...others, { key: DIRTY_DEVICE, effect }];
}

export class NodeTaint {
  readonly #client: Pick<KubeClient, 'get' | 'patch'>;

  constructor(client: Pick<KubeClient, 'get' | 'patch'>) {
    this.#client = client;
  }

  /** @throws {Conflict} when others were quicker again and again; {Forbidden | ApiUnavailable} */
  set(node: NodeRef, effect: TaintEffect): Promise<TaintOutcome> {
    return this.#make(node, effect);
  }

  /** @throws as `set` */
  remove(node: NodeRef): Promise<TaintOutcome> {
    return this.#make(node, null);
  }

  async #make(node: NodeRef, effect: TaintEffect | null): Promise<TaintOutcome> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#once(node, effect);
      } catch (error) {
        if (error instanceof NotFound) return { kind: 'LeftAlone', reason: 'Gone' };
        if (!(error instanceof Conflict) || tries >= MOST_TRIES) throw error;
      }
    }
  }

  async #once(node: NodeRef, effect: TaintEffect | null): Promise<TaintOutcome> {
    const { metadata, spec = {} } = await this.#client.get<RawNode>(NODES, node);
    if (metadata.uid !== node.uid) return { kind: 'LeftAlone', reason: 'Gone' };
    if (metadata.deletionTimestamp !== undefined) return { kind: 'LeftAlone', reason: 'Ending' };
    if (effect !== null && spec.unschedulable === true) return { kind: 'LeftAlone', reason: 'Unschedulable' };
    const taints = taintsAfter(spec.taints ?? [], effect);
    if (taints === null) return { kind: 'Unchanged' };
    const { uid, resourceVersion } = metadata;
    const body = {
      metadata: { uid, resourceVersion },
      spec: { taints: taints.length === 0 ? null : taints },
    };
    await this.#client.patch(NODES, node, body, { kind: 'merge' });
    return { kind: 'Changed' };
  }
}
