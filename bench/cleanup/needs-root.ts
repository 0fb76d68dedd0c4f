/*
 * What acts on real processes needs root: cgroups of their own, and another user's processes.
 */
import type { LeftOut } from '../harness/document.js';

/** Empty: this machine can take them. */
export function leftOutHere(names: readonly string[]): LeftOut[] {
  if (process.getuid?.() === 0) return [];
  return names.map((name) => ({ name, why: 'it makes cgroups and needs root' }));
}
