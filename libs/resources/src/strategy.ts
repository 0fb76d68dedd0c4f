/*
 * How waiting cleanups are done now: one by one, together, or all at once. An ordered list of pure rules.
 */
export type Strategy =
  /** Each as soon as its turn comes. */
  | { readonly kind: 'Immediate'; readonly reason: 'Quiet' }
  /** Those of one target and node that wait together. */
  | { readonly kind: 'Batched'; readonly reason: 'Backlog' }
  /** One by one, and as many at once as there may be: a group ends when its slowest does. */
  | { readonly kind: 'Emergency'; readonly reason: 'Pressure' | 'Failure' };

export interface Conditions {
  /** Memory pressure where the cleanups are done. */
  readonly pressure: 'none' | 'some' | 'full';
  /** Something ended without giving back what it held. */
  readonly hasFailed: boolean;
  readonly waiting: number;
  /** Those of them that are for the target and node whose turn it is. */
  readonly alike: number;
}

/** So many waiting ones, in all or for one target, are worth doing together. */
const BACKLOG = 32;
const ALIKE = 8;

type Rule = (conditions: Conditions) => Strategy | null;

const RULES: readonly Rule[] = [
  // Memory is short now: saving work is worth nothing.
  ({ pressure }) => (pressure === 'full' ? { kind: 'Emergency', reason: 'Pressure' } : null),
  // What a failure left behind is held by nobody any more.
  ({ hasFailed }) => (hasFailed ? { kind: 'Emergency', reason: 'Failure' } : null),
  // Many wait, and many of those are often for one target.
  ({ waiting, alike }) =>
    waiting >= BACKLOG || alike >= ALIKE ? { kind: 'Batched', reason: 'Backlog' } : null,
];

export function chooseStrategy(conditions: Conditions): Strategy {
  for (const rule of RULES) {
    const strategy = rule(conditions);
    if (strategy !== null) return strategy;
  }
  return { kind: 'Immediate', reason: 'Quiet' };
}
