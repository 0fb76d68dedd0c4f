/*
 * Cleanups whose step was issued and is not over: when each is to be looked at next. They wait for an answer, a ledger or
 * a deadline and for nobody's turn, so no job holds them. Lost with the process: at a start every open cleanup gets a job,
 * and its first look brings it here. As bounded as the open cleanups are.
 */
import type { MemoryCleanup } from '#api';
import { isCompleted } from './cleanup-index.js';

export class UnderWay {
  /** Wall time of the next look, by name. */
  readonly #looks = new Map<string, number>();

  has(name: string): boolean {
    return this.#looks.has(name);
  }

  lookAt(name: string, atMs: number): void {
    this.#looks.set(name, atMs);
  }

  forget(name: string): void {
    this.#looks.delete(name);
  }

  /** Those whose time has come. */
  *due(nowMs: number): Generator<string, void, void> {
    for (const [name, atMs] of this.#looks) if (atMs <= nowMs) yield name;
  }
}

export function isUnderWay(cleanup: MemoryCleanup | null): boolean {
  if (cleanup === null || isCompleted(cleanup)) return false;
  return cleanup.status.steps.some(({ state }) => state === 'Issued' || state === 'Executed');
}
