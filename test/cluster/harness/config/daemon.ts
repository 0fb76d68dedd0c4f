/*
 * One program that runs as long as the cluster does: what is started, where, and how it says that it works.
 */
import type { ClusterShape, NodeShape } from '../shape.js';

export interface Daemon {
  /** Its name in /proc, in logs and for people. */
  readonly name: string;
  /** The node in whose namespaces it lives; undefined: the machine's own. */
  readonly node: NodeShape | undefined;
  readonly program: string;
  readonly args: readonly string[];
}

/** What is built or found: name → absolute path. */
export type Programs = Readonly<Record<string, string>>;

/** Where the daemon is, below every cgroup hierarchy: who it is can be read from there by anybody, at any time. */
export function daemonCgroup(cluster: ClusterShape, { name, node }: Daemon): string {
  return node === undefined ? `${cluster.cgroup}/control/${name}` : `${node.cgroup}/system/${name}`;
}

/** "kubelet of node-a" → node-a.kubelet */
export function daemonId({ name, node }: Daemon): string {
  return node === undefined ? name : `${node.name}.${name}`;
}

/** @returns --name=value of every entry, in their order */
export function flags(values: Readonly<Record<string, string | number | boolean>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`);
}

export function programOf(programs: Programs, name: string): string {
  const file = programs[name];
  if (file === undefined) throw new TypeError(`${name} is not among the cluster's programs.`);
  return file;
}
