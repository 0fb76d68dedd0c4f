/*
 * The node's pods as the controller told them last. In memory only: an agent that starts anew is told anew, and knows of
 * none until then. A controller that is away takes no names with it.
 */
import type { NodePod, PodListener, PodNames } from '#contracts/cluster';

export class PodBook implements PodNames, PodListener {
  private byUid: ReadonlyMap<string, NodePod> = new Map();
  private byContainer: ReadonlyMap<string, NodePod> = new Map();

  podsChanged(pods: readonly NodePod[] | null): void {
    const known = pods ?? [];
    this.byUid = new Map(known.map((pod) => [pod.uid, pod]));
    this.byContainer = containersOf(known);
  }

  podOfContainer(containerId: string): NodePod | null {
    return this.byContainer.get(containerId) ?? null;
  }

  podOfUid(uid: string): NodePod | null {
    return this.byUid.get(uid) ?? null;
  }
}

/** A container that two pods claim is nobody's. */
function containersOf(pods: readonly NodePod[]): Map<string, NodePod> {
  const claims = pods.flatMap((pod) => pod.containers.map(({ id }) => ({ id, pod })));
  const found = new Map<string, NodePod>();
  const disputed = new Set<string>();
  for (const { id, pod } of claims) {
    if (id === null) continue;
    if ((found.get(id) ?? pod) !== pod) disputed.add(id);
    found.set(id, pod);
  }
  for (const id of disputed) found.delete(id);
  return found;
}
