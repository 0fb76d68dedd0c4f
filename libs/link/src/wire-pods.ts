/*
 * A node's pods ↔ their message. The sender leaves out what the API server would never let through, or what cannot mean
 * anything to an agent; the receiver refuses whatever is above the bounds, since half a list would be a false one.
 */
import type { Labels, NodePod } from '#contracts/cluster';
import { InvalidValue } from '#contracts/errors';
import { Pods } from './gen/memwarden/link/v1/link.js';
import type * as wire from './gen/memwarden/link/v1/link.js';

export const POD_BOUNDS = {
  pods: 1_000,
  containers: 256,
  /** Of one pod. */
  keys: 32,
  /** RFC 1123 subdomain. */
  name: 253,
  /** Prefix, slash, name. */
  key: 317,
  /** Labels have at most 63; an annotation that is longer is no signal, port or path. */
  value: 1_024,
  message: 4 * 1024 * 1024,
} as const;

/** What agents act by: no number of other keys takes their place. */
const KNOWN: ReadonlySet<string> = new Set(
  ['protected', 'keep-until', 'notify-signal', 'notify-port', 'notify-path'].map(
    (each) => `memwarden.dev/${each}`,
  ),
);

/** Withheld, and why, where the list is above the bounds. */
export function podsToWire(pods: readonly NodePod[]): wire.Pods {
  if (pods.length > POD_BOUNDS.pods)
    return withheld(`The node has ${pods.length} pods; at most ${POD_BOUNDS.pods} are told to an agent.`);
  const message = { items: pods.map(podToWire), withheld: undefined };
  const size = Pods.encode(message).finish().length;
  if (size <= POD_BOUNDS.message) return message;
  return withheld(`The node's pods are ${size} bytes; at most ${POD_BOUNDS.message} are told.`);
}

function withheld(why: string): wire.Pods {
  return { items: [], withheld: why };
}

function podToWire(pod: NodePod): wire.NodePod {
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    isStatic: pod.isStatic,
    containers: pod.containers
      .slice(0, POD_BOUNDS.containers)
      .map(({ name, id }) => ({ name, id: id ?? undefined })),
    workload: pod.workload ?? undefined,
    labels: sayable(pod.labels),
    annotations: sayable(pod.annotations),
  };
}

function sayable(labels: Labels): Record<string, string> {
  const fitting = Object.entries(labels).filter(
    ([key, value]) => key.length <= POD_BOUNDS.key && value.length <= POD_BOUNDS.value,
  );
  fitting.sort(([a], [b]) => Number(KNOWN.has(b)) - Number(KNOWN.has(a)));
  return Object.fromEntries(fitting.slice(0, POD_BOUNDS.keys));
}

/** What is not understood is not guessed: then nothing is known of pods, and `trouble` says why. */
export function readPods(message: wire.Pods): {
  readonly pods: readonly NodePod[] | null;
  readonly trouble: string | null;
} {
  try {
    return { pods: podsFromWire(message), trouble: message.withheld ?? null };
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    return { pods: null, trouble: error.message };
  }
}

/** Null: nobody says. @throws {InvalidValue} for a list above the bounds, or one in which two pods are one */
export function podsFromWire({ items, withheld: why }: wire.Pods): readonly NodePod[] | null {
  if (why !== undefined) return null;
  atMost('pods', items.length, POD_BOUNDS.pods);
  if (new Set(items.map(({ uid }) => uid)).size !== items.length)
    throw new InvalidValue('Two pods of one list have one uid.');
  return items.map(podFromWire);
}

function podFromWire(pod: wire.NodePod): NodePod {
  atMost('containers of a pod', pod.containers.length, POD_BOUNDS.containers);
  return {
    namespace: name(pod.namespace),
    name: name(pod.name),
    uid: name(pod.uid),
    isStatic: pod.isStatic,
    containers: pod.containers.map((container) => ({
      name: name(container.name),
      id: container.id === undefined ? null : name(container.id),
    })),
    workload: pod.workload === undefined ? null : workloadFromWire(pod.workload),
    labels: labelsFromWire(pod.labels),
    annotations: labelsFromWire(pod.annotations),
  };
}

function workloadFromWire(workload: wire.Workload): NodePod['workload'] {
  return {
    apiVersion: text('group and version', workload.apiVersion, POD_BOUNDS.key),
    kind: name(workload.kind),
    name: name(workload.name),
  };
}

function labelsFromWire(labels: Readonly<Record<string, string>>): Labels {
  const entries = Object.entries(labels);
  atMost('keys of a pod', entries.length, POD_BOUNDS.keys);
  for (const [key, value] of entries) {
    text('key', key, POD_BOUNDS.key);
    atMost('characters in a value', value.length, POD_BOUNDS.value);
  }
  return Object.fromEntries(entries);
}

function name(value: string): string {
  return text('name', value, POD_BOUNDS.name);
}

function text(what: string, value: string, limit: number): string {
  if (value === '') throw new InvalidValue(`A list of pods with an empty ${what}.`);
  atMost(`characters in a ${what}`, value.length, limit);
  return value;
}

function atMost(what: string, value: number, limit: number): void {
  if (value > limit)
    throw new InvalidValue(`A list of pods with ${value} ${what}; at most ${limit} are taken.`);
}
