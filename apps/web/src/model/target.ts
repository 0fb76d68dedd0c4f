/* Whose it is, in the words of the rows: a process by name and pid, a pod by namespace and name, a cgroup by its end. */
import { cgroupLabel } from './labels.js';
import { shortened } from './names.js';
import type { Target } from './objects.js';

export interface Who {
  /** Dimmed, in front: a namespace. */
  readonly prefix: string;
  readonly text: string;
  /** Behind, in digits: a pid. */
  readonly pid: string;
}

export function whoOf(target: Target): Who {
  const { process, pod, cgroup } = target;
  const pid = process === null || !Number.isFinite(process.pid) ? '' : String(process.pid);
  if (pod !== null) return { prefix: `${shortened(pod.namespace, 40)}/`, text: shortened(pod.name, 60), pid };
  if (process !== null) return { prefix: '', text: shortened(process.name, 60), pid };
  if (cgroup === null) return { prefix: '', text: shortened(target.holder, 60), pid };
  const label = cgroupLabel(cgroup.slice(cgroup.lastIndexOf('/') + 1));
  return { prefix: label.prefix, text: label.text, pid };
}

export function whoText(target: Target): string {
  const { prefix, text, pid } = whoOf(target);
  return pid === '' ? `${prefix}${text}` : `${prefix}${text} ${pid}`;
}
