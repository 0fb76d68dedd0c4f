/*
 * How hard pressed each node is, as its last report says: who is closest to the end is looked at first.
 */
import { pressureLevel, raisedPriority, type PressureLevel } from '#policy';
import type { QueuePriority } from '#contracts/cleanup';
import type { NodeLedger } from '#contracts/ledger';

export class NodePressure {
  readonly #levels = new Map<string, PressureLevel>();

  /** @returns how urgent the report is */
  heard(ledger: NodeLedger): QueuePriority {
    const level = pressureLevel(this.#levels.get(ledger.node) ?? null, ledger);
    this.#levels.set(ledger.node, level);
    return raisedPriority('Low', level);
  }

  raise(node: string, priority: QueuePriority): QueuePriority {
    const level = this.#levels.get(node);
    return level === undefined ? priority : raisedPriority(priority, level);
  }

  forget(node: string): void {
    this.#levels.delete(node);
  }
}
