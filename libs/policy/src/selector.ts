/*
 * Label selectors as Kubernetes has them (metav1.LabelSelector): every requirement must hold, and an empty selector
 * matches every object. Unknown labels (null) match none.
 */
import type { LabelRequirement, LabelSelector } from '#api';
import type { Labels } from './labels.js';

export type LabelTest = (labels: Labels | null) => boolean;
type Requirement = (labels: Labels) => boolean;

/** Prepared once for many objects. */
export function labelTest(selector: LabelSelector): LabelTest {
  const requirements: readonly Requirement[] = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => equals(key, value)),
    ...(selector.matchExpressions ?? []).map(requirementOf),
  ];
  return (labels) => {
    if (labels === null) return false;
    for (const holds of requirements) if (!holds(labels)) return false;
    return true;
  };
}

function requirementOf(expression: LabelRequirement): Requirement {
  const { key } = expression;
  const values: ReadonlySet<string | undefined> = new Set(expression.values ?? []);
  switch (expression.operator) {
    case 'In':
      return (labels) => values.has(valueOf(labels, key));
    case 'NotIn':
      return (labels) => !values.has(valueOf(labels, key));
    case 'Exists':
      return (labels) => valueOf(labels, key) !== undefined;
    case 'DoesNotExist':
      return (labels) => valueOf(labels, key) === undefined;
  }
}

function equals(key: string, value: string): Requirement {
  return (labels) => valueOf(labels, key) === value;
}

/** What objects inherit is never a string. */
function valueOf(labels: Labels, key: string): string | undefined {
  const value: unknown = labels[key];
  return typeof value === 'string' ? value : undefined;
}
