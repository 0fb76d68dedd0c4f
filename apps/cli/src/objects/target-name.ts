/*
 * Whom a finding or cleanup is about, in a table's cell or in a sentence.
 */
import type { Target } from '#api';
import { printable } from '../text/escape.js';

/** "mw-cache 1234", "/user.slice/session-4.scope", or the row's id. */
export function targetName(target: Target): string {
  if (target.process !== undefined) return `${printable(target.process.name)} ${target.process.pid}`;
  if (target.pod !== undefined) return printable(`${target.pod.namespace}/${target.pod.name}`);
  return printable(target.cgroup?.path ?? target.holder);
}

/** "Deployment/web", or that nobody knows. */
export function workloadName({ workload }: Target): string {
  return workload === undefined ? '–' : printable(`${workload.kind}/${workload.name}`);
}

export function targetInFull(target: Target): string {
  const process = target.process;
  const who =
    process === undefined
      ? groupInFull(target)
      : `${printable(process.name)}, process ${process.pid} (started at tick ${process.startTimeTicks})`;
  return `${who}\non node ${printable(target.node)}, device ${printable(target.device)}`;
}

function groupInFull(target: Target): string {
  const { pod } = target;
  if (pod === undefined) return `cgroup ${targetName(target)}`;
  const workload = target.workload === undefined ? '' : ` of ${workloadName(target)}`;
  return `pod ${printable(`${pod.namespace}/${pod.name}`)}${workload}`;
}
