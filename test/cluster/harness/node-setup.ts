/*
 * The script that makes a node out of a set of fresh namespaces. It is the first process in them, and at its end becomes the one that
 * waits for orphans: when that ends, the kernel ends all the others.
 */
import { join } from 'node:path';
import type { Hierarchy } from './cgroups.js';
import type { NodeShape } from './shape.js';

export const READY = 'node is set up';
const CGROUP_ROOT = '/sys/fs/cgroup';

export function nodeSetup(node: NodeShape, hierarchies: readonly Hierarchy[], init: string): string {
  return `set -eu
mount --make-rprivate /
mount -t proc proc /proc
mount -t sysfs sysfs /sys
${cgroupMounts(hierarchies).join('\n')}
# The paths of a production node, without a trace on the machine.
mount --bind ${quote(join(node.folder, 'var'))} /var
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock
# Of the kernel's settings a node has only its network's.
echo 1 > /proc/sys/net/ipv4/ip_forward
mount --bind /proc/sys /proc/sys
mount --bind /proc/sys/net /proc/sys/net
${tunableMounts().join('\n')}
mount -o remount,bind,ro /proc/sys
mount --make-rshared /
hostname ${quote(node.name)}
echo ${quote(READY)}
exec ${quote(init)} < /dev/null > /dev/null 2>&1
`;
}

/** The kubelet does not start until these are so, and they are the machine's: it is shown files instead. */
const TUNABLES = { 'vm/overcommit_memory': 1, 'kernel/panic': 10, 'kernel/panic_on_oops': 1 };

function tunableMounts(): readonly string[] {
  return [
    'mkdir -p /run/tunables/vm /run/tunables/kernel',
    ...Object.entries(TUNABLES).flatMap(([name, value]) => [
      `echo ${value} > /run/tunables/${name}`,
      `mount --bind /run/tunables/${name} /proc/sys/${name}`,
    ]),
  ];
}

/** The node's cgroup namespace makes its own cgroup the root of what is mounted here. */
function cgroupMounts(hierarchies: readonly Hierarchy[]): readonly string[] {
  const [only] = hierarchies;
  if (hierarchies.length === 1 && only?.version === 2) return [`mount -t cgroup2 cgroup2 ${CGROUP_ROOT}`];
  return [
    `mount -t tmpfs -o mode=755 tmpfs ${CGROUP_ROOT}`,
    ...hierarchies.flatMap(({ mountPoint, version, options }) => [
      `mkdir ${quote(mountPoint)}`,
      version === 2
        ? `mount -t cgroup2 cgroup2 ${quote(mountPoint)}`
        : `mount -t cgroup -o ${quote(options)} cgroup ${quote(mountPoint)}`,
    ]),
    `mount -o remount,ro,mode=755 ${CGROUP_ROOT}`,
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
