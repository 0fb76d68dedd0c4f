/*
 * A node that is sampled: keeps the memory between samples and says what changed.
 */
import type { MemoryPolicy } from '#api';
import { BrokenInvariant } from '#contracts/errors';
import type { Holder } from '#contracts/ledger';
import { GIB } from '#contracts/units';
import { compilePolicies } from '../src/compile.js';
import { evaluateNode, type Evaluation } from '../src/evaluate.js';
import type { FindingChange } from '../src/finding-change.js';
import { NO_OWNERS } from '../src/labels.js';
import { memoryFrom, type NodeMemory } from '../src/node-memory.js';
import { ledgerOf, NOW, policyOf, processRow, type LedgerShape } from './objects.js';

export const PERIOD = 5000;
export const HIGH = 95 * GIB;
export const BETWEEN = 85 * GIB;
export const LOW = 50 * GIB;

export class SampledNode {
  memory: NodeMemory = memoryFrom('node-a', []);
  atMs = NOW;

  constructor(public policies: readonly MemoryPolicy[] = [policyOf()]) {}

  sample(rows: readonly Holder[], shape: LedgerShape = {}): Evaluation {
    const ledger = ledgerOf(rows, { takenAtMs: this.atMs, ...shape });
    const compiled = compilePolicies(this.policies);
    const evaluation = evaluateNode({
      compiled,
      ledger,
      owners: NO_OWNERS,
      memory: this.memory,
      samplePeriodMs: PERIOD,
    });
    this.memory = evaluation.memory;
    this.atMs += PERIOD;
    return evaluation;
  }

  /** One process that holds so much, so often. */
  holds(held: number, times = 1, shape: LedgerShape = {}): FindingChange[] {
    return Array.from({ length: times }, () => this.sample([processRow(7, held)], shape).changes).flat();
  }
}

export const kinds = (changes: readonly FindingChange[]): string[] => changes.map(({ kind }) => kind);
export const confirmed = (policies?: readonly MemoryPolicy[]): SampledNode => {
  const node = new SampledNode(policies);
  if (kinds(node.holds(HIGH, 13)).at(-1) !== 'Confirm') throw new BrokenInvariant('It was not confirmed.');
  return node;
};
