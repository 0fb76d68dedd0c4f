/*
 * The agent's end: a spool of reports that the controller has not acknowledged, bounded in bytes, and the state that
 * deltas are made against. Nothing here does I/O. Always:
 *   the newest report is in the spool until it is acknowledged; the oldest go first when it is full, and are counted;
 *   a delta is made only against a state that the controller said it holds.
 */
import type { NodeReport } from '#contracts/report';
import { encodeDelta, type Sequenced } from './delta-encode.js';
import type * as wire from './gen/memwarden/link/v1/link.js';
import { reportWeight } from './report-weight.js';

interface Entry extends Sequenced {
  readonly bytes: number;
}

export class ReportSender {
  #spool: Entry[] = [];
  #spoolBytes = 0;
  /** How many from the head of the spool are under way. */
  #sent = 0;
  #window = 0;
  #base: Sequenced | null = null;
  #sequence = 0;
  #acknowledged = 0;
  #dropped = 0;

  constructor(private readonly spoolLimitBytes: number) {}

  get dropped(): number {
    return this.#dropped;
  }

  get spoolBytes(): number {
    return this.#spoolBytes;
  }

  get spooled(): number {
    return this.#spool.length;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  offer(report: NodeReport): void {
    this.#sequence += 1;
    const bytes = reportWeight(report);
    this.#spool.push({ sequence: this.#sequence, report, bytes });
    this.#spoolBytes += bytes;
    while (this.#spoolBytes > this.spoolLimitBytes && this.#spool.length > 1) {
      this.#removeHead();
      this.#dropped += 1;
    }
  }

  /** A session begins. What the controller holds need not be sent again and may be the first base. */
  begin(welcome: { readonly heldSequence: number; readonly window: number }): void {
    this.#window = Math.max(1, welcome.window);
    this.#base = this.#stateOf(welcome.heldSequence);
    this.#dropUpTo(welcome.heldSequence);
    this.#sent = 0;
  }

  /** The session is over: whatever was under way goes again. */
  end(): void {
    this.#window = 0;
    this.#sent = 0;
  }

  /** The next message, or null when all are under way or the window is full. */
  next(): wire.Report | null {
    if (this.#sent >= this.#window) return null;
    const entry = this.#spool[this.#sent];
    if (entry === undefined) return null;
    this.#sent += 1;
    return encodeDelta(this.#base, entry);
  }

  /** Gives up on one report that cannot be sent. The next ones do not need it. */
  discard(sequence: number): void {
    const place = this.#spool.findIndex((entry) => entry.sequence === sequence);
    const [entry] = place === -1 ? [] : this.#spool.splice(place, 1);
    if (entry === undefined) return;
    this.#spoolBytes -= entry.bytes;
    if (place < this.#sent) this.#sent -= 1;
    this.#dropped += 1;
  }

  /** An older acknowledgement that comes late changes nothing. */
  acknowledge(ack: wire.Ack): void {
    if (ack.sequence < this.#acknowledged || ack.sequence > this.#sequence) return;
    if (ack.baseSequence > (this.#base?.sequence ?? 0))
      this.#base = this.#stateOf(ack.baseSequence) ?? this.#base;
    this.#acknowledged = ack.sequence;
    this.#dropUpTo(ack.sequence);
  }

  /** The controller does not know the base: everything under way goes again, from nothing. */
  resync(): void {
    this.#base = null;
    this.#sent = 0;
  }

  #stateOf(sequence: number): Sequenced | null {
    if (this.#base?.sequence === sequence) return this.#base;
    return this.#spool.find((entry) => entry.sequence === sequence) ?? null;
  }

  #dropUpTo(sequence: number): void {
    let head = this.#spool[0];
    while (head !== undefined && head.sequence <= sequence) {
      this.#removeHead();
      head = this.#spool[0];
    }
  }

  #removeHead(): void {
    const entry = this.#spool.shift();
    if (entry === undefined) return;
    this.#spoolBytes -= entry.bytes;
    this.#sent = Math.max(0, this.#sent - 1);
  }
}
