/*
 * What the API server knows of nodes, namespaces and pods, as far as Memwarden needs it: whose a container is, what its
 * owner said of it, and what selectors ask. In local mode there is none of it.
 */

export type Labels = Readonly<Record<string, string>>;

/** As a node's agent is told: enough to name rows and to know who opted in, nothing else of the pod. */
export interface NodePod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** A mirror of a file of the kubelet: infrastructure. */
  readonly isStatic: boolean;
  readonly containers: readonly {
    readonly name: string;
    /** As the runtime names it, without "containerd://"; null until it runs. */
    readonly id: string | null;
  }[];
  /** What the pod belongs to: its controller's controller. */
  readonly workload: { readonly apiVersion: string; readonly kind: string; readonly name: string } | null;
  /** Those below memwarden.dev/ only. */
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** A pod as policies see it. */
export interface ClusterPod extends NodePod {
  readonly allLabels: Labels;
  readonly podIP: string | null;
  readonly isEnding: boolean;
}

export interface ClusterNode {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly isUnschedulable: boolean;
  readonly isEnding: boolean;
}

/** Port. Reads come from memory. */
export interface ClusterView {
  node(name: string): ClusterNode | null;
  nodes(): readonly ClusterNode[];
  /** Pods bound to this node that have not ended. */
  podsOf(node: string): readonly ClusterPod[];
  namespace(name: string): { readonly labels: Labels; readonly annotations: Labels } | null;
  /** Something that `podsOf(node)` or `node(node)` says is another now; null: of every node (a namespace changed). */
  onChange(callback: (node: string | null) => void): Disposable;
}

/** Port, agent: who hears of the node's pods. Null: nobody says which there are. Never throws. */
export interface PodListener {
  podsChanged(pods: readonly NodePod[] | null): void;
}

/** Port, agent: the node's pods as the controller pushed them last; null before the first time. */
export interface PodNames {
  podOfContainer(containerId: string): NodePod | null;
  podOfUid(uid: string): NodePod | null;
}
