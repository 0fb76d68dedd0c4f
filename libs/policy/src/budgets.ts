/*
 * What may be done in an hour and at one time: by one policy, and by the whole installation. Counted from the cleanups
 * themselves, so nothing is lost with a process or a queue.
 */
import type { MemoryCleanup } from '#api';
import { HOUR_MS, modeOf, type Case, type Dated } from './case.js';
import type { CleanupDecision, DecisionReason, Limits } from './decision.js';
import { isOpen } from './target.js';

interface Budget {
  readonly limits: Limits;
  /** Of the last hour, and open ones of the node; as far as they count against these limits. */
  readonly spent: readonly Dated[];
  readonly underWay: readonly MemoryCleanup[];
  readonly whose: string;
}

/** How many nodes may be touched in an hour: the smaller limit, but always one. */
export function allowedNodes({ maxNodes, maxNodesPercent }: Limits, nodes: number): number {
  return Math.max(1, Math.min(maxNodes, Math.floor((nodes * maxNodesPercent) / 100)));
}

/** perNode is for what runs at one time, whoever's policy: a node has one memory. */
export function nodeBusy(each: Case): CleanupDecision | null {
  for (const { limits, underWay, whose } of budgets(each))
    if (underWay.length >= limits.perNode)
      return wait(
        'NodeBusy',
        `${underWay.length} cleanups of this node are under way, ${whose} allows ${limits.perNode}.`,
      );
  return null;
}

export function namespaceBudget(each: Case): CleanupDecision | null {
  const namespace = each.target.pod?.namespace;
  if (namespace === undefined) return null;
  for (const { limits, spent, whose } of budgets(each)) {
    const there = spent.filter(({ cleanup }) => cleanup.spec.target.pod?.namespace === namespace);
    if (there.length >= limits.perNamespacePerHour)
      return untilOneIsOver(each, there, {
        reason: 'NamespaceBudget',
        limit: limits.perNamespacePerHour,
        message: `${there.length} cleanups in this namespace within an hour, ${whose} allows ${limits.perNamespacePerHour}.`,
      });
  }
  return null;
}

export function hourBudget(each: Case): CleanupDecision | null {
  for (const { limits, spent, whose } of budgets(each))
    if (spent.length >= limits.perHour)
      return untilOneIsOver(each, spent, {
        reason: 'HourBudget',
        limit: limits.perHour,
        message: `${spent.length} cleanups within an hour, ${whose} allows ${limits.perHour}.`,
      });
  return null;
}

export function nodesBudget(each: Case): CleanupDecision | null {
  for (const { limits, spent, whose } of budgets(each)) {
    const newest = newestByNode(spent);
    const allowed = allowedNodes(limits, each.situation.nodes);
    if (newest.has(each.target.node) || newest.size < allowed) continue;
    return untilOneIsOver(each, [...newest.values()], {
      reason: 'NodesBudget',
      limit: allowed,
      message: `${newest.size} nodes were touched within an hour, ${whose} allows ${allowed} of ${each.situation.nodes}.`,
    });
  }
  return null;
}

function budgets(each: Case): readonly Budget[] {
  const { ruled, target, situation, hour } = each;
  if (ruled === null) return [];
  const mode = modeOf(each);
  const underWay = situation.cleanups.filter(
    (cleanup) => cleanup.spec.mode === mode && cleanup.spec.target.node === target.node && isOpen(cleanup),
  );
  const uid = ruled.policy.metadata.uid ?? ruled.policy.metadata.name;
  const own = {
    limits: ruled.policy.spec.limits,
    spent: hour.filter(({ cleanup }) => cleanup.spec.policyRef?.uid === uid),
    underWay,
    whose: 'the policy',
  };
  if (ruled.installation === null) return [own];
  return [own, { limits: ruled.installation, spent: hour, underWay, whose: 'the installation' }];
}

function newestByNode(spent: readonly Dated[]): Map<string, Dated> {
  const newest = new Map<string, Dated>();
  for (const each of spent) {
    const { node } = each.cleanup.spec.target;
    if ((newest.get(node)?.createdAtMs ?? -Infinity) < each.createdAtMs) newest.set(node, each);
  }
  return newest;
}

interface Spent {
  readonly reason: DecisionReason;
  readonly limit: number;
  readonly message: string;
}

/** When so many of them are an hour old that one more fits; a limit of 0 never has room. */
function untilOneIsOver(
  { situation: { nowMs } }: Case,
  counted: readonly Dated[],
  { reason, limit, message }: Spent,
): CleanupDecision {
  const ends = counted.map(({ createdAtMs }) => Math.min(createdAtMs, nowMs) + HOUR_MS);
  const untilMs = ends.sort((a, b) => a - b)[counted.length - limit];
  return untilMs === undefined ? wait(reason, message) : { kind: 'Wait', reason, message, untilMs };
}

function wait(reason: DecisionReason, message: string): CleanupDecision {
  return { kind: 'Wait', reason, message };
}
