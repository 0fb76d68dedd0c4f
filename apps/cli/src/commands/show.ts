/*
 * Shows objects: one in full, or a list, once or for as long as it is watched.
 */
import { allPages } from '../backend/all-pages.js';
import type { ListQuery, ListState, Named, ObjectSource } from '../backend/backend.js';
import { isJson, type OutputFlags } from '../backend/flags.js';
import { follow } from '../objects/follow.js';
import type { ViewOptions } from '../objects/view-options.js';
import { hint, interrupted, print, printJson, viewOptions } from './output.js';

interface ListShown extends OutputFlags {
  readonly node?: string | undefined;
  readonly state?: ListState;
  /** Undefined: SHOWN rows, and JSON as long as the source has it. */
  readonly limit: number | undefined;
  readonly watch: boolean;
  readonly allNamespaces: boolean | undefined;
}

interface Typed extends Named {
  readonly kind: string;
}

const SHOWN = 40;

export interface ListView<T extends Named> {
  readonly inOrder: (items: readonly T[]) => readonly T[];
  readonly table: (items: readonly T[], options: ViewOptions) => string[];
  /** Says why there may be nothing. */
  readonly whenEmpty: () => Promise<void> | void;
}

export function showOne<T>(
  given: OutputFlags,
  object: T,
  view: (object: T, options: ViewOptions) => string[],
): void {
  if (isJson(given)) printJson(object);
  else if (given.output === 'name' && isTyped(object)) print([nameOf(object)]);
  else print(view(object, viewOptions(given)));
}

/** As kubectl writes it: what its other commands take. */
function nameOf({ kind, metadata }: Typed): string {
  return `${kind.toLowerCase()}.memwarden.dev/${metadata.name}`;
}

function isTyped(object: unknown): object is Typed {
  return typeof object === 'object' && object !== null && 'kind' in object && 'metadata' in object;
}

export async function showList<T extends Typed>(
  given: ListShown,
  source: ObjectSource<T>,
  view: ListView<T>,
): Promise<void> {
  const { state, node } = given;
  const query: ListQuery = { ...(state === undefined ? {} : { state }), node };
  if (given.watch) await watch(given, (signal) => source.changes(query, signal), view);
  else if (isJson(given)) printJson(await source.answer({ ...query, limit: given.limit }));
  else await showTable(given, source, query, view);
}

async function showTable<T extends Typed>(
  given: ListShown,
  source: ObjectSource<T>,
  query: ListQuery,
  view: ListView<T>,
): Promise<void> {
  const { items, isCut } = await allPages(source, query);
  if (items.length === 0) {
    await view.whenEmpty();
    return;
  }
  const shown = view.inOrder(items).slice(0, given.limit ?? SHOWN);
  print(given.output === 'name' ? shown.map(nameOf) : view.table(shown, viewOptions(given)));
  const left = items.length - shown.length;
  if (left > 0) hint(`${left}${isCut ? ' or more' : ''} further ones: --limit ${items.length} shows them.`);
}

/** A line for each object that is new or changed; with --json the object itself. */
async function watch<T extends Typed>(
  given: ListShown,
  changes: Parameters<typeof follow<T>>[0]['changes'],
  view: ListView<T>,
): Promise<void> {
  let isFirst = true;
  const changed = (items: readonly T[]): void => {
    const shown = view.inOrder(items).slice(0, given.limit ?? SHOWN);
    if (isJson(given)) for (const item of shown) printJson(item);
    else if (given.output === 'name') print(shown.map(nameOf));
    else if (isFirst || shown.length > 0) {
      const [title = '', ...rows] = view.table(shown, viewOptions(given));
      print(isFirst ? [title, ...rows] : rows);
    }
    isFirst = false;
  };
  const troubled = (error: Error): void => hint(`memwarden: ${error.message} Trying again.`);
  await follow({ changes, changed, troubled }, interrupted());
}
