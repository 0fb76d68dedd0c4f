/*
 * Shows objects: one in full, or a list, once or for as long as it is watched.
 */
import { allPages } from '../client/all-pages.js';
import type { ListQuery, Page } from '../client/answers.js';
import type { ApiClient } from '../client/api.js';
import { follow } from '../objects/follow.js';
import type { ViewOptions } from '../objects/finding-view.js';
import type { ListState } from './list-flags.js';
import { hint, interrupted, print, printJson, viewOptions } from './output.js';

interface Shown {
  readonly json: boolean;
}

interface ListShown extends Shown {
  readonly node: string | undefined;
  readonly state: ListState;
  readonly limit: number;
  readonly watch: boolean;
}

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string };
}

export interface ListView<T extends Named> {
  readonly event: 'finding' | 'cleanup';
  readonly page: (query: ListQuery) => Promise<Page<T>>;
  readonly inOrder: (items: readonly T[]) => readonly T[];
  readonly table: (items: readonly T[], options: ViewOptions) => string[];
  /** Says why there may be nothing. */
  readonly whenEmpty: () => Promise<void>;
}

export function showOne<T>(
  { json }: Shown,
  object: T,
  view: (object: T, options: ViewOptions) => string[],
): void {
  if (json) printJson(object);
  else print(view(object, viewOptions()));
}

export async function showList<T extends Named>(
  given: ListShown,
  client: ApiClient,
  view: ListView<T>,
): Promise<void> {
  const query: ListQuery = { state: given.state, node: given.node };
  if (given.watch) await watch(given, client, { ...view, page: (more) => view.page({ ...query, ...more }) });
  else if (given.json) printJson(await view.page({ ...query, limit: given.limit }));
  else await showTable(given, view, query);
}

async function showTable<T extends Named>(
  given: ListShown,
  view: ListView<T>,
  query: ListQuery,
): Promise<void> {
  const { items, isCut } = await allPages((more) => view.page({ ...query, ...more }));
  if (items.length === 0) {
    await view.whenEmpty();
    return;
  }
  const shown = view.inOrder(items).slice(0, given.limit);
  print(view.table(shown, viewOptions()));
  const left = items.length - shown.length;
  if (left > 0) hint(`${left}${isCut ? ' or more' : ''} further ones: --limit ${items.length} shows them.`);
}

/** A line for each object that is new or changed; with --json the object itself. */
async function watch<T extends Named>(given: ListShown, client: ApiClient, view: ListView<T>): Promise<void> {
  let isFirst = true;
  const changed = (items: readonly T[]): void => {
    const shown = view.inOrder(items).slice(0, given.limit);
    if (given.json) for (const item of shown) printJson(item);
    else if (isFirst || shown.length > 0) {
      const [title = '', ...rows] = view.table(shown, viewOptions());
      print(isFirst ? [title, ...rows] : rows);
    }
    isFirst = false;
  };
  const list = async (): Promise<readonly T[]> => (await allPages(view.page)).items;
  const troubled = (error: Error): void => hint(`memwarden: ${error.message} Trying again.`);
  await follow(client, { event: view.event, list, changed, troubled }, interrupted());
}
