/*
 * Who holds a certificate of the cluster's authority, and as whom. Kubernetes reads the user from the common name and the groups from the
 * organisations; nodes are authorised by both (Node authorizer, NodeRestriction).
 */
import type { ClusterShape } from '../shape.js';

export interface Subject {
  /** Of its files and, where it has one, of its kubeconfig. */
  readonly name: string;
  readonly commonName: string;
  readonly organisation?: string;
  /** Of a server: as in subjectAltName. */
  readonly alternatives?: readonly string[];
}

/** Those who come to the API server with a kubeconfig. */
export function clients(cluster: ClusterShape): readonly Subject[] {
  return [
    { name: 'admin', commonName: 'admin', organisation: 'system:masters' },
    ...['kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'coredns'].map((name) => ({
      name,
      commonName: `system:${name}`,
    })),
    // One certificate for both directions: the API server also asks the kubelet.
    ...cluster.nodes.map(({ name, address }) => ({
      name: `kubelet-${name}`,
      commonName: `system:node:${name}`,
      organisation: 'system:nodes',
      alternatives: [`DNS:${name}`, `IP:${address}`],
    })),
  ];
}

export function servers(cluster: ClusterShape): readonly Subject[] {
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  return [
    {
      name: 'kube-apiserver',
      commonName: 'kube-apiserver',
      alternatives: [
        ...[...service, `kubernetes.default.svc.${cluster.domain}`, 'localhost'].map((name) => `DNS:${name}`),
        `IP:${cluster.address}`,
        `IP:${cluster.apiServiceAddress}`,
      ],
    },
    {
      name: 'kube-apiserver-kubelet-client',
      commonName: 'kube-apiserver-kubelet-client',
      organisation: 'system:masters',
    },
  ];
}
