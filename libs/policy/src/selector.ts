/*
 * Label selectors as Kubernetes has them (metav1.LabelSelector): every requirement must hold, and an empty selector
 * matches every object. Unknown labels (null) match none.
 */
import type { LabelSelector } from '#api';
import type { Labels } from './labels.js';

export type LabelTest = (labels: Labels | null) => boolean;
type Requirement = (labels: Labels) => boolean;

/** Prepared once for many objects. */
export function labelTest(selector: LabelSelector): LabelTest {
  const requirements: readonly Requirement[] = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => isOneOf(key, new Set([value]))),
    ...(selector.matchExpressions ?? []).map(requirementOf),
  ];
  return (labels) => labels !== null && requirements.every((holds) => holds(labels));
}

function requirementOf(expression: NonNullable<LabelSelector['matchExpressions']>[number]): Requirement {
  const { key } = expression;
  const isIn = isOneOf(key, new Set(expression.values ?? []));
  switch (expression.operator) {
    case 'In':
      return isIn;
    case 'NotIn':
      return (labels) => !isIn(labels);
    case 'Exists':
      return (labels) => Object.hasOwn(labels, key);
    case 'DoesNotExist':
      return (labels) => !Object.hasOwn(labels, key);
  }
}

function isOneOf(key: string, values: ReadonlySet<string>): Requirement {
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value !== undefined && values.has(value);
  };
}
