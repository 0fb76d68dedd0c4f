/*
 * The programs of the test cluster: which Go module of modules/ holds each, in the order in which they are wanted first. The versions
 * stand in the modules' go.mod and nowhere else.
 */

/** @typedef {import('./program-list.mjs').Module} Module described in program-list.d.mts */

const KUBERNETES = 'k8s.io/kubernetes/cmd';
const CONTAINERD = 'github.com/containerd/containerd/v2/cmd';

/** @param {string} version like v1.36.3; a chart's kubeVersion and the skew rules compare what the programs say of themselves */
function kubernetesStamp(version) {
  const [major, minor] = version.slice(1).split('.');
  const at = 'k8s.io/component-base/version';
  return [
    `${at}.gitVersion=${version}`,
    `${at}.gitMajor=${major}`,
    `${at}.gitMinor=${minor}`,
    `${at}.gitTreeState=clean`,
  ];
}

/** @type {readonly Module[]} */
export const MODULES = [
  {
    name: 'kubernetes',
    path: 'k8s.io/kubernetes',
    stamp: kubernetesStamp,
    programs: {
      'kube-apiserver': `${KUBERNETES}/kube-apiserver`,
      etcd: 'go.etcd.io/etcd/server/v3',
      kubectl: `${KUBERNETES}/kubectl`,
    },
  },
  {
    name: 'helm',
    path: 'helm.sh/helm/v4',
    stamp: (version) => [`helm.sh/helm/v4/internal/version.version=${version}`],
    programs: { helm: 'helm.sh/helm/v4/cmd/helm' },
  },
  {
    name: 'kubernetes',
    path: 'k8s.io/kubernetes',
    stamp: kubernetesStamp,
    programs: {
      'kube-controller-manager': `${KUBERNETES}/kube-controller-manager`,
      'kube-scheduler': `${KUBERNETES}/kube-scheduler`,
      kubelet: `${KUBERNETES}/kubelet`,
      'kube-proxy': `${KUBERNETES}/kube-proxy`,
    },
  },
  {
    name: 'containerd',
    path: 'github.com/containerd/containerd/v2',
    tags: ['no_btrfs', 'no_zfs', 'no_devmapper'],
    stamp: (version) => [`github.com/containerd/containerd/v2/version.Version=${version}`],
    programs: {
      containerd: `${CONTAINERD}/containerd`,
      'containerd-shim-runc-v2': `${CONTAINERD}/containerd-shim-runc-v2`,
      ctr: `${CONTAINERD}/ctr`,
    },
  },
  {
    name: 'coredns',
    path: 'github.com/coredns/coredns',
    stamp: () => [],
    programs: { coredns: 'github.com/coredns/coredns' },
  },
  {
    name: 'kwok',
    path: 'sigs.k8s.io/kwok',
    stamp: (version) => [`sigs.k8s.io/kwok/pkg/consts.Version=${version}`],
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
    // What a pretended node and its pods do; without stages they do nothing.
    texts: {
      'kwok-stages.yaml': [
        'kustomize/stage/node/fast/node-initialize.yaml',
        'kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
        'kustomize/stage/pod/fast/pod-ready.yaml',
        'kustomize/stage/pod/fast/pod-complete.yaml',
        'kustomize/stage/pod/fast/pod-delete.yaml',
      ],
    },
  },
];

/** What KUBEBUILDER_ASSETS holds where it is set: the name and the three programs are kubebuilder's convention. */
export const READY_MADE = ['kube-apiserver', 'etcd', 'kubectl'];
