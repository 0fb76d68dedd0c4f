/*
 * Which processes are nobody's business, whatever an order says: Memwarden itself, the first process, the kernel; and
 * which an allow list must name literally. Pure.
 */
import type { Guarded } from './allow-list.js';
import type { PodOfProcess } from './pods-here.js';
import type { ProcessFacts } from './process-files.js';
import { isOver, type Refusal } from './signal-rules.js';

/** Pids as /proc shows them. */
export interface OwnProcesses {
  readonly agent: number;
  /** Who started the agent and everything else of Memwarden here; null: nobody, it runs by itself. */
  readonly supervisor: number | null;
}

/** What holds memory together for others, by program or comm. */
const INFRASTRUCTURE = [
  /^systemd(-|$)/,
  /^(init|dbus-daemon|dbus-broker|dbus-broker-lau|sshd|sshd-session|cron|agetty|login|sudo|su)$/,
  /^(kubelet|kube-proxy|containerd|dockerd|docker-proxy|crio|conmon|conmonrs|runc|crun|etcd|cri-o)$/,
  /^containerd-shim/,
  /^(nvidia-persiste|nvidia-powerd|nv-fabricmanage|nv-hostengine|dcgm|nvidia-imex|nvidia-device-p)/,
  /^nvidia-(persistenced|fabricmanager|cuda-mps|device-plugin)/,
  /^(nv-fabricmanager|dcgm-exporter|gpu-feature-dis)/,
  /^(Xorg|X|Xwayland|gdm|gdm3|sddm|lightdm|gnome-shell|kwin_wayland|kwin_x11|mutter)$/,
  /^memwarden/,
];

/** Null: nothing speaks against it but the allow list. */
export function refusalByKind(facts: ProcessFacts, own: OwnProcesses): Refusal | null {
  if (isOver(facts.status)) return { reason: 'TargetGone', detail: 'The process has ended.' };
  if (facts.pid === 1) return { reason: 'Infrastructure', detail: 'It is the first process.' };
  if (!facts.status.hasMemory) return { reason: 'Infrastructure', detail: 'It is a thread of the kernel.' };
  if (isOwn(facts, own)) return { reason: 'Infrastructure', detail: 'It is Memwarden itself.' };
  return null;
}

function isOwn({ pid, ancestors }: ProcessFacts, { agent, supervisor }: OwnProcesses): boolean {
  const line = [pid, ...ancestors];
  // The first process and the reaper of a container are everybody's ancestor.
  return line.includes(agent) || (supervisor !== null && supervisor > 1 && line.includes(supervisor));
}

/** What an entry of the allow list must name for this process. */
export function guardedOf({ comm, program, cgroups }: ProcessFacts, pod: PodOfProcess | null): Guarded {
  const name = [program, comm].find((each) => INFRASTRUCTURE.some((pattern) => pattern.test(each)));
  return {
    // comm is what entries name.
    infrastructure: name === undefined ? null : comm,
    service: first(cgroups.map(({ path }) => serviceOf(path))),
    pod,
  };
}

/** `/system.slice/x.service` of anything in it; systemd.slice(5). */
function serviceOf(path: string): string | null {
  // Outside this agent's cgroup namespace: whose it is cannot be told (cgroup_namespaces(7)).
  if (/^\/\.\.(\/|$)/.test(path)) return path;
  const [found] = /^\/(system\.slice(\/[^/]+\.slice)*\/[^/]+|system\.slice|init\.scope)/.exec(path) ?? [];
  return found ?? null;
}

function first<T>(values: readonly (T | null)[]): T | null {
  return values.find((value) => value !== null) ?? null;
}
