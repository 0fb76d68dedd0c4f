/*
 * What the cluster says of a target: whose it is, and how far anybody may go there. Local mode has no cluster: nobody
 * owns anything, and nobody restricts.
 */
import { NO_OWNERS, podKey, type NamespaceFacts, type OwnerFacts, type PodFacts } from '#policy';
import type { Target } from '#api';
import type { ClusterNode, ClusterPod, ClusterView, Labels } from '#contracts/cluster';
import type { Mode, ModeLevel } from '#contracts/mode';

export const MAX_MODE = 'memwarden.dev/max-mode';
const MODES: ReadonlySet<string> = new Set<Mode>(['Observe', 'DryRun', 'Enforce']);

export interface ClusterFacts {
  owners(node: string): OwnerFacts;
  /** Voices of its node and its namespace. */
  levels(target: Pick<Target, 'node' | 'pod'>): readonly ModeLevel[];
}

export const NO_CLUSTER: ClusterFacts = { owners: () => NO_OWNERS, levels: () => [] };

export class ViewFacts implements ClusterFacts, Disposable {
  /** Made when asked for, until something of the node changes. */
  readonly #owners = new Map<string, OwnerFacts>();
  readonly #following: Disposable;

  constructor(private readonly view: ClusterView) {
    this.#following = view.onChange((node) => {
      if (node === null) this.#owners.clear();
      else this.#owners.delete(node);
    });
  }

  owners(node: string): OwnerFacts {
    let owners = this.#owners.get(node);
    if (owners === undefined) this.#owners.set(node, (owners = ownersOf(node, this.view)));
    return owners;
  }

  levels({ node, pod }: Pick<Target, 'node' | 'pod'>): readonly ModeLevel[] {
    const levels = [levelOfNode(node, this.view.node(node))];
    if (pod === undefined) return levels;
    const namespace = this.view.namespace(pod.namespace);
    const said = namespace === null ? undefined : maxModeOf(namespace);
    return [...levels, { level: 'namespace', ...spoken(`Namespace ${pod.namespace}`, said) }];
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }
}

function ownersOf(node: string, view: ClusterView): OwnerFacts {
  const pods = new Map<string, PodFacts>();
  const byUid = new Map<string, { readonly namespace: string; readonly name: string }>();
  const namespaces = new Map<string, NamespaceFacts>();
  for (const pod of view.podsOf(node)) {
    pods.set(podKey(pod.namespace, pod.name), factsOf(pod));
    byUid.set(pod.uid, { namespace: pod.namespace, name: pod.name });
    const namespace = namespaces.has(pod.namespace) ? null : view.namespace(pod.namespace);
    if (namespace !== null) namespaces.set(pod.namespace, namespace);
  }
  return { node: view.node(node)?.labels ?? {}, pods, byUid, namespaces };
}

function factsOf({ uid, allLabels, annotations, workload }: ClusterPod): PodFacts {
  return { uid, labels: allLabels, annotations, ...(workload !== null && { workload }) };
}

/** A node that is drained or deleted is left alone: whoever does it is at work there. */
function levelOfNode(name: string, node: ClusterNode | null): ModeLevel {
  const level = 'node';
  if (node === null)
    return { level, mode: 'Observe', reason: `The cluster has no node ${name}, or it was deleted.` };
  if (node.isEnding) return { level, mode: 'Observe', reason: `Node ${name} is being deleted.` };
  if (node.isUnschedulable)
    return { level, mode: 'Observe', reason: `Node ${name} is unschedulable: it may be being drained.` };
  return { level, ...spoken(`Node ${name}`, maxModeOf(node)) };
}

function maxModeOf({
  annotations,
  labels,
}: {
  readonly annotations: Labels;
  readonly labels: Labels;
}): string | undefined {
  return annotations[MAX_MODE] ?? labels[MAX_MODE];
}

/** What cannot be read was meant to restrict. */
function spoken(who: string, said: string | undefined): Omit<ModeLevel, 'level'> {
  if (said === undefined) return { mode: 'Enforce', reason: `${who} does not restrict.` };
  if (!MODES.has(said))
    return { mode: 'Observe', reason: `${who} says ${MAX_MODE}: ${said}, which is no mode.` };
  return { mode: said as Mode, reason: `${who} says ${MAX_MODE}: ${said}.` };
}
