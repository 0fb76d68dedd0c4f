/*
 * What a row is called. Paths of cgroups carry what Kubernetes, container runtimes and systemd put there;
 * a label says that in their own words, and the full path stays one key away.
 */
import type { Holder } from '#contracts/ledger';
import { shortened } from './names.js';

export interface Label {
  /** Dimmed, in front: a namespace. */
  readonly prefix: string;
  readonly text: string;
  /** The kind in one word: "pod", "container", "service"; empty where the text says it. */
  readonly kind: string;
  /** Who lives there, where the name is only a number: the largest processes. */
  readonly hint?: string;
}

/** An id that says nothing to a person. */
const OPAQUE = /^[0-9a-f]{12,}$/;
const MOST_HINTED = 2;

/** `label`, with the names of the largest of `processes` where it is but an id. */
export function hinted(label: Label, processes: readonly Holder[]): Label {
  if (!OPAQUE.test(label.text)) return label;
  const text = label.text.slice(0, SHORT_ID);
  const names = processes
    .filter((row) => row.kind === 'process')
    .toSorted((a, b) => b.bytes - a.bytes)
    .map((row) => shortened(row.name, 24));
  const hint = [...new Set(names)].slice(0, MOST_HINTED).join(', ');
  return hint === '' ? { ...label, text } : { ...label, text, hint };
}

/** As container tools print them. */
const SHORT_ID = 12;

const POD = /(?:^|[-_/])pod([0-9a-f]{8})[-_]?[0-9a-f]{4}/;
const CONTAINER = /(?:^|-)([0-9a-f]{12})[0-9a-f]{52}(?:\.scope)?$/;
const UNIT = /\.(service|slice|scope|socket|mount|timer)$/;

export function holderLabel(holder: Holder): Label {
  if (holder.kind === 'process') return { prefix: '', text: shortened(holder.name), kind: 'process' };
  if (holder.kind === 'cgroup') return cgroupLabel(lastSegment(holder.name), holder);
  if (holder.pod !== undefined) return podLabel(holder.pod, holder.namespace);
  return { prefix: '', text: shortened(holder.name), kind: holder.kind === 'bucket' ? '' : holder.kind };
}

/** `segment`: one component of a cgroup path. `holder`: its row, where it has one. */
export function cgroupLabel(segment: string, holder?: Holder): Label {
  if (holder?.container !== undefined && holder.container !== '' && CONTAINER.test(segment))
    return { prefix: '', text: shortened(containerName(holder.container)), kind: 'container' };
  const pod = POD.exec(segment);
  if (pod !== null)
    return holder?.pod === undefined
      ? { prefix: '', text: `pod ${pod[1] ?? ''}`, kind: 'pod' }
      : podLabel(holder.pod, holder.namespace);
  const container = CONTAINER.exec(segment);
  if (container !== null) return { prefix: '', text: container[1] ?? segment, kind: 'container' };
  return unitLabel(segment);
}

function podLabel(pod: string, namespace: string | undefined): Label {
  return {
    prefix: namespace === undefined ? '' : `${shortened(namespace, 64)}/`,
    text: shortened(pod),
    kind: 'pod',
  };
}

function containerName(container: string): string {
  const id = /^[0-9a-f]{64}$/.exec(container);
  return id === null ? container : container.slice(0, SHORT_ID);
}

function unitLabel(segment: string): Label {
  const kind = UNIT.exec(segment)?.[1] ?? '';
  return { prefix: '', text: shortened(unescaped(segment)), kind: kind === '' ? 'cgroup' : kind };
}

/** systemd writes "-" inside a unit's name as "\x2d" (systemd.unit(5), string escaping). */
function unescaped(segment: string): string {
  return segment.replaceAll('\\x2d', '-');
}

function lastSegment(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 || cut === path.length - 1 ? path : path.slice(cut + 1);
}

/** Is this component of a path one of the slices between "kubepods" and its pods? */
export function isQosSlice(segment: string): boolean {
  return /^(kubepods[-_])?(burstable|besteffort|guaranteed)(\.slice)?$/.test(segment);
}

export function isPodSegment(segment: string): boolean {
  return POD.test(segment);
}
