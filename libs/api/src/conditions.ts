/*
 * Conditions as Kubernetes keeps them: one of a type, `lastTransitionTime` moves only when `status` does.
 */
import type { Condition } from './gen/types.js';

/** As the CRDs bound it, in characters. */
const MAX_MESSAGE = 1024;

/** What is observed now; the time is set by `withCondition`. */
export type ObservedCondition = Omit<Condition, 'lastTransitionTime'>;

/** The same array when nothing changed. Order is kept; a new type comes last; a long message is cut. */
export function withCondition(
  conditions: readonly Condition[],
  observed: ObservedCondition,
  nowMs: number,
): readonly Condition[] {
  const old = conditionOf(conditions, observed.type);
  const lastTransitionTime = old?.status === observed.status ? old.lastTransitionTime : rfc3339(nowMs);
  const next = { ...observed, message: cut(observed.message), lastTransitionTime };
  if (old === undefined) return [...conditions, next];
  if (isSame(old, next)) return conditions;
  return conditions.map((condition) => (condition === old ? next : condition));
}

export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** False, too, when nobody said anything of this type. */
export function isConditionTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}

/** Wall time as the objects have it. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

function isSame(a: Condition, b: Condition): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.observedGeneration === b.observedGeneration
  );
}

function cut(text: string): string {
  if (text.length <= MAX_MESSAGE) return text;
  const characters = Array.from(text);
  return characters.length <= MAX_MESSAGE ? text : `${characters.slice(0, MAX_MESSAGE - 1).join('')}…`;
}
