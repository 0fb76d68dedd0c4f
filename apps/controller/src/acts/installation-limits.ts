/*
 * The installation's own limits, on top of every policy's: what all policies together may do. docs/reference/safety.md.
 */
import type { Limits } from '#policy';

export const INSTALLATION_LIMITS: Limits = {
  perNode: 4,
  perNamespacePerHour: 20,
  perHour: 60,
  maxNodes: 20,
  maxNodesPercent: 5,
};
