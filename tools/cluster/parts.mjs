/*
 * What the test cluster and the images need of the system, as Debian calls it. The set-up of the tests installs it, and so does
 * `npm run cluster` on a machine where that has not run.
 */
import { existsSync } from 'node:fs';
import { which } from '../setup/command.mjs';

/** Package → a program of it by name, or any file of it by path. */
export const CLUSTER_PARTS = /** @type {Readonly<Record<string, string>>} */ ({
  buildah: 'buildah',
  conntrack: 'conntrack',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  gcc: 'cc',
  iproute2: 'ip',
  iptables: 'iptables',
  'libc6-dev': '/usr/include/stdio.h',
  mmdebstrap: 'mmdebstrap',
  nftables: 'nft',
  openssl: 'openssl',
  runc: 'runc',
  'util-linux': 'nsenter',
});

/** @returns {string[]} the packages that are missing */
export function missingParts() {
  return Object.entries(CLUSTER_PARTS)
    .filter(([, proof]) => !(proof.startsWith('/') ? existsSync(proof) : which(proof)))
    .map(([name]) => name);
}
