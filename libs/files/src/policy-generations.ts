/*
 * The generations of policies that are in force, kept as objects of the state dir: uid, generation and source file.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ComponentHealth } from '#contracts/agent';
import { InvalidValue } from '#contracts/errors';
import type { SourcedPolicy, StoredObject } from '#contracts/store';
import type { Clock } from '#contracts/clock';
import type { Codec } from '#contracts/codec';
import type { Disk } from './disk.js';
import { reasonOf } from './failures.js';
import { FileObjectStore } from './file-object-store.js';
import { claimsOf, type Claim, type Kept } from './policy-claims.js';
import { byteOrder, type Look } from './policy-folder.js';

export interface GenerationOptions<T> {
  readonly stateFolder: string;
  readonly codec: Codec<T>;
  readonly clock?: Clock;
  readonly disk?: Disk;
}

export interface Applied {
  /** list() is another. */
  readonly changed: boolean;
  /** Everything that is in force is on disk, and nothing else is. */
  readonly isKept: boolean;
}

/** Which file a policy is from. */
const SOURCE = 'memwarden.dev/source';
const MOST_POLICIES = 1000;

export class PolicyGenerations<T extends StoredObject> implements AsyncDisposable {
  readonly #store: FileObjectStore<T>;
  #list: readonly SourcedPolicy<T>[] = [];

  private constructor(store: FileObjectStore<T>) {
    this.#store = store;
  }

  /** @throws {StoreUnavailable} */
  static async open<T extends StoredObject>(options: GenerationOptions<T>): Promise<PolicyGenerations<T>> {
    const { stateFolder, codec, clock, disk } = options;
    const store = await FileObjectStore.open<T>({
      folder: stateFolder,
      codec,
      component: 'policies',
      maxObjects: MOST_POLICIES,
      replaceUnreadable: true,
      ...(clock !== undefined && { clock }),
      ...(disk !== undefined && { disk }),
    });
    return new PolicyGenerations<T>(store);
  }

  list(): readonly SourcedPolicy<T>[] {
    return this.#list;
  }

  health(): ComponentHealth {
    return this.#store.health();
  }

  /** Takes what was found, as far as it can be kept. Never throws. */
  async apply(found: Look<T>): Promise<Applied> {
    if (found.kind === 'Missing') return { changed: this.#show([]), isKept: true };
    if (found.kind === 'Unreadable')
      return { changed: this.#show(this.#asBefore(found.reason)), isKept: true };
    const { owners, others } = claimsOf(found, this.#kept());
    const items: SourcedPolicy<T>[] = [...others];
    let isKept = true;
    for (const claim of owners) {
      const item = await this.#take(claim);
      isKept &&= item.rejected === claim.rejected;
      items.push(item);
    }
    const names = new Set(owners.map((each) => each.name));
    isKept = (await this.#removeExcept(names)) && isKept;
    return { changed: this.#show(items), isKept };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  #kept(): Kept[] {
    return this.#store.list().map((each) => ({ name: each.metadata.name, source: sourceOf(each) }));
  }

  #asBefore(message: string): readonly SourcedPolicy<T>[] {
    const rejected = { reason: 'Unreadable' as const, problems: [{ path: '', message }] };
    return this.#store
      .list()
      .map((object) => ({ source: sourceOf(object), name: object.metadata.name, object, rejected }));
  }

  /** What is in force of it now. */
  async #take({ source, name, object, rejected }: Claim<T>): Promise<SourcedPolicy<T>> {
    if (object === null) return { source, name, object: this.#store.get(name), rejected };
    try {
      return { source, name, object: await this.#keep(name, withSource(object, source)), rejected: null };
    } catch (error) {
      const reason = error instanceof InvalidValue ? 'Invalid' : 'Unreadable';
      const message = `It could not be taken, and what was in force stays: ${reasonOf(error)}`;
      return {
        source,
        name,
        object: this.#store.get(name),
        rejected: { reason, problems: [{ path: '', message }] },
      };
    }
  }

  async #keep(name: string, object: T): Promise<T> {
    const there = this.#store.get(name);
    if (there === null) return (await this.#store.create(object)).object;
    const { uid, resourceVersion } = there.metadata;
    const own = {
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    };
    return this.#store.update({ ...object, metadata: { ...object.metadata, ...own } });
  }

  /** What fails stays on disk, in force nowhere, and is tried again. */
  async #removeExcept(names: ReadonlySet<string>): Promise<boolean> {
    const gone = this.#kept().filter((each) => !names.has(each.name));
    const results = await Promise.allSettled(gone.map(async ({ name }) => this.#store.delete(name)));
    return results.every((each) => each.status === 'fulfilled');
  }

  #show(items: readonly SourcedPolicy<T>[]): boolean {
    const sorted = [...items].sort((a, b) => byteOrder(a.name, b.name) || byteOrder(a.source, b.source));
    if (isDeepStrictEqual(sorted, this.#list)) return false;
    this.#list = Object.freeze(sorted);
    return true;
  }
}

function annotationsOf(object: StoredObject): Readonly<Record<string, unknown>> {
  const { metadata } = object;
  if (!('annotations' in metadata) || typeof metadata.annotations !== 'object') return {};
  return { ...metadata.annotations };
}

function sourceOf(object: StoredObject): string {
  const source = annotationsOf(object)[SOURCE];
  return typeof source === 'string' ? source : '';
}

function withSource<T extends StoredObject>(object: T, source: string): T {
  const annotations = { ...annotationsOf(object), [SOURCE]: source };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
