/*
 * What runs on each node, in the node's own namespaces.
 */
import type { ClusterShape, NodeShape } from '../shape.js';
import { flags, programOf, type Daemon, type Programs } from './daemon.js';
import { configFile, kubeconfigFile } from './paths.js';

/** In the order in which they are started. */
export function nodeDaemons(cluster: ClusterShape, node: NodeShape, programs: Programs): readonly Daemon[] {
  const daemon = (name: string, args: readonly string[]): Daemon => ({
    name,
    node,
    program: programOf(programs, name),
    args,
  });
  return [
    daemon('containerd', ['--config', configFile(cluster, `${node.name}-containerd.toml`)]),
    daemon(
      'kubelet',
      flags({
        config: configFile(cluster, `${node.name}-kubelet.yaml`),
        kubeconfig: kubeconfigFile(cluster, `kubelet-${node.name}`),
        'hostname-override': node.name,
        'node-ip': node.address,
      }),
    ),
    daemon('kube-proxy', flags({ config: configFile(cluster, `${node.name}-kube-proxy.yaml`) })),
  ];
}
