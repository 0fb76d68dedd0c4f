/*
 * What is known of the owners of rows: labels and annotations of nodes, namespaces and pods. In local mode there are
 * none. Unknown labels never match a selector, whatever it asks: nothing is done on what is not known.
 */
export type Labels = Readonly<Record<string, string>>;

export interface PodFacts {
  readonly uid: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Absent: nobody's. */
  readonly workload?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
}

export interface NamespaceFacts {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Of one node. */
export interface OwnerFacts {
  readonly node: Labels;
  /** By `podKey`. */
  readonly pods: ReadonlyMap<string, PodFacts>;
  readonly namespaces: ReadonlyMap<string, NamespaceFacts>;
  /** Which of `pods` it is; absent: uids are not known. */
  readonly byUid?: ReadonlyMap<string, { readonly namespace: string; readonly name: string }>;
}

/** Local mode: nobody labels anything. */
export const NO_OWNERS: OwnerFacts = { node: {}, pods: new Map(), namespaces: new Map() };

export function podKey(namespace: string, pod: string): string {
  return `${namespace}/${pod}`;
}
