/*
 * Begins and ends what only the leader does. One change at a time, in order; what another one waits for has a deadline.
 * Acts are off from the moment in which `Leadership.isLeader` is false, whatever is still being ended here: that is asked
 * at every write and every order (while-leading.ts).
 */
import type { ComponentHealth } from '#contracts/agent';
import type { Clock } from '#contracts/clock';
import { MemwardenError, Stalled } from '#contracts/errors';
import type { Leadership } from '#contracts/leadership';
import { nextDuty, type DutyState } from './duty-state.js';

/** What is begun and ended with a term. */
export interface LeadersWork {
  /** Resolves when everything that was committed before is known here. Asked again until it does. */
  readonly catchUp: () => Promise<void>;
  /** Decisions and acts begin. */
  readonly begin: () => void;
  /** Decisions and acts are over, what is under way was committed or given up. Never rejects. */
  readonly end: () => Promise<void>;
  readonly hearAgents: () => void;
  /** @param reason for their logs */
  readonly refuseAgents: (reason: string) => void;
}

export interface DutyOptions {
  readonly leadership: Leadership;
  /** As it is known to the other replicas. */
  readonly identity: string;
  readonly work: LeadersWork;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly onChange: (state: DutyState, before: DutyState) => void;
  readonly onFailure: (what: string, error: unknown) => void;
  readonly lookEveryMs?: number;
}

/** Leadership may end by time alone, without anybody saying so. */
const LOOK_EVERY_MS = 500;
const CATCH_UP_MS = 20_000;
/** So often agents of a replica that lapsed are sent to look for another one: it may be this one alone that is cut off. */
const LOOK_ELSEWHERE_MS = 300_000;

export class Duty implements AsyncDisposable {
  #state: DutyState = 'Following';
  #isTaken = false;
  #lapsedAtMs = 0;
  #failure: string | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #ended = false;
  #timer: NodeJS.Timeout | null = null;
  #following: Disposable | null = null;

  constructor(private readonly options: DutyOptions) {}

  get state(): DutyState {
    return this.#state;
  }

  start(): void {
    const { leadership, work } = this.options;
    if (!leadership.isLeader) work.refuseAgents(this.#refusal());
    this.#following = leadership.onChange(() => {
      this.look();
    });
    this.look();
    this.#lookLater();
  }

  /** Something may be to be begun or ended. */
  look(): void {
    this.#again = true;
    if (this.#running !== null || this.#ended) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** When what was known until now is done. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  health(): ComponentHealth {
    const component = 'leader';
    const { leader } = this.options.leadership;
    if (this.#failure !== null) return { component, state: 'degraded', reason: this.#failure };
    if (this.#state !== 'Lapsed' && (leader !== null || this.#state === 'Leading'))
      return { component, state: 'ok' };
    const reason =
      'No replica is known to lead: nothing is decided or acted on; see whether the API server answers.';
    return { component, state: 'degraded', reason };
  }

  /** Ends what was begun. Call before the leadership is given back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#following?.[Symbol.dispose]();
    if (this.#timer !== null) clearTimeout(this.#timer);
    // What is being read is read for nobody.
    if (this.#state !== 'Taking') await this.settled();
    if (this.#state === 'Leading') await this.options.work.end();
    this.#become('Following');
  }

  #lookLater(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.look();
      this.#lookLater();
    }, this.options.lookEveryMs ?? LOOK_EVERY_MS).unref();
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#ended) {
      this.#again = false;
      try {
        await this.#step();
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  async #step(): Promise<void> {
    const before = this.#state;
    const next = nextDuty(before, this.#facts());
    if (next !== before) await this.#change(before, next);
    else if (next === 'Taking') await this.#catchUp();
    else if (next === 'Lapsed') this.#lookElsewhere();
    // What changed meanwhile, and what follows from this change.
    if (next !== before) this.#again = true;
  }

  async #change(before: DutyState, next: DutyState): Promise<void> {
    const { work } = this.options;
    if (before === 'Leading') await work.end();
    this.#isTaken = false;
    if (next === 'Following') work.refuseAgents(this.#refusal());
    if (next === 'Lapsed') this.#lapsedAtMs = this.options.clock.monotonicMs();
    if (next === 'Leading') {
      work.begin();
      work.hearAgents();
    }
    this.#become(next);
  }

  async #catchUp(): Promise<void> {
    await within(this.options.work.catchUp(), CATCH_UP_MS);
    this.#failure = null;
    this.#isTaken = true;
    this.#again = true;
  }

  /** They come back to this one when there is no other. */
  #lookElsewhere(): void {
    const { work, clock } = this.options;
    if (clock.monotonicMs() - this.#lapsedAtMs < LOOK_ELSEWHERE_MS) return;
    this.#lapsedAtMs = clock.monotonicMs();
    work.refuseAgents(this.#refusal());
    work.hearAgents();
  }

  #facts(): { isLeader: boolean; isOtherLeading: boolean; isTaken: boolean } {
    const { leadership, identity } = this.options;
    const { isLeader, leader } = leadership;
    return {
      isLeader,
      isOtherLeading: leader !== null && leader.identity !== identity,
      isTaken: this.#isTaken,
    };
  }

  #refusal(): string {
    const { leader } = this.options.leadership;
    return leader === null
      ? 'This replica does not lead, and none is known to.'
      : `Replica ${leader.identity} at ${leader.address} leads.`;
  }

  #become(next: DutyState): void {
    const before = this.#state;
    this.#state = next;
    if (next !== 'Taking') this.#failure = null;
    if (next !== before) this.options.onChange(next, before);
  }

  #failed(error: unknown): void {
    this.#failure = `Not leading yet: ${error instanceof Error ? error.message : String(error)}`;
    if (!(error instanceof MemwardenError)) this.options.onFailure('beginning to lead', error);
  }
}

/** @throws {Stalled} */
async function within(promise: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Stalled(`what is committed was not read within ${ms} ms; it is tried again.`));
  }, ms);
  try {
    await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
