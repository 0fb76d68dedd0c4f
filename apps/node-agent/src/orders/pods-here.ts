/*
 * What a process' pod means for an act on it: whose it is, whether it may be touched at all, and how its owner opted in.
 * By what the controller told of the pod; a pod that it did not tell of is nobody's, and nothing is done to it.
 */
import type { NodePod, PodNames } from '#contracts/cluster';
import { podAt, podPlaceOf } from '#ledger';
import { NO_OPT_IN, optInOf, type CgroupLine, type OptIn } from './process-text.js';
import type { Refusal } from './signal-rules.js';

const PROTECTED = 'memwarden.dev/protected';
const SYSTEM = 'kube-system';

/** The pod that a process is in. */
export interface PodOfProcess {
  /** Null: the controller did not tell of it, or the cgroups of the process contradict each other. */
  readonly pod: NodePod | null;
  /** What the node or Memwarden itself needs. */
  readonly isInfrastructure: boolean;
}

export class PodsHere {
  /** `installation`: the namespace that Memwarden is in; null: not in a cluster. */
  constructor(
    private readonly names: PodNames,
    private readonly installation: string | null,
  ) {}

  /** Null: in no pod. */
  of(cgroups: readonly Pick<CgroupLine, 'path'>[]): PodOfProcess | null {
    const inPods = cgroups.filter(({ path }) => isInPod(path));
    if (inPods.length === 0) return null;
    const pods = new Set(inPods.map(({ path }) => this.at(path)));
    const [pod = null] = pods;
    if (pods.size > 1 || pod === null) return { pod: null, isInfrastructure: false };
    const { isStatic, namespace } = pod;
    return {
      pod,
      isInfrastructure: isStatic || namespace === SYSTEM || namespace === this.installation,
    };
  }

  private at(path: string): NodePod | null {
    const place = podPlaceOf(path);
    return place === null ? null : podAt(place, this.names);
  }
}

/** Also what does not read as a pod's: it is below where kubelets put pods. */
function isInPod(path: string): boolean {
  return /\/([^/]+-)?kubepods(\.slice|-[^/]*)?\//.test(`${path}/`) || podPlaceOf(path) !== null;
}

/** Its owner says no; a value that is not "false" is a yes to protection, as in policies. */
export function refusalByOwner(here: PodOfProcess | null): Refusal | null {
  const value = here?.pod?.labels[PROTECTED];
  if (value === undefined || value === 'false') return null;
  return { reason: 'Protected', detail: `The pod is labelled ${PROTECTED}.` };
}

/** What the pod's annotations say for each of its processes. */
export function optInOfPod(here: PodOfProcess | null): OptIn {
  const annotations = here?.pod?.annotations;
  if (annotations === undefined) return NO_OPT_IN;
  const said = new Map<string, string>();
  for (const [variable, key] of OPT_INS) {
    const value = annotations[`memwarden.dev/${key}`];
    if (value !== undefined) said.set(variable, value);
  }
  return optInOf(said);
}

const OPT_INS = [
  ['MEMWARDEN_NOTIFY_SIGNAL', 'notify-signal'],
  ['MEMWARDEN_NOTIFY_PORT', 'notify-port'],
  ['MEMWARDEN_NOTIFY_PATH', 'notify-path'],
] as const;

/** A process' own word goes before its pod's. */
export function withPod(own: OptIn, ofPod: OptIn): OptIn {
  const { port, path } = own.port === null ? ofPod : own;
  return { signal: own.signal ?? ofPod.signal, port, path };
}

export function hasOptIn({ signal, port }: OptIn): boolean {
  return signal !== null || port !== null;
}
