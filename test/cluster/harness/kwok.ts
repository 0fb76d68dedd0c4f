/*
 * Pretended nodes: objects that KWOK keeps Ready, and whose pods it says are running. For sizes that no machine has.
 */
import { kubeconfigFile } from './config/paths.js';
import { flags, programOf, type Daemon, type Programs } from './config/daemon.js';
import type { Kubectl } from './kubectl.js';
import type { ClusterShape } from './shape.js';

const ANNOTATION = { 'kwok.x-k8s.io/node': 'fake' };
const STAGES = 'kwok-stages.yaml';

export function kwokDaemon(cluster: ClusterShape, programs: Programs): Daemon {
  return {
    name: 'kwok',
    node: undefined,
    program: programOf(programs, 'kwok'),
    args: flags({
      kubeconfig: kubeconfigFile(cluster, 'admin'),
      config: programOf(programs, STAGES),
      'manage-nodes-with-annotation-selector': 'kwok.x-k8s.io/node=fake',
      'node-lease-duration-seconds': 40,
      cidr: cluster.pretendedPodNetwork,
    }),
  };
}

export const KWOK_PROGRAMS = ['kwok', STAGES];

interface PretendedNode {
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** @param number from 1 */
function pretendedNode(number: number): PretendedNode {
  const name = `kwok-${String(number).padStart(4, '0')}`;
  const size = { cpu: '64', memory: '512Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: ANNOTATION,
      labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': name, type: 'kwok' },
    },
    // What is meant for the real nodes must not end here.
    spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
    status: { allocatable: size, capacity: size },
  };
}

/** Makes those of the first `count` that are missing. */
export async function makePretendedNodes(kubectl: Kubectl, count: number): Promise<void> {
  const there = await kubectl.run(['get', 'nodes', '-l', 'type=kwok', '-o', 'name']);
  const names = new Set(there.split('\n'));
  const items = Array.from({ length: count }, (_, at) => pretendedNode(at + 1)).filter(
    ({ metadata }) => !names.has(`node/${metadata.name}`),
  );
  if (items.length === 0) return;
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await kubectl.run(['create', '-f', '-'], { input: list, deadlineSeconds: 60 + count });
}
