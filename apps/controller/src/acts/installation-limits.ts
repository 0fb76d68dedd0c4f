/*
 * The installation's own limits, on top of every policy's: what all policies together may do. docs/reference/safety.md.
 */
import { z } from 'zod';
import type { Limits } from '#policy';

export const DEFAULT_LIMITS: Limits = {
  perNode: 4,
  perNamespacePerHour: 20,
  perHour: 60,
  maxNodes: 20,
  maxNodesPercent: 5,
};
const limit = z.coerce.number().int().min(1);
const limits = z
  .strictObject({
    perNode: limit.max(100),
    perNamespacePerHour: limit.max(1000),
    perHour: limit.max(10_000),
    maxNodes: limit.max(5000),
    maxNodesPercent: limit.max(100),
  })
  .partial();

/** As the environment has them: `perHour=120,perNode=8`; what is not named has its default. */
export const installationLimits = z
  .string()
  .default('')
  .transform((text): unknown => Object.fromEntries(text.split(',').flatMap(pairOf)))
  .pipe(limits)
  .transform((given): Limits => ({ ...DEFAULT_LIMITS, ...defined(given) }));

function pairOf(text: string): [string, string][] {
  if (text.trim() === '') return [];
  const [name = '', value = ''] = text.split('=', 2);
  return [[name.trim(), value.trim()]];
}

function defined(given: Partial<Record<keyof Limits, number | undefined>>): Partial<Limits> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
