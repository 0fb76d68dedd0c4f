/*
 * Tells each agent the pods of its node: all of them when it connects, and again when they change, at most once in
 * DEBOUNCE_MS. An agent has no rights in the cluster: this is all that it ever learns of it.
 */
import type { ClusterPod, ClusterView, NodePod } from '#contracts/cluster';
import type { NodeListener } from '#contracts/report';

const DEBOUNCE_MS = 250;

export interface PodPusherOptions {
  readonly view: ClusterView;
  /** False: not connected, or its agent does not want to know. */
  readonly push: (node: string, pods: readonly NodePod[]) => boolean;
  readonly debounceMs?: number;
}

export class PodPusher implements NodeListener, Disposable {
  readonly #connected = new Set<string>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #following: Disposable;

  constructor(private readonly options: PodPusherOptions) {
    this.#following = options.view.onChange((node) => {
      // Of a namespace nothing is told.
      if (node !== null && this.#connected.has(node)) this.#later(node);
    });
  }

  connected(node: string): void {
    this.#connected.add(node);
    this.#push(node);
  }

  reported(): void {
    // What it measures says nothing of its pods.
  }

  disconnected(node: string): void {
    this.#connected.delete(node);
    clearTimeout(this.#waiting.get(node));
    this.#waiting.delete(node);
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #later(node: string): void {
    if (this.#waiting.has(node)) return;
    const timer = setTimeout(() => {
      this.#waiting.delete(node);
      this.#push(node);
    }, this.options.debounceMs ?? DEBOUNCE_MS);
    this.#waiting.set(node, timer.unref());
  }

  #push(node: string): void {
    this.options.push(node, this.options.view.podsOf(node).map(asTold));
  }
}

/** Nothing but what an agent needs to name rows and to know who opted in. */
function asTold({
  namespace,
  name,
  uid,
  isStatic,
  containers,
  workload,
  labels,
  annotations,
}: ClusterPod): NodePod {
  return { namespace, name, uid, isStatic, containers, workload, labels, annotations };
}
