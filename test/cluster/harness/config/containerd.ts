/*
 * containerd's and the CNI plugins' configuration of one node.
 */
import { join } from 'node:path';
import type { ClusterShape, NodeShape } from '../shape.js';

/** The image of every pod's first container; it is loaded, never pulled. */
export const PAUSE_IMAGE = 'memwarden.dev/test/pause:1';
const CNI_PLUGINS = '/usr/lib/cni';

interface Runtime {
  /** Where containerd-shim-runc-v2 is. */
  readonly shim: string;
  readonly runc: string;
}

/** The paths are those of a production node; they lie in the node's own mount namespace. */
export function containerdConfig(node: NodeShape, { shim, runc }: Runtime): string {
  return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"
oom_score = 0

[grpc]
  address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = ${quote(PAUSE_IMAGE)}

[plugins."io.containerd.cri.v1.runtime"]
  # The machine may refuse what a pod asks for.
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = [${quote(CNI_PLUGINS)}]
    conf_dir = ${quote(cniFolder(node))}
  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    runtime_path = ${quote(shim)}
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      BinaryName = ${quote(runc)}
      SystemdCgroup = false
`;
}

export function cniFolder(node: NodeShape): string {
  return join(node.folder, 'cni');
}

export function cniConfig(cluster: ClusterShape, node: NodeShape): object {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: node.podSubnet, gateway: node.podGateway }]],
          routes: [{ dst: '0.0.0.0/0' }],
          dataDir: '/run/cni',
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

/** A string of TOML is one of JSON, as long as it holds no control characters. */
function quote(text: string): string {
  return JSON.stringify(text);
}
