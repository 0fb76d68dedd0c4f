/*
 * A whole list, page by page, within a bound.
 */
import type { ListQuery, Named, ObjectSource } from './backend.js';

const PAGE = 1000;
const MOST_PAGES = 10;

export interface Whole<T> {
  readonly items: readonly T[];
  /** There are more than are read here. */
  readonly isCut: boolean;
}

export async function allPages<T extends Named>(
  source: ObjectSource<T>,
  query: ListQuery,
): Promise<Whole<T>> {
  const items: T[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await source.page({ ...query, limit: PAGE, continue: next });
    items.push(...answer.items);
    next = answer.continue;
    if (next === undefined || next === '') return { items, isCut: false };
  }
  return { items, isCut: true };
}
