/*
 * The files of a cluster's folder that several programs read.
 */
import { join } from 'node:path';
import type { ClusterShape } from '../shape.js';

export interface Pki {
  /** The certificate of the one authority that everybody trusts. */
  readonly authority: string;
  readonly authorityKey: string;
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  readonly certificate: (name: string) => string;
  readonly key: (name: string) => string;
}

export function pki({ folder }: ClusterShape): Pki {
  const at = (file: string): string => join(folder, 'pki', file);
  return {
    authority: at('ca.crt'),
    authorityKey: at('ca.key'),
    serviceAccountKey: at('service-accounts.key'),
    serviceAccountPublicKey: at('service-accounts.pub'),
    certificate: (name) => at(`${name}.crt`),
    key: (name) => at(`${name}.key`),
  };
}

/** The kubeconfig of one user; the administrator's is called "admin". */
export function kubeconfigFile({ folder }: ClusterShape, user: string): string {
  return join(folder, 'kubeconfig', `${user}.yaml`);
}

/** A program's configuration. */
export function configFile({ folder }: ClusterShape, name: string): string {
  return join(folder, 'config', name);
}
