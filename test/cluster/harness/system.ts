/*
 * What of the system the cluster needs, and who may run it.
 */
import { Unavailable } from '#contracts/errors';
import { howToInstall, install, mayInstall, missingParts, which } from '../../../tools/cluster/door.mjs';
import { SYSTEM_PATH } from './processes.js';

/** @throws {Unavailable} on a machine that cannot run a cluster */
export async function needSystem(say: (line: string) => void): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Unavailable('A cluster needs Linux and root, for namespaces and cgroups.');
  const absent = missingParts();
  if (absent.length > 0) {
    if (!mayInstall()) throw new Unavailable(`A cluster needs more: ${howToInstall(absent)}`);
    await install(absent, say);
  }
}

/** Debian's place where it is not found: whoever wants to run it has asked for it first. */
export function runcPath(): string {
  return which('runc', SYSTEM_PATH) ?? '/usr/sbin/runc';
}
