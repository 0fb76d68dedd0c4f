/*
 * The committed cleanups, found by what is asked for most: the open ones, one by its uid, those of a target.
 * A view: it holds what the store holds, and follows it.
 */
import { isConditionTrue, targetKey, type MemoryCleanup } from '#api';
import { keyOf, type ObjectStore } from '#contracts/store';

export class CleanupIndex implements Disposable {
  readonly #open = new Map<string, MemoryCleanup>();
  readonly #openByNode = new Map<string, Map<string, MemoryCleanup>>();
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

  openOf(node: string): readonly MemoryCleanup[] {
    return [...(this.#openByNode.get(node)?.values() ?? [])];
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
    return this.openOf(cleanup.spec.target.node).filter(
      ({ metadata, spec }) => keyOf(metadata) !== keyOf(cleanup.metadata) && targetKey(spec.target) === key,
    );
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }

  #put(cleanup: MemoryCleanup): void {
    const { uid } = cleanup.metadata;
    const name = keyOf(cleanup.metadata);
    if (uid !== undefined) this.#nameByUid.set(uid, name);
    if (isCompleted(cleanup)) {
      this.#close(cleanup);
      return;
    }
    this.#open.set(name, cleanup);
    const { node } = cleanup.spec.target;
    const ofNode = this.#openByNode.get(node) ?? new Map<string, MemoryCleanup>();
    this.#openByNode.set(node, ofNode.set(name, cleanup));
  }

  #close({ metadata, spec }: MemoryCleanup): void {
    this.#open.delete(keyOf(metadata));
    const ofNode = this.#openByNode.get(spec.target.node);
    ofNode?.delete(keyOf(metadata));
    if (ofNode?.size === 0) this.#openByNode.delete(spec.target.node);
  }

  #remove(cleanup: MemoryCleanup): void {
    this.#close(cleanup);
    const { metadata } = cleanup;
    if (metadata.uid !== undefined) this.#nameByUid.delete(metadata.uid);
  }
}

export function isCompleted(cleanup: MemoryCleanup): boolean {
  return isConditionTrue(cleanup.status.conditions, 'Completed');
}
