/*
 * This replica among the others: stands for election once it can be asked, and leaves in order.
 */
import type { Leadership } from '#contracts/leadership';
import type { Forwarder } from '../http/forward.js';
import type { Duty } from '../leader/duty.js';

/** Takes part in the election. */
export interface Election extends Leadership {
  start(): void;
  /** Gives the leadership back, when there is one. */
  stop(): Promise<void>;
}

export class Replica implements AsyncDisposable {
  constructor(
    private readonly duty: Duty,
    /** Null: there are no others. */
    private readonly election: Election | null,
    readonly forwarder: Forwarder | null,
  ) {}

  standForElection(): void {
    this.election?.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.forwarder?.[Symbol.dispose]();
    // What is under way is committed while this one still leads; then the next one may begin.
    await this.duty[Symbol.asyncDispose]();
    await this.election?.stop();
  }
}
