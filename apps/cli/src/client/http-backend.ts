/*
 * The backend that is a controller: its REST interface answers, its events say when to ask again.
 */
import type { MemoryCleanup, MemoryFinding, MemoryPolicy } from '#api';
import { InvalidValue, NotFound } from '#contracts/errors';
import type {
  Backend,
  Change,
  CleanupRequest,
  CleanupTarget,
  ListQuery,
  Named,
  ObjectSource,
  Page,
  PageQuery,
} from '../backend/backend.js';
import { allPages } from '../backend/all-pages.js';
import type { CleanupBody, ModeAnswer } from './answers.js';
import type { ApiClient, Collection } from './api.js';
import { chooseNode } from './choose-node.js';

/** After which events a list is another one. Policies have none of their own: what they rule is counted from ledgers. */
const EVENTS: Readonly<Record<Collection, readonly string[]>> = {
  findings: ['finding'],
  cleanups: ['cleanup'],
  policies: ['ledger', 'mode'],
};

/** Of one page of JSON, unless another is asked for. */
const LIMIT = 40;

export class HttpBackend implements Backend {
  readonly kind = 'Controller';
  readonly where = '';
  readonly findings: ObjectSource<MemoryFinding>;
  readonly cleanups: ObjectSource<MemoryCleanup>;
  readonly policies: ObjectSource<MemoryPolicy>;
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
    this.findings = new HttpObjects(client, 'findings');
    this.cleanups = new HttpObjects(client, 'cleanups');
    this.policies = new HttpObjects(client, 'policies');
  }

  chooseNode(wanted: string | undefined): Promise<string> {
    return chooseNode(this.#client, wanted);
  }

  async createCleanup({ target, step, isDryRun, reason }: CleanupRequest): Promise<MemoryCleanup> {
    if (isDryRun)
      throw new InvalidValue('--dry-run is for a cluster; here a policy with "mode: DryRun" says it.');
    if (step?.type === 'Evict')
      throw new InvalidValue('--evict is for pods of a cluster: name its --context.');
    const body: CleanupBody = {
      target: await this.#rowOf(target),
      ...(step === null ? {} : { ladder: [step] }),
      ...(reason === undefined ? {} : { reason }),
    };
    return this.#client.createCleanup(body);
  }

  /** The row of a process says which of the processes of that number it is. @throws {NotFound} */
  async #rowOf(target: CleanupTarget): Promise<CleanupBody['target']> {
    if (target.kind === 'Pod')
      throw new InvalidValue('--pod is for a cluster: name its --context; here --pid or --holder is asked.');
    const { node } = target;
    if (target.kind === 'Holder') return { node, holder: target.holder };
    const { devices } = await this.#client.ledger(node);
    const row = devices
      .flatMap(({ holders }) => holders)
      .find(({ kind, pid }) => kind === 'process' && pid === target.pid);
    if (row !== undefined) return { node, holder: row.id };
    throw new NotFound(
      `The last ledger of this node has no row for process ${target.pid}. Small ones have none; "memwarden ledger --details" shows those that have.`,
    );
  }

  cancelCleanup(name: string): Promise<MemoryCleanup> {
    return this.#client.cancelCleanup(name);
  }

  mode(): Promise<ModeAnswer> {
    return this.#client.mode();
  }

  pause(reason: string | undefined): Promise<ModeAnswer> {
    return this.#client.pause(reason);
  }

  resume(): Promise<ModeAnswer> {
    return this.#client.resume();
  }

  resetBreaker(): Promise<ModeAnswer> {
    return this.#client.resetBreaker();
  }
}

class HttpObjects<T extends Named> implements ObjectSource<T> {
  readonly #client: ApiClient;
  readonly #collection: Collection;

  constructor(client: ApiClient, collection: Collection) {
    this.#client = client;
    this.#collection = collection;
  }

  page(query: PageQuery): Promise<Page<T>> {
    return this.#client.list(this.#collection, query);
  }

  answer(query: PageQuery): Promise<unknown> {
    return this.page({ ...query, limit: query.limit ?? LIMIT });
  }

  one(name: string): Promise<T> {
    return this.#client.one(this.#collection, name);
  }

  changes(query: ListQuery, signal: AbortSignal): AsyncGenerator<Change<T>> {
    return this.#again(async () => (await allPages(this, query)).items, signal);
  }

  changesOf({ name }: Named['metadata'], signal: AbortSignal): AsyncGenerator<Change<T>> {
    return this.#again(async () => [await this.one(name)], signal);
  }

  /** At each event that is meant. The stream is open before the list is read: what changes in between is an event. */
  async *#again(list: () => Promise<readonly T[]>, outer: AbortSignal): AsyncGenerator<Change<T>> {
    const ended = new AbortController();
    const events = this.#client.events(AbortSignal.any([outer, ended.signal]));
    const ask = (): Promise<IteratorResult<string>> => {
      const asked = events.next();
      asked.catch(() => undefined);
      return asked;
    };
    try {
      let next = ask();
      yield { kind: 'All', items: await list() };
      for (let event = await next; event.done !== true; event = await next) {
        next = ask();
        if (EVENTS[this.#collection].includes(event.value)) yield { kind: 'All', items: await list() };
      }
    } finally {
      ended.abort();
    }
  }
}
