/*
 * In which order things are given back at the end: the urgent first, children before parents. Pure.
 */
import type { QueuePriority } from '#contracts/cleanup';
import { PRIORITIES } from './virtual-start.js';

interface Node<N> {
  readonly priority: QueuePriority;
  readonly parent: N | null;
}

/**
 * Waves: all of one can go at once, when those before are gone. Whoever a more urgent parent waits for is as urgent as it.
 */
export function inOrder<N extends Node<N>>(nodes: readonly N[]): readonly (readonly N[])[] {
  const ranks = new Map<N, Rank>();
  const waves = new Map<number, { readonly rank: Rank; readonly members: N[] }>();
  for (const node of nodes) {
    const rank = rankOf(node, ranks);
    const key = rank.place * (nodes.length + 1) - rank.depth;
    const wave = waves.get(key);
    if (wave === undefined) waves.set(key, { rank, members: [node] });
    else wave.members.push(node);
  }
  return [...waves.entries()].sort(([a], [b]) => a - b).map(([, { members }]) => members);
}

interface Rank {
  /** 0: Critical. */
  readonly place: number;
  /** Of a thing without a parent: 0. */
  readonly depth: number;
}

// Not recursive: a chain of parents may be long.
function rankOf<N extends Node<N>>(node: N, ranks: Map<N, Rank>): Rank {
  const path: N[] = [];
  let at: N | null = node;
  while (at !== null && !ranks.has(at)) {
    path.push(at);
    at = at.parent;
  }
  let rank = at === null ? null : (ranks.get(at) ?? null);
  for (const each of path.reverse()) {
    const own = PRIORITIES.indexOf(each.priority);
    rank = { place: Math.min(own, rank?.place ?? own), depth: rank === null ? 0 : rank.depth + 1 };
    ranks.set(each, rank);
  }
  return rank ?? { place: 0, depth: 0 };
}
