/*
 * All files that a cluster's programs read, written before the first is started.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeCertificates } from './certificates.js';
import { cniConfig, cniFolder, containerdConfig } from './config/containerd.js';
import { auditPolicy } from './config/control-plane.js';
import { corefile } from './config/coredns.js';
import { programOf, type Programs } from './config/daemon.js';
import { kubeProxyConfig } from './config/kube-proxy.js';
import { kubeconfig } from './config/kubeconfig.js';
import { kubeletConfig } from './config/kubelet.js';
import { configFile, kubeconfigFile } from './config/paths.js';
import { clients } from './config/subjects.js';
import type { ClusterShape, NodeShape } from './shape.js';

export async function writeFiles(cluster: ClusterShape, programs: Programs): Promise<void> {
  await mkdir(join(cluster.folder, 'logs'), { recursive: true });
  await makeCertificates(cluster);
  const files = new Map([
    [configFile(cluster, 'Corefile'), corefile(cluster)],
    [configFile(cluster, 'audit-policy.yaml'), json(auditPolicy())],
    ...clients(cluster).map(
      ({ name }) => [kubeconfigFile(cluster, name), json(kubeconfig(cluster, name))] as const,
    ),
    ...cluster.nodes.flatMap((node) => nodeFiles(cluster, node, programs)),
  ]);
  for (const [file, text] of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
  }
  for (const node of cluster.nodes)
    for (const folder of ['lib', 'log', 'tmp', 'cache'])
      await mkdir(join(node.folder, 'var', folder), { recursive: true });
}

function nodeFiles(
  cluster: ClusterShape,
  node: NodeShape,
  programs: Programs,
): readonly (readonly [string, string])[] {
  const runtime = {
    shim: programOf(programs, 'containerd-shim-runc-v2'),
    runc: programOf(programs, 'runc'),
  };
  return [
    [configFile(cluster, `${node.name}-containerd.toml`), containerdConfig(node, runtime)],
    [configFile(cluster, `${node.name}-kubelet.yaml`), json(kubeletConfig(cluster, node))],
    [configFile(cluster, `${node.name}-kube-proxy.yaml`), json(kubeProxyConfig(cluster, node))],
    [join(cniFolder(node), '10-pods.conflist'), json(cniConfig(cluster, node))],
    [join(node.folder, 'resolv.conf'), `nameserver ${cluster.dnsServiceAddress}\n`],
  ];
}

/** JSON is YAML, and needs no library. */
function json(value: object): string {
  return JSON.stringify(value, undefined, 2);
}
