/*
 * Policies as text: what the folder takes and what POST /api/v1/policies:validate answers are one reading.
 */
import { parsePolicyFile, type MemoryPolicy } from '#api';
import type { ParsedPolicy } from '#files';
import type { PolicyValidation } from '../api/acts-schemas.js';

export function parsePolicies(text: string): readonly ParsedPolicy<MemoryPolicy>[] {
  const { items, unreadable } = parsePolicyFile(text);
  return unreadable === null ? items : [{ name: null, object: null, rejected: unreadable }];
}

export function checkPolicies(text: string): PolicyValidation {
  const items = parsePolicies(text).map(({ name, rejected }) => ({
    name: name ?? '',
    accepted: rejected === null,
    ...(rejected === null ? {} : { reason: rejected.reason }),
    problems: (rejected?.problems ?? []).map(({ path, message }) => ({ path, message })),
  }));
  return { accepted: items.every(({ accepted }) => accepted), items };
}
