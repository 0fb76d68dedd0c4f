/*
 * What of the system the cluster needs, and who may run it.
 */
import { existsSync } from 'node:fs';
import { Unavailable } from '#contracts/errors';
import { howToInstall, install, mayInstall, missing, which } from '../../../tools/cluster/door.mjs';
import { SYSTEM_PATH } from './processes.js';

const PARTS = [
  { command: 'runc', aptPackage: 'runc' },
  { command: 'nft', aptPackage: 'nftables' },
  { command: 'ip', aptPackage: 'iproute2' },
  { command: 'iptables', aptPackage: 'iptables' },
  { command: 'conntrack', aptPackage: 'conntrack' },
  { command: 'openssl', aptPackage: 'openssl' },
  { command: 'nsenter', aptPackage: 'util-linux' },
];
const CNI = { file: '/usr/lib/cni/bridge', aptPackage: 'containernetworking-plugins' };

/** @returns runc, by its path. @throws {Unavailable} on a machine that cannot run a cluster */
export async function needSystem(say: (line: string) => void): Promise<{ readonly runc: string }> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Unavailable('A cluster needs Linux and root, for namespaces and cgroups.');
  const absent = missing(PARTS).map(({ aptPackage }) => aptPackage);
  if (!existsSync(CNI.file)) absent.push(CNI.aptPackage);
  if (absent.length > 0) {
    if (!mayInstall()) throw new Unavailable(`A cluster needs more: ${howToInstall(absent)}`);
    await install(absent, say);
  }
  const runc = which('runc', SYSTEM_PATH);
  if (runc === undefined) throw new Unavailable(`runc is in none of ${SYSTEM_PATH}.`);
  return { runc };
}
