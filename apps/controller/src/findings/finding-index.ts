/*
 * The committed findings, found by what is asked for most: the open ones of a node. A view: it follows the store.
 */
import type { MemoryFinding } from '#api';
import { keyOf, type ObjectStore } from '#contracts/store';
import { findingState, isClosed } from './apply-change.js';

type State = ReturnType<typeof findingState>;

export class FindingIndex implements Disposable {
  readonly #openByNode = new Map<string, Map<string, MemoryFinding>>();
  readonly #states = new Map<string, State>();
  readonly #counts: Record<State, number> = { Suspected: 0, Confirmed: 0, Closed: 0 };
  readonly #following: Disposable;

  constructor(store: ObjectStore<MemoryFinding>) {
    for (const finding of store.list()) this.#put(finding);
    this.#following = store.onChange(({ kind, object }) => {
      if (kind === 'Deleted') this.#remove(object);
      else this.#put(object);
    });
  }

  openOf(node: string): readonly MemoryFinding[] {
    return [...(this.#openByNode.get(node)?.values() ?? [])];
  }

  *open(): Iterable<MemoryFinding> {
    for (const findings of this.#openByNode.values()) yield* findings.values();
  }

  get counts(): Readonly<Record<State, number>> {
    return this.#counts;
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }

  #put(finding: MemoryFinding): void {
    this.#remove(finding);
    const name = keyOf(finding.metadata);
    const state = findingState(finding);
    this.#states.set(name, state);
    this.#counts[state] += 1;
    if (isClosed(finding)) return;
    const { node } = finding.spec.target;
    const findings = this.#openByNode.get(node) ?? new Map<string, MemoryFinding>();
    findings.set(name, finding);
    this.#openByNode.set(node, findings);
  }

  #remove({ metadata, spec }: MemoryFinding): void {
    const before = this.#states.get(keyOf(metadata));
    if (before === undefined) return;
    this.#states.delete(keyOf(metadata));
    this.#counts[before] -= 1;
    const findings = this.#openByNode.get(spec.target.node);
    findings?.delete(keyOf(metadata));
    if (findings?.size === 0) this.#openByNode.delete(spec.target.node);
  }
}
