/*
 * Policies, indexed by what they can ask of a row: its comm, or that it is a cgroup. In order of precedence, as
 * FlowSchema has it: lowest matchingPrecedence first, ties by name in byte order. Whatever order they come in, the
 * result is the same.
 */
import type { Detector, MemoryPolicy } from '#api';
import { labelTest, type LabelTest } from './selector.js';

export type PressureDetector = Detector & { readonly pressure: NonNullable<Detector['pressure']> };

/** One policy, prepared for many rows. Null tests: nothing is asked. */
export interface CompiledPolicy {
  readonly policy: MemoryPolicy;
  /** Place in the order of precedence. */
  readonly rank: number;
  readonly detectors: readonly PressureDetector[];
  readonly nodeTest: LabelTest | null;
  readonly namespaceTest: LabelTest | null;
  readonly podTest: LabelTest | null;
}

/** Immutable: made by `compilePolicies`, kept until a policy changes. */
export interface CompiledPolicies {
  readonly size: number;
  /** In order of precedence, like both indexes below. */
  readonly policies: readonly CompiledPolicy[];
  /** Whose targets are processes, by the comm that they name. */
  readonly byComm: ReadonlyMap<string, readonly CompiledPolicy[]>;
  /** Whose targets are cgroups with a limit. */
  readonly ofCgroups: readonly CompiledPolicy[];
}

/**
 * Of accepted policies in their last good generation. One without a Pressure detector, one that asks for another
 * device than the host, and one that matches nothing (validation refuses it) rule nothing.
 */
export function compilePolicies(policies: readonly MemoryPolicy[]): CompiledPolicies {
  const inOrder = policies.filter(rulesHostRows).sort(byPrecedence);
  const compiled = inOrder.map(compilePolicy);
  const byComm = new Map<string, CompiledPolicy[]>();
  const ofCgroups: CompiledPolicy[] = [];
  for (const each of compiled) {
    const names = each.policy.spec.match.processes?.names;
    if (names === undefined) ofCgroups.push(each);
    for (const name of new Set(names)) entryOf(byComm, name).push(each);
  }
  return { size: compiled.length, policies: compiled, byComm, ofCgroups };
}

/** Negative: `a` goes first. */
export function byPrecedence(a: MemoryPolicy, b: MemoryPolicy): number {
  const difference = a.spec.matchingPrecedence - b.spec.matchingPrecedence;
  return difference === 0 ? compareBytes(a.metadata.name, b.metadata.name) : difference;
}

// UTF-16 order is byte order but for surrogates; names are DNS labels, and others only need some fixed order.
function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function entryOf(index: Map<string, CompiledPolicy[]>, name: string): CompiledPolicy[] {
  const known = index.get(name);
  if (known !== undefined) return known;
  const fresh: CompiledPolicy[] = [];
  index.set(name, fresh);
  return fresh;
}

function rulesHostRows({ spec }: MemoryPolicy): boolean {
  const { all, devices, nodeSelector, namespaceSelector, podSelector, processes } = spec.match;
  const asked = [devices, nodeSelector, namespaceSelector, podSelector, processes];
  const asksSomething = all === true || asked.some((part) => part !== undefined);
  const isHost = devices?.types?.includes('Host') ?? true;
  // How a GPU is shared cannot be said of the host.
  const isShared = devices?.sharing !== undefined;
  return asksSomething && isHost && !isShared && pressureDetectors(spec).length > 0;
}

function pressureDetectors(spec: MemoryPolicy['spec']): readonly PressureDetector[] {
  return spec.detectors.filter((detector): detector is PressureDetector => detector.pressure !== undefined);
}

function compilePolicy(policy: MemoryPolicy, rank: number): CompiledPolicy {
  const { nodeSelector, namespaceSelector, podSelector } = policy.spec.match;
  return {
    policy,
    rank,
    detectors: pressureDetectors(policy.spec),
    nodeTest: nodeSelector === undefined ? null : labelTest(nodeSelector),
    namespaceTest: namespaceSelector === undefined ? null : labelTest(namespaceSelector),
    podTest: podSelector === undefined ? null : labelTest(podSelector),
  };
}
