/*
 * CoreDNS beside the API server, answering for the cluster's domain and nobody else: this cluster has no world outside.
 */
import { kubeconfigFile } from './paths.js';
import type { ClusterShape } from '../shape.js';

export function corefile(cluster: ClusterShape): string {
  const context = `memwarden-${cluster.name}`;
  return `.:53 {
  bind ${cluster.address}
  errors
  health ${cluster.address}:8080
  ready ${cluster.address}:8181
  kubernetes ${cluster.domain} in-addr.arpa {
    kubeconfig ${kubeconfigFile(cluster, 'coredns')} ${context}
    pods insecure
    ttl 5
  }
  cache 5
}
`;
}

/** What the API server must hold for DNS: who CoreDNS is, and the Service behind which it stands. */
export function dnsObjects(cluster: ClusterShape): object {
  const metadata = { name: 'kube-dns', namespace: 'kube-system' };
  const ports = [
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, protocol: 'TCP' },
  ];
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { ...metadata, labels: { 'k8s-app': 'kube-dns' } },
        spec: { clusterIP: cluster.dnsServiceAddress, ports },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kube-dns' } },
        addressType: 'IPv4',
        ports,
        endpoints: [{ addresses: [cluster.address], conditions: { ready: true } }],
      },
      ...reader(),
    ],
  };
}

function reader(): readonly object[] {
  const name = 'system:coredns';
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
  const verbs = ['list', 'watch'];
  return [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        { apiGroups: [''], resources: ['services', 'pods', 'namespaces', 'endpoints'], verbs },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
      ],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name },
      subjects: [{ apiGroup, kind: 'User', name }],
    },
  ];
}
