/*
 * A kubeconfig for one user of the cluster. Written as JSON, which is YAML.
 */
import type { ClusterShape } from '../shape.js';
import { pki } from './paths.js';

export function apiServerUrl({ address, apiPort }: ClusterShape): string {
  return `https://${address}:${apiPort}`;
}

/** Files are named, not embedded: who rotates a certificate writes a file. */
export function kubeconfig(cluster: ClusterShape, user: string): object {
  const certificates = pki(cluster);
  const name = `memwarden-${cluster.name}`;
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: apiServerUrl(cluster), 'certificate-authority': certificates.authority } },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate': certificates.certificate(user),
          'client-key': certificates.key(user),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  };
}
