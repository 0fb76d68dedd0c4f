/*
 * The Debian packages of ../packages.txt: what is missing is installed where that is allowed, else named.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '#contracts/errors';
import { run } from './command.js';
import { ROOT } from './places.js';

/** @throws {Unavailable} saying what is missing and the command that installs it */
export async function ensurePackages(say: (line: string) => void): Promise<void> {
  const missing = await missingOf(await wanted());
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends --yes ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Unavailable(`Packages are missing. As root: ${command}`);
  say(`installing ${missing.join(', ')}`);
  await run('apt-get', ['update', '-qq'], { deadlineSeconds: 180 });
  await run('apt-get', command.split(' ').slice(1), { deadlineSeconds: 300 });
}

async function wanted(): Promise<string[]> {
  const list = await readFile(join(ROOT, 'test/vm/packages.txt'), 'utf8');
  return list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

async function missingOf(packages: readonly string[]): Promise<string[]> {
  const installed = await Promise.all(packages.map(isInstalled));
  return packages.filter((_name, index) => installed[index] !== true);
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    return (await run('dpkg-query', ['-W', '-f', '${db:Status-Status}', name])) === 'installed';
  } catch {
    // dpkg-query fails for a package that it has never heard of, and where there is no dpkg at all.
    return false;
  }
}
