/*
 * Whether a policy can be taken, by the rules of local mode: the schema's and CEL's, which the API server has checked
 * already unless its CRDs are older, and what this version can do.
 */
import { unsupportedIn, validatePolicy, type MemoryPolicy } from '#api';
import type { Problem } from '#contracts/store';

export type Accepted<T> =
  | { readonly ok: true; readonly object: T }
  | { readonly ok: false; readonly reason: 'Invalid' | 'Unsupported'; readonly problems: readonly Problem[] };

export function acceptPolicy(value: unknown): Accepted<MemoryPolicy> {
  const validated = validatePolicy(value);
  if (!validated.ok) return { ok: false, reason: 'Invalid', problems: validated.problems };
  const problems = unsupportedIn(validated.object);
  return problems.length === 0 ? validated : { ok: false, reason: 'Unsupported', problems };
}
