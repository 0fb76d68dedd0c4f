/*
 * What the machine has and what may be installed on it: system packages only by root on Debian or Ubuntu, and only
 * after they were named; for everybody else the exact command.
 */
import { readFileSync } from 'node:fs';
import { run, which } from './command.mjs';
import { Problem, problemInOutput } from './problem.mjs';

/** @typedef {{ command: string, aptPackage: string, instead?: readonly string[] }} Part a program and where it comes from */

/** @param {readonly Part[]} parts */
export function missing(parts) {
  return parts.filter((part) => ![part.command, ...(part.instead ?? [])].some((command) => which(command)));
}

function isDebian() {
  try {
    return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/mu.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** @param {readonly string[]} packages */
function aptCommand(packages) {
  return `apt-get install --no-install-recommends -y ${packages.join(' ')}`;
}

/** @param {readonly string[]} packages Debian's names */
export function howToInstall(packages) {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (isDebian()) return `${sudo}${aptCommand(packages)}`;
  return `install, with your system's package manager, what Debian calls ${packages.join(', ')}`;
}

export function mayInstall() {
  return process.getuid?.() === 0 && isDebian() && which('apt-get') !== undefined;
}

/**
 * @param {readonly string[]} packages
 * @param {(line: string) => void} say
 */
export async function install(packages, say) {
  say(`installing system packages: ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const apt = (/** @type {string[]} */ ...args) =>
    run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], { env });
  const attempt = () => apt('install', '--no-install-recommends', '-y', ...packages);
  let result = await attempt();
  if (result.status !== 0) {
    // The list of packages may be missing or old.
    await apt('update');
    result = await attempt();
  }
  if (result.status === 0) return;
  throw (
    problemInOutput(result.output, '/') ??
    new Problem(
      `apt-get could not install ${packages.join(' ')}:\n${lastLines(result.output, 5)}`,
      `See whether the network is there, run "${aptCommand(packages)}" by hand, then this again.`,
    )
  );
}

/**
 * @param {string} text
 * @param {number} count
 */
export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
