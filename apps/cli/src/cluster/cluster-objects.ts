/*
 * Custom resources of one kind: lists in pages, one by its name, and what changes from the list on (list, then watch from
 * its resource version).
 */
import { NotFound } from '#contracts/errors';
import { Expired, type KubeClient, type ListPage, type ResourceType } from '#kube';
import type { Change, ListQuery, Named, ObjectSource, Page, PageQuery } from '../backend/backend.js';
import { printable } from '../text/escape.js';
import type { Cluster, Tried } from './cluster.js';

export interface Collection<T> {
  readonly type: ResourceType;
  /** For people: "finding". */
  readonly noun: string;
  /** What is not written yet is filled in: a person's object has no status. */
  readonly whole: (object: T) => T;
  readonly isWanted: (object: T, query: ListQuery) => boolean;
}

interface Selection {
  readonly namespace: string | undefined;
  readonly fieldSelector?: string;
}

type WatchEvent = KubeClient['watch'] extends (...given: never[]) => Promise<AsyncIterable<infer Event>>
  ? Event
  : never;

const PAGE = 500;
const MOST_PAGES = 20;
/** The server ends a watch after so long, and says something every minute. */
const WATCH_SECONDS = 290;
const IDLE_MS = 150_000;

export class ClusterObjects<T extends Named> implements ObjectSource<T> {
  readonly #cluster: Cluster;
  readonly #collection: Collection<T>;
  /** Undefined: all namespaces, or a kind without them. */
  readonly #namespace: string | undefined;

  /** @param namespace null: all */
  constructor(cluster: Cluster, collection: Collection<T>, namespace: string | null) {
    this.#cluster = cluster;
    this.#collection = collection;
    this.#namespace = collection.type.isNamespaced ? (namespace ?? undefined) : undefined;
  }

  async page(query: PageQuery): Promise<Page<T>> {
    const { limit = PAGE, continue: from } = query;
    const { items, continue: next } = await this.#list({ namespace: this.#namespace }, limit, from);
    const wanted = this.#wanted(items, query);
    return next === null ? { items: wanted } : { items: wanted, continue: next };
  }

  /** A list as kubectl has it, of everything that is wanted: nothing is left out in silence. */
  async answer(query: PageQuery): Promise<unknown> {
    const { items } = await this.#all({ namespace: this.#namespace });
    return { apiVersion: 'v1', kind: 'List', items: this.#wanted(items, query).slice(0, query.limit) };
  }

  /** @param given NAME, or NAMESPACE/NAME as tables have it @throws {NotFound} */
  async one(given: string): Promise<T> {
    const { namespace, name } = this.#split(given);
    if (!this.#collection.type.isNamespaced || namespace !== undefined) return this.#read(namespace, name);
    const { items } = await this.#list(
      { namespace: undefined, fieldSelector: `metadata.name=${name}` },
      PAGE,
    );
    const [first, second] = items;
    if (first === undefined) throw this.#absent(undefined, name);
    if (second !== undefined) throw ambiguous(items);
    return this.#collection.whole(first);
  }

  async *changes(query: ListQuery, signal: AbortSignal): AsyncGenerator<Change<T>> {
    yield* this.#follow(query, { namespace: this.#namespace }, signal);
  }

  async *changesOf({ name, namespace }: Named['metadata'], signal: AbortSignal): AsyncGenerator<Change<T>> {
    yield* this.#follow({}, { namespace, fieldSelector: `metadata.name=${name}` }, signal);
  }

  async *#follow(query: ListQuery, selection: Selection, signal: AbortSignal): AsyncGenerator<Change<T>> {
    const { items, resourceVersion } = await this.#all(selection);
    yield { kind: 'All', items: this.#wanted(items, query) };
    const from = { ...selection, resourceVersion, timeoutSeconds: WATCH_SECONDS, idleMs: IDLE_MS, signal };
    try {
      const events = await this.#ask('watch', selection, (client) =>
        client.watch(this.#collection.type, from),
      );
      for await (const event of events) if (event.type !== 'BOOKMARK') yield this.#changeOf(event, query);
    } catch (error) {
      // What is known is too old: whoever follows lists again.
      if (!(error instanceof Expired)) throw error;
    }
  }

  #changeOf({ type, object }: WatchEvent, query: ListQuery): Change<T> {
    const whole = this.#collection.whole(object as unknown as T);
    const isThere = type !== 'DELETED' && this.#collection.isWanted(whole, query);
    return isThere ? { kind: 'Some', items: [whole], gone: [] } : { kind: 'Some', items: [], gone: [whole] };
  }

  async #all(
    selection: Selection,
  ): Promise<{ readonly items: readonly T[]; readonly resourceVersion: string }> {
    const items: T[] = [];
    let next: string | undefined;
    let resourceVersion = '';
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const list = await this.#list(selection, PAGE, next);
      items.push(...list.items);
      resourceVersion = list.resourceVersion;
      if (list.continue === null) break;
      next = list.continue;
    }
    return { items, resourceVersion };
  }

  #list(selection: Selection, limit: number, from?: string): Promise<ListPage<T>> {
    const query = { ...selection, limit, continue: from };
    return this.#ask('list', selection, (client) => client.listPage<T>(this.#collection.type, query));
  }

  #ask<R>(
    verb: Tried['verb'],
    { namespace = null }: { readonly namespace?: string | null | undefined },
    work: (client: KubeClient) => Promise<R>,
  ): Promise<R> {
    return this.#cluster.ask({ verb, type: this.#collection.type, namespace }, work);
  }

  #wanted(items: readonly T[], query: ListQuery): T[] {
    const { whole, isWanted } = this.#collection;
    return items.map(whole).filter((object) => isWanted(object, query));
  }

  async #read(namespace: string | undefined, name: string): Promise<T> {
    const { type, whole } = this.#collection;
    try {
      return whole(
        await this.#ask('get', { namespace }, (client) => client.get<T>(type, { namespace, name })),
      );
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      // Not there, or its kind is not: a list of it says so.
      await this.#list({ namespace }, 1);
      throw this.#absent(namespace, name);
    }
  }

  #absent(namespace: string | undefined, name: string): NotFound {
    const { noun, type } = this.#collection;
    const where = namespace === undefined ? '' : ` in namespace ${printable(namespace)}`;
    const elsewhere = namespace === undefined ? '' : ' -A looks in all namespaces.';
    return new NotFound(
      `There is no ${noun} ${printable(name)}${where}; "kubectl get ${type.plural}" lists those that are there.${elsewhere}`,
    );
  }

  #split(given: string): { readonly namespace: string | undefined; readonly name: string } {
    const at = given.indexOf('/');
    if (!this.#collection.type.isNamespaced || at < 0) return { namespace: this.#namespace, name: given };
    return { namespace: given.slice(0, at), name: given.slice(at + 1) };
  }
}

function ambiguous(items: readonly Named[]): NotFound {
  const names = items.map(({ metadata: { namespace, name } }) => printable(`${namespace ?? ''}/${name}`));
  return new NotFound(`That name is in several namespaces; which one is meant? ${names.join(', ')}`);
}
