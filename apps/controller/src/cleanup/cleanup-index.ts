/*
 * The committed cleanups, found by what is asked for most: the open ones, one by its uid, those of a target.
 * A view: it holds what the store holds, and follows it.
 */
import { isConditionTrue, targetKey, type MemoryCleanup } from '#api';
import type { ObjectStore } from '#contracts/store';

export class CleanupIndex implements Disposable {
  readonly #open = new Map<string, MemoryCleanup>();
  readonly #nameByUid = new Map<string, string>();
  readonly #following: Disposable;

  constructor(private readonly store: ObjectStore<MemoryCleanup>) {
    for (const cleanup of store.list()) this.#put(cleanup);
    this.#following = store.onChange((change) => {
      if (change.kind === 'Deleted') this.#remove(change.object);
      else this.#put(change.object);
    });
  }

  /** In order of their creation, as far as this process saw it. */
  open(): readonly MemoryCleanup[] {
    return [...this.#open.values()];
  }

  get openCount(): number {
    return this.#open.size;
  }

  byUid(uid: string): MemoryCleanup | null {
    const name = this.#nameByUid.get(uid);
    return name === undefined ? null : this.store.get(name);
  }

  /** Open ones of the same incarnation, itself not among them. */
  siblings(cleanup: MemoryCleanup): readonly MemoryCleanup[] {
    const key = targetKey(cleanup.spec.target);
    return this.open().filter(
      ({ metadata, spec }) => metadata.name !== cleanup.metadata.name && targetKey(spec.target) === key,
    );
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }

  #put(cleanup: MemoryCleanup): void {
    const { name, uid } = cleanup.metadata;
    if (uid !== undefined) this.#nameByUid.set(uid, name);
    if (isCompleted(cleanup)) this.#open.delete(name);
    else this.#open.set(name, cleanup);
  }

  #remove({ metadata }: MemoryCleanup): void {
    this.#open.delete(metadata.name);
    if (metadata.uid !== undefined) this.#nameByUid.delete(metadata.uid);
  }
}

export function isCompleted(cleanup: MemoryCleanup): boolean {
  return isConditionTrue(cleanup.status.conditions, 'Completed');
}
