/*
 * Whose a cgroup is, by its path alone: the pod's uid and the container's id, as kubelets and container runtimes write
 * them. What does not read as one of the known forms is nobody's: nothing is guessed.
 * The outermost pod counts, so whatever a container makes below its own cgroup is its own.
 */

/** In a pod's cgroup. `containerId` null: the pod's own, or one that names no container. */
export interface PodPlace {
  readonly podUid: string;
  readonly containerId: string | null;
}

/*
 * cgroupfs driver: kubepods[/besteffort|/burstable]/pod<uid>/<id>
 * systemd driver: …kubepods.slice/…kubepods[-qos].slice/…kubepods[-qos]-pod<uid with _ for ->.slice/<runtime>-<id>.scope,
 * where … is the kubelet's cgroup root as systemd repeats it (kubelet-kubepods-…).
 * systemd driver in the kubelet alone: …/kubepods-qos-pod<uid>.slice:cri-containerd:<id>
 */
const FOLDER = /^pod([0-9a-zA-Z_.-]{1,128})$/;
const SLICE = /^(?:[^/]{1,200}-)?kubepods(?:-burstable|-besteffort)?-pod([0-9a-zA-Z_]{1,128})\.slice$/;
const SLICE_AND_ID =
  /^(?:[^/]{1,200}-)?kubepods(?:-burstable|-besteffort)?-pod([0-9a-zA-Z_]{1,128})\.slice:([a-z0-9-]{1,32}):([0-9a-f]{12,128})$/;
const QOS: ReadonlySet<string> = new Set(['burstable', 'besteffort']);
/** Of containerd, CRI-O, Docker, Podman, Kata; a monitor (crio-conmon-…) is no container. */
const CONTAINER = /^(?:(?:cri-containerd|crio|docker|libpod|kata)[-_])?([0-9a-f]{12,128})(?:\.scope)?$/;

/** Users make cgroups of any name below this. */
const OF_USERS = 'user.slice';

/** Null: not in a pod. `path`: from the root of the hierarchy. */
export function podPlaceOf(path: string): PodPlace | null {
  // Nearly all others, and cheap.
  if (!path.includes('kubepods')) return null;
  const parts = path.split('/').slice(1);
  for (const [at, part] of parts.entries()) {
    if (part === OF_USERS || part === '..') return null;
    const place = placeAt(parts, at, part);
    if (place !== null) return place;
  }
  return null;
}

function placeAt(parts: readonly string[], at: number, part: string): PodPlace | null {
  const [, both, , id] = SLICE_AND_ID.exec(part) ?? [];
  if (both !== undefined && id !== undefined) return { podUid: dashed(both), containerId: id };
  const [, slice] = SLICE.exec(part) ?? [];
  if (slice !== undefined) return { podUid: dashed(slice), containerId: containerOf(parts[at + 1]) };
  const [, folder] = FOLDER.exec(part) ?? [];
  if (folder === undefined || !isInKubepods(parts, at)) return null;
  return { podUid: folder, containerId: containerOf(parts[at + 1]) };
}

function isInKubepods(parts: readonly string[], at: number): boolean {
  const above = parts[at - 1] ?? '';
  return above === 'kubepods' || (QOS.has(above) && parts[at - 2] === 'kubepods');
}

function containerOf(part: string | undefined): string | null {
  return CONTAINER.exec(part ?? '')?.[1] ?? null;
}

/** systemd has no dashes inside one part of a slice's name: it would nest by them. */
function dashed(uid: string): string {
  return uid.replaceAll('_', '-');
}
