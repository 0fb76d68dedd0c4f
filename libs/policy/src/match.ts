/*
 * Which policy rules a row. What a policy can ask of a row is its comm (or that it is a cgroup) and its pod: rows that
 * have these in common are one class, and selectors are evaluated once for a class, never for a row. That makes a
 * sample cost O(rows + classes · policies of their comm), whatever the policies ask.
 */
import type { Holder } from '#contracts/ledger';
import type { CompiledPolicies, CompiledPolicy } from './compile.js';
import type { RuledTargets } from './finding-change.js';
import type { OwnerFacts } from './labels.js';
import { podOfRow, type RowPod } from './row-pod.js';

const MAX_SHADOWERS = 16;

interface RowClass {
  readonly ruling: CompiledPolicy;
  /** In order of precedence: the ruling one first, the others are shadowed by it. */
  readonly matching: readonly CompiledPolicy[];
  rows: number;
}

interface Tally {
  rules: number;
  shadowed: number;
  readonly by: Set<string>;
  lastBy: CompiledPolicy | null;
}

/** For one sample of one node. */
export class Matcher {
  private readonly onThisNode: readonly boolean[];
  /** Null: nobody rules it. */
  private readonly classes = new Map<string, RowClass | null>();
  private readonly namespaces = new Map<
    readonly CompiledPolicy[],
    Map<string | undefined, readonly CompiledPolicy[]>
  >();

  constructor(
    private readonly compiled: CompiledPolicies,
    private readonly owners: OwnerFacts,
  ) {
    this.onThisNode = compiled.policies.map(({ nodeTest }) => nodeTest?.(owners.node) ?? true);
  }

  /** The one policy that rules this row; each row is asked for once, since it counts. */
  ruling(row: Holder): CompiledPolicy | null {
    const candidates = this.candidates(row);
    if (candidates.length === 0) return null;
    const key = classKey(row);
    let found = this.classes.get(key);
    if (found === undefined) this.classes.set(key, (found = this.classOf(row, candidates)));
    if (found === null) return null;
    found.rows += 1;
    return found.ruling;
  }

  /** What each policy rules of the rows that were asked for, in order of precedence; also those that rule none. */
  ruled(): readonly RuledTargets[] {
    const tallies = this.compiled.policies.map((): Tally => ({
      rules: 0,
      shadowed: 0,
      by: new Set(),
      lastBy: null,
    }));
    for (const found of this.classes.values()) if (found !== null) tally(tallies, found);
    return this.compiled.policies.map(({ policy }, rank) => {
      const { rules = 0, shadowed = 0, by } = tallies[rank] ?? {};
      const shadowedBy = [...(by ?? [])].sort().slice(0, MAX_SHADOWERS);
      return { policy: policy.metadata.name, rules, shadowed, shadowedBy };
    });
  }

  private candidates(row: Holder): readonly CompiledPolicy[] {
    if (row.kind === 'process') return this.compiled.byComm.get(row.name) ?? [];
    // Against its limit: without one there is nothing to be a share of.
    return row.kind === 'cgroup' && row.limitBytes !== undefined ? this.compiled.ofCgroups : [];
  }

  private classOf(row: Holder, candidates: readonly CompiledPolicy[]): RowClass | null {
    const pod = podOfRow(row, this.owners);
    // Whose it is nobody can say, so nobody could have protected it: it is left alone until it is known.
    if (pod.kind === 'Unknown' && pod.names === null) return null;
    const labels = pod.kind === 'Known' ? pod.facts.labels : null;
    const around = this.inNamespace(candidates, namespaceOf(pod) ?? row.namespace);
    const matching = around.filter(({ podTest }) => podTest === null || podTest(labels));
    const [ruling] = matching;
    return ruling === undefined ? null : { ruling, matching, rows: 0 };
  }

  /** Those that node and namespace let through: asked once for a namespace, not for each of its pods. */
  private inNamespace(
    candidates: readonly CompiledPolicy[],
    namespace: string | undefined,
  ): readonly CompiledPolicy[] {
    let known = this.namespaces.get(candidates);
    if (known === undefined)
      this.namespaces.set(candidates, (known = new Map<string | undefined, readonly CompiledPolicy[]>()));
    let found = known.get(namespace);
    if (found === undefined) known.set(namespace, (found = this.around(candidates, namespace)));
    return found;
  }

  private around(
    candidates: readonly CompiledPolicy[],
    namespace: string | undefined,
  ): readonly CompiledPolicy[] {
    const facts = namespace === undefined ? undefined : this.owners.namespaces.get(namespace);
    const labels = facts?.labels ?? null;
    return candidates.filter(
      ({ rank, namespaceTest }) =>
        this.onThisNode[rank] === true && (namespaceTest === null || namespaceTest(labels)),
    );
  }
}

function namespaceOf(pod: RowPod): string | undefined {
  if (pod.kind === 'Known') return pod.namespace;
  return pod.kind === 'Unknown' ? pod.names?.namespace : undefined;
}

/** Names may have any character: lengths keep two different rows from having one key. */
function classKey({ kind, name, namespace = '', pod = '', podUid = '' }: Holder): string {
  const comm = kind === 'process' ? name : '';
  return `${kind}:${comm.length}:${comm}:${namespace.length}:${namespace}:${pod.length}:${pod}:${podUid}`;
}

function tally(tallies: readonly Tally[], { ruling, matching, rows }: RowClass): void {
  for (const each of matching) {
    const of = tallies[each.rank];
    if (of === undefined) continue;
    if (each === ruling) of.rules += rows;
    else countShadowed(of, ruling, rows);
  }
}

function countShadowed(of: Tally, by: CompiledPolicy, rows: number): void {
  of.shadowed += rows;
  // Mostly the same as for the class before: a comparison instead of a hash.
  if (of.lastBy === by || of.by.size >= MAX_SHADOWERS) return;
  of.lastBy = by;
  of.by.add(by.policy.metadata.name);
}
