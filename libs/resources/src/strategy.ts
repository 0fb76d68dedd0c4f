/*
 * How what waits to be let go is let go now: each by itself, together, or all of it at once. An ordered list of pure rules.
 */
export type Strategy =
  /** Each by itself: whoever looks meanwhile sees it go in order. */
  | { readonly kind: 'Immediate'; readonly reason: 'Quiet' }
  /** Those of one group (a node, a target) together, one group after the other. */
  | { readonly kind: 'Batched'; readonly reason: 'Backlog' }
  /** Now, without waiting for its hour, and more than would go otherwise. */
  | { readonly kind: 'Emergency'; readonly reason: 'Pressure' | 'Failure' };

export interface Conditions {
  /** How full the place is that it would leave: 0 to 1. */
  readonly fullness: number;
  /** The place takes nothing more, for whatever reason. */
  readonly hasFailed: boolean;
  readonly waiting: number;
}

/** Above this there is hardly room for what comes within a minute. */
const NEARLY_FULL = 0.9;
/** So many are worth doing together: each commit of its own costs a sync. */
const BACKLOG = 8;

const RULES: readonly ((conditions: Conditions) => Strategy | null)[] = [
  // Letting go may be the only thing that makes it take writes again.
  ({ hasFailed }) => (hasFailed ? { kind: 'Emergency', reason: 'Failure' } : null),
  // Soon nothing new can be kept: order and cost matter less.
  ({ fullness }) => (fullness >= NEARLY_FULL ? { kind: 'Emergency', reason: 'Pressure' } : null),
  ({ waiting }) => (waiting >= BACKLOG ? { kind: 'Batched', reason: 'Backlog' } : null),
];

export function chooseStrategy(conditions: Conditions): Strategy {
  for (const rule of RULES) {
    const strategy = rule(conditions);
    if (strategy !== null) return strategy;
  }
  return { kind: 'Immediate', reason: 'Quiet' };
}
