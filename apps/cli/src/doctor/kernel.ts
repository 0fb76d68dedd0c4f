/*
 * What `doctor` says of the kernel and of what this user may do with it.
 */
import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import type { Examination } from './examination.js';

/** Of those that the agent can use: their bit in CapEff, and what for. linux/capability.h */
const USED = [
  { name: 'CAP_KILL', bit: 5, what: 'signals to processes of other users' },
  { name: 'CAP_SYS_PTRACE', bit: 19, what: 'memory maps and environments of other users' },
] as const;
/** pidfd_open, which no signal is sent without. */
const LEAST = [5, 3] as const;

export function kernel(): Promise<Examination> {
  return Promise.resolve(kernelFound(release()));
}

/** Pure. @param found as uname(2) says it: 6.1.0-13-amd64 */
export function kernelFound(found: string): Examination {
  const [major = 0, minor = 0] = found.split('.').map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor))
    return { state: 'ok', subject: 'kernel', found };
  return {
    state: 'failed',
    subject: 'kernel',
    found,
    next: `Linux ${leastMajor}.${leastMinor} or later is needed: without process handles no signal is safe.`,
  };
}

export async function capabilities(): Promise<Examination> {
  return capabilitiesFound(await readFile('/proc/self/status', 'utf8').catch(() => ''));
}

/** Pure. @param status /proc/self/status */
export function capabilitiesFound(status: string): Examination {
  const subject = 'capabilities';
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/mu.exec(status)?.[1] ?? '0'}`);
  const has = (bit: number): boolean => (mask & (1n << BigInt(bit))) !== 0n;
  const held = USED.filter(({ bit }) => has(bit));
  const absent = USED.filter(({ bit }) => !has(bit));
  const found = held.length === 0 ? 'none' : held.map(({ name }) => name).join(', ');
  if (absent.length === 0) return { state: 'ok', subject, found };
  return {
    state: 'ok',
    subject,
    found: `${found}; your own processes are read and asked all the same`,
    next: `Not without ${absent.map(({ name, what }) => `${name}: ${what}`).join('; ')}.`,
  };
}
