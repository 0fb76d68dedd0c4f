/*
 * The names that rows of pods have: container, pod, namespace, workload. A row in a pod's cgroup always has the pod's uid and
 * the container's id; names only where exactly that pod is known. What contradicts itself has none.
 */
import type { NodePod, PodNames } from '#contracts/cluster';
import type { Holder } from '#contracts/ledger';
import { podPlaceOf, type PodPlace } from './pod-place.js';

export type RowNames = Pick<
  Holder,
  'container' | 'pod' | 'namespace' | 'workload' | 'podUid' | 'containerId'
>;

export const NO_PODS: PodNames = { podOfContainer: () => null, podOfUid: () => null };

/** For one ledger; each path is read once. */
export class RowNaming {
  readonly #places = new Map<string, PodPlace>();
  /** The kubelet's cgroups of a static pod have another uid than its mirror at the API server. */
  readonly #static = new Map<string, NodePod>();

  constructor(
    private readonly pods: PodNames,
    paths: Iterable<string>,
  ) {
    for (const path of paths) {
      const place = podPlaceOf(path);
      if (place === null) continue;
      this.#places.set(path, place);
      const pod = place.containerId === null ? null : pods.podOfContainer(place.containerId);
      if (pod?.isStatic === true) this.#static.set(place.podUid, pod);
    }
  }

  /** Nothing: not in a pod. */
  of(path: string): RowNames {
    const place = this.#places.get(path);
    return place === undefined ? {} : namesOf(place, this.podAt(place));
  }

  private podAt(place: PodPlace): NodePod | null {
    return podAt(place, this.pods) ?? (place.containerId === null ? this.staticAt(place) : null);
  }

  private staticAt({ podUid }: PodPlace): NodePod | null {
    return this.#static.get(podUid) ?? null;
  }
}

/** Null: not known, or uid and container are of two pods. */
export function podAt({ podUid, containerId }: PodPlace, pods: PodNames): NodePod | null {
  const byUid = pods.podOfUid(podUid);
  const byContainer = containerId === null ? null : pods.podOfContainer(containerId);
  if (byContainer?.isStatic === true && byUid === null) return byContainer;
  // A container that is not told yet: its pod may be.
  return byContainer === null || byContainer === byUid ? byUid : null;
}

/** `pod`: the one that is at this place; null: not known. */
function namesOf({ podUid, containerId }: PodPlace, pod: NodePod | null): RowNames {
  const id = containerId === null ? {} : { containerId };
  if (pod === null) return { podUid, ...id };
  const container = pod.containers.find((each) => each.id !== null && each.id === containerId);
  return {
    ...(container && { container: container.name }),
    pod: pod.name,
    namespace: pod.namespace,
    ...(pod.workload && { workload: `${pod.workload.kind}/${pod.workload.name}` }),
    podUid: pod.uid,
    ...id,
  };
}
