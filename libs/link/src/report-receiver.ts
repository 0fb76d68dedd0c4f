/*
 * The controller's end of one agent's reports: which states deltas may be made against, and what has arrived.
 * Holds whatever the wire does (loss, repeats, other order, an agent or a controller that forgot everything):
 *   an applied report equals the one that was offered; sequences only rise; at most MAX_BASES states are kept.
 */
import type { NodeReport } from '#contracts/report';
import { applyDelta, type NodeIdentity } from './delta-apply.js';
import type { Sequenced } from './delta-encode.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { WINDOW } from './protocol.js';
import { wholeNumber } from './wire-row.js';

/** The base in use, and those that were acknowledged as usable since. */
const MAX_BASES = 4;

export type Receipt =
  | { readonly kind: 'Applied'; readonly report: NodeReport }
  /** Seen before, or overtaken: nothing changes. */
  | { readonly kind: 'Stale' }
  /** Made against a state that is not held here. */
  | { readonly kind: 'BaseLost' };

export class ReportReceiver {
  #last: Sequenced | null = null;
  #bases: Sequenced[] = [];
  #appliedSincePromise = 0;

  constructor(readonly identity: NodeIdentity) {}

  get last(): NodeReport | null {
    return this.#last?.report ?? null;
  }

  /** A session begins: only the newest state counts, and its number goes into the welcome. 0: none. */
  begin(): number {
    this.#bases = this.#last === null ? [] : [this.#last];
    return this.#last?.sequence ?? 0;
  }

  /**
   * @throws {InvalidValue} for a message that is not what an agent would send
   * @throws {BrokenInvariant} for a ledger that does not add up
   */
  receive(message: wire.Report): Receipt {
    // Not a number would compare with nothing, and one beyond all others would be the last.
    const sequence = wholeNumber(message.sequence);
    if (sequence <= (this.#last?.sequence ?? 0)) return { kind: 'Stale' };
    const base = message.baseSequence === 0 ? null : this.#baseOf(message.baseSequence);
    if (base === undefined) {
      this.#bases = [];
      return { kind: 'BaseLost' };
    }
    const report = applyDelta(base?.report ?? null, message, this.identity);
    this.#bases = this.#bases.filter((state) => state.sequence >= message.baseSequence);
    this.#last = { sequence, report };
    this.#appliedSincePromise += 1;
    return { kind: 'Applied', report };
  }

  /** What to tell the agent now. Names the newest state as a base unless too many are promised already. */
  acknowledge(): wire.Ack | null {
    if (this.#last === null) return null;
    this.#forgetUnusedPromises();
    if (this.#bases.at(-1) !== this.#last && this.#bases.length < MAX_BASES) {
      this.#bases.push(this.#last);
      this.#appliedSincePromise = 0;
    }
    return { sequence: this.#last.sequence, baseSequence: this.#bases.at(-1)?.sequence ?? 0 };
  }

  // After a whole window the agent has seen the promise: it lost those states to its own spool bound and never uses them.
  #forgetUnusedPromises(): void {
    if (this.#bases.length === MAX_BASES && this.#appliedSincePromise > WINDOW)
      this.#bases = this.#bases.slice(0, 1);
  }

  #baseOf(sequence: number): Sequenced | undefined {
    return this.#bases.find((state) => state.sequence === sequence);
  }
}
