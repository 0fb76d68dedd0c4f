/*
 * When an agent that lost its controller tries again. Every address of a round is tried at once, one after the other;
 * between rounds it waits, with jitter: longer each time where nobody answers, always shortly where somebody answers that
 * another one leads, for then a leader is being chosen.
 */
import { backoffMs, type Backoff } from './backoff.js';
import type { RefusalCode } from './link-event.js';

/** These do not mend by themselves within seconds: straight to the longest wait. */
const LASTING: ReadonlySet<RefusalCode> = new Set([
  'ProtocolRange',
  'Token',
  'BadHello',
  'DuplicateNode',
  'TooManyNodes',
  'BadReport',
  'NodeIdentity',
]);
const LONG_WAIT_ATTEMPT = 6;
/** Until the next address of the round: not all agents at once. */
const NEXT_MS = 250;
const ELECTION_MS = { least: 500, more: 2_000 } as const;

export interface Ending {
  /** Null: nobody refused. */
  readonly code: RefusalCode | null;
  /** Addresses of this round are left. */
  readonly hasMore: boolean;
}

export class RetryPlan {
  #attempt = 0;

  constructor(private readonly backoff: Backoff) {}

  /** Somebody took what we said. */
  acknowledged(): void {
    this.#attempt = 0;
  }

  /** @returns how long to wait, in ms */
  waitAfter({ code, hasMore }: Ending): number {
    const { chance } = this.backoff;
    if (code !== null && LASTING.has(code)) this.#attempt = Math.max(this.#attempt, LONG_WAIT_ATTEMPT);
    if (hasMore) return chance() * NEXT_MS;
    if (code === 'NotLeader') return ELECTION_MS.least + chance() * ELECTION_MS.more;
    const waitMs = backoffMs(this.backoff, this.#attempt);
    this.#attempt += 1;
    return waitMs;
  }
}
