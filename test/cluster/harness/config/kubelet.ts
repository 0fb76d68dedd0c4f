/*
 * The kubelet's configuration: production's, but for what a machine shared with others cannot give.
 */
import { join } from 'node:path';
import type { ClusterShape, NodeShape } from '../shape.js';
import { pki } from './paths.js';

export function kubeletConfig(cluster: ClusterShape, node: NodeShape): object {
  const certificates = pki(cluster);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.address,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificates.authority },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: certificates.certificate(`kubelet-${node.name}`),
    tlsPrivateKeyFile: certificates.key(`kubelet-${node.name}`),
    clusterDNS: [cluster.dnsServiceAddress],
    clusterDomain: cluster.domain,
    resolvConf: join(node.folder, 'resolv.conf'),
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    // Nothing may take a test's pod away but the test: the disk and the memory are other people's, too.
    evictionHard: { 'memory.available': '1%', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    ...WITHOUT_PRIVILEGE,
    nodeStatusUpdateFrequency: '5s',
    maxPods: 110,
  };
}

/** A container of CI has no CAP_SYS_RESOURCE, and settings of the kernel belong to the machine. */
const WITHOUT_PRIVILEGE = {
  featureGates: { KubeletInUserNamespace: true },
  oomScoreAdj: 0,
  makeIPTablesUtilChains: false,
};
