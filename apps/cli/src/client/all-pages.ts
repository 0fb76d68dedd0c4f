/*
 * A whole list, page by page, within a bound.
 */
import type { Page } from './answers.js';

const PAGE = 1000;
const MOST_PAGES = 10;

export interface Whole<T> {
  readonly items: readonly T[];
  /** There are more than are read here. */
  readonly isCut: boolean;
}

export async function allPages<T>(
  ask: (query: { limit: number; continue: string | undefined }) => Promise<Page<T>>,
): Promise<Whole<T>> {
  const items: T[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await ask({ limit: PAGE, continue: next });
    items.push(...answer.items);
    next = answer.continue;
    if (next === undefined) return { items, isCut: false };
  }
  return { items, isCut: true };
}
