/*
 * Policies, indexed: which one rules a row. Placeholder of the signatures; see README.md.
 */
import type { MemoryPolicy } from '#api';
import { BrokenInvariant } from '#contracts/errors';

/** Immutable and opaque: made by `compilePolicies`, kept until a policy changes. */
export interface CompiledPolicies {
  readonly size: number;
}

/** Of accepted policies in their last good generation. Those without a Pressure detector rule nothing yet. */
export function compilePolicies(_policies: readonly MemoryPolicy[]): CompiledPolicies {
  throw new BrokenInvariant('compilePolicies is not written yet.');
}
