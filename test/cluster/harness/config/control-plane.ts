/*
 * The control plane: production's programs with production's admission and authorisation; what is missing is only a second copy of each.
 */
import { join } from 'node:path';
import type { ClusterShape } from '../shape.js';
import { flags, programOf, type Daemon, type Programs } from './daemon.js';
import { configFile, kubeconfigFile, pki } from './paths.js';

export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const ETCD_PORT = 2379;
const ETCD_PEER_PORT = 2380;

/** In the order in which they are started. */
export function controlPlane(cluster: ClusterShape, programs: Programs): readonly Daemon[] {
  const daemon = (name: string, args: readonly string[]): Daemon => ({
    name,
    node: undefined,
    program: programOf(programs, name),
    args,
  });
  return [
    daemon('etcd', etcdArgs(cluster)),
    daemon('kube-apiserver', apiServerArgs(cluster)),
    daemon('kube-controller-manager', controllerManagerArgs(cluster)),
    daemon('kube-scheduler', schedulerArgs(cluster)),
    daemon('coredns', ['-conf', configFile(cluster, 'Corefile')]),
  ];
}

function etcdArgs({ folder, etcdAddress }: ClusterShape): readonly string[] {
  const url = `http://${etcdAddress}:${ETCD_PORT}`;
  const peerUrl = `http://${etcdAddress}:${ETCD_PEER_PORT}`;
  return flags({
    name: 'etcd',
    'data-dir': join(folder, 'etcd'),
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `etcd=${peerUrl}`,
    // The data need not outlive the machine.
    'unsafe-no-fsync': true,
    'log-level': 'warn',
  });
}

function apiServerArgs(cluster: ClusterShape): readonly string[] {
  const { authority, serviceAccountKey, serviceAccountPublicKey, certificate, key } = pki(cluster);
  return flags({
    'bind-address': cluster.address,
    'advertise-address': cluster.address,
    'secure-port': cluster.apiPort,
    'etcd-servers': `http://${cluster.etcdAddress}:${ETCD_PORT}`,
    'client-ca-file': authority,
    'tls-cert-file': certificate('kube-apiserver'),
    'tls-private-key-file': key('kube-apiserver'),
    'kubelet-certificate-authority': authority,
    'kubelet-client-certificate': certificate('kube-apiserver-kubelet-client'),
    'kubelet-client-key': key('kube-apiserver-kubelet-client'),
    'kubelet-preferred-address-types': 'InternalIP',
    'service-account-issuer': ISSUER,
    'service-account-key-file': serviceAccountPublicKey,
    'service-account-signing-key-file': serviceAccountKey,
    'service-cluster-ip-range': cluster.serviceNetwork,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': true,
    'enable-aggregator-routing': true,
    profiling: false,
    'audit-policy-file': configFile(cluster, 'audit-policy.yaml'),
    'audit-log-path': auditLog(cluster),
    'audit-log-maxsize': 200,
    'audit-log-maxbackup': 1,
    // Watches are ended after that; without it a stop waits a minute for them.
    'shutdown-watch-termination-grace-period': '1s',
  });
}

/** Who asked the API server for what, one JSON object a line. */
export function auditLog({ folder }: ClusterShape): string {
  return join(folder, 'logs', 'audit.jsonl');
}

/** Every finished request of everybody, without its body. */
export function auditPolicy(): object {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata' }],
  };
}

function controllerManagerArgs(cluster: ClusterShape): readonly string[] {
  const { authority, authorityKey, serviceAccountKey } = pki(cluster);
  return flags({
    kubeconfig: kubeconfigFile(cluster, 'kube-controller-manager'),
    'leader-elect': false,
    'secure-port': 0,
    'use-service-account-credentials': true,
    'service-account-private-key-file': serviceAccountKey,
    'root-ca-file': authority,
    'cluster-signing-cert-file': authority,
    'cluster-signing-key-file': authorityKey,
    'allocate-node-cidrs': false,
    profiling: false,
  });
}

function schedulerArgs(cluster: ClusterShape): readonly string[] {
  return flags({
    kubeconfig: kubeconfigFile(cluster, 'kube-scheduler'),
    'leader-elect': false,
    'secure-port': 0,
    profiling: false,
  });
}
