/*
 * The policies in force: compiled once for every change, announced to the agents, and what each rules and why not.
 * The last good generation stays in force whatever is written over it; a policy that was removed rules nothing.
 */
import { compilePolicies, type CompiledPolicies, type RuledTargets } from '#policy';
import type { MemoryPolicy } from '#api';
import { BY_HAND, type ActingTerms, type PolicyRef } from '#contracts/order';
import type { Mode } from '#contracts/mode';
import type { PolicySource, SourcedPolicy } from '#contracts/store';

export interface PolicyKeeperOptions {
  readonly source: PolicySource<MemoryPolicy>;
  /** After each change, with what is different. */
  readonly onChange: (changes: readonly PolicyChange[]) => void;
}

export type PolicyChange =
  | { readonly kind: 'Accepted'; readonly policy: MemoryPolicy }
  | { readonly kind: 'Rejected'; readonly sourced: SourcedPolicy<MemoryPolicy> }
  | { readonly kind: 'Removed'; readonly name: string; readonly policy: MemoryPolicy | null };

type Sourced = SourcedPolicy<MemoryPolicy>;

export class PolicyKeeper implements Disposable {
  readonly #following: Disposable;
  readonly #ruled = new Map<string, readonly RuledTargets[]>();
  #sourced: ReadonlyMap<string, Sourced> = new Map();
  #inForce: ReadonlyMap<string, MemoryPolicy> = new Map();
  #compiled: CompiledPolicies;
  #version = 0;

  constructor(private readonly options: PolicyKeeperOptions) {
    this.#compiled = compilePolicies([]);
    this.#following = options.source.onChange(() => {
      this.read();
    });
  }

  /** Raised by every change: what was decided under another version is decided again. */
  get version(): number {
    return this.#version;
  }

  get compiled(): CompiledPolicies {
    return this.#compiled;
  }

  list(): readonly Sourced[] {
    return [...this.#sourced.values()];
  }

  /** As it is in force; null: there is none, or never was a good one. */
  inForce(name: string): MemoryPolicy | null {
    return this.#inForce.get(name) ?? null;
  }

  terms(): ActingTerms['policies'] {
    const policies = [...this.#inForce.values()].map((policy) => ({
      ...refOf(policy),
      mode: modeOf(policy),
    }));
    return [...policies, { ...BY_HAND, mode: 'Enforce' }];
  }

  /** What the last sample of a node was ruled by. */
  ruled(node: string, ruled: readonly RuledTargets[]): void {
    this.#ruled.set(node, ruled);
  }

  ruledBy(policy: string): RuledTargets {
    let rules = 0;
    let shadowed = 0;
    const shadowedBy = new Set<string>();
    for (const node of this.#ruled.values())
      for (const one of node)
        if (one.policy === policy) {
          rules += one.rules;
          shadowed += one.shadowed;
          for (const name of one.shadowedBy) shadowedBy.add(name);
        }
    return { policy, rules, shadowed, shadowedBy: [...shadowedBy].sort().slice(0, MOST_NAMES) };
  }

  forgetNode(node: string): void {
    this.#ruled.delete(node);
  }

  forgetNodes(): void {
    this.#ruled.clear();
  }

  /** Takes what the source has now. */
  read(): void {
    const before = this.#sourced;
    const sourced = new Map(this.options.source.list().map((each) => [each.source, each]));
    const inForce = new Map<string, MemoryPolicy>();
    for (const { object } of sourced.values())
      if (object !== null && !inForce.has(object.metadata.name)) inForce.set(object.metadata.name, object);
    this.#sourced = sourced;
    this.#inForce = inForce;
    this.#compiled = compilePolicies([...inForce.values()]);
    this.#version += 1;
    this.options.onChange(changesOf(before, sourced));
  }

  [Symbol.dispose](): void {
    this.#following[Symbol.dispose]();
  }
}

const MOST_NAMES = 16;

export function refOf({ metadata }: MemoryPolicy): PolicyRef {
  return { name: metadata.name, uid: metadata.uid ?? metadata.name, generation: metadata.generation ?? 1 };
}

/** Its own wish; what else restricts comes on top. */
export function modeOf({ spec }: MemoryPolicy): Mode {
  return spec.paused ? 'Observe' : spec.mode;
}

function changesOf(
  before: ReadonlyMap<string, Sourced>,
  after: ReadonlyMap<string, Sourced>,
): readonly PolicyChange[] {
  const changes: PolicyChange[] = [];
  for (const [source, sourced] of after) {
    const old = before.get(source);
    const { object, rejected } = sourced;
    if (object !== null && !isSame(old?.object ?? null, object))
      changes.push({ kind: 'Accepted', policy: object });
    if (rejected !== null && JSON.stringify(old?.rejected) !== JSON.stringify(rejected))
      changes.push({ kind: 'Rejected', sourced });
  }
  for (const [source, { name, object }] of before)
    if (!after.has(source)) changes.push({ kind: 'Removed', name, policy: object });
  return changes;
}

function isSame(a: MemoryPolicy | null, b: MemoryPolicy): boolean {
  return a?.metadata.uid === b.metadata.uid && a?.metadata.generation === b.metadata.generation;
}
