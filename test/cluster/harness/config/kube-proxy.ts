/*
 * kube-proxy: real ClusterIPs, one nftables table in each node's own network namespace.
 */
import { kubeconfigFile } from './paths.js';
import type { ClusterShape, NodeShape } from '../shape.js';

export function kubeProxyConfig(cluster: ClusterShape, node: NodeShape): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    hostnameOverride: node.name,
    clientConnection: { kubeconfig: kubeconfigFile(cluster, 'kube-proxy') },
    // What comes from outside the pods' network is masqueraded, so that the machine itself may use ClusterIPs, too.
    clusterCIDR: cluster.podNetwork,
    // The size of the connection table is the machine's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    nftables: { minSyncPeriod: '100ms' },
  };
}
