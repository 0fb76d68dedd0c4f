/*
 * Answers of the API server that may be believed for a while. Bounded: the one asked for longest ago goes first. Two who
 * ask the same wait for one answer; how often and how many at once it is asked is bounded; a failure is nobody's answer.
 */
import { Unavailable } from '#contracts/errors';
import type { Clock } from '#contracts/clock';

export interface AnswersOptions {
  readonly clock: Clock;
  /** Answers that are kept. */
  readonly capacity: number;
  /** Questions a second in the long run, and at once after a pause. */
  readonly perSecond: number;
  readonly burst: number;
  /** Questions without an answer yet. */
  readonly mostPending: number;
}

export interface HeldAnswer<V> {
  readonly value: V;
  /** How long it holds from when it was asked; 0: for those who wait now. */
  readonly holdsMs: number;
}

export class Answers<V> {
  readonly #options: AnswersOptions;
  readonly #held = new Map<string, { readonly value: V; readonly untilMs: number }>();
  readonly #pending = new Map<string, Promise<V>>();
  #tokens: number;
  #filledAtMs: number;

  constructor(options: AnswersOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#filledAtMs = options.clock.monotonicMs();
  }

  get size(): number {
    return this.#held.size;
  }

  /** @throws {Unavailable} when too much is asked; and what `ask` throws */
  async get(key: string, ask: () => Promise<HeldAnswer<V>>): Promise<V> {
    const nowMs = this.#options.clock.monotonicMs();
    const held = this.#held.get(key);
    if (held !== undefined && nowMs < held.untilMs) return held.value;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    this.#admit(nowMs);
    const asked = this.#ask(key, nowMs, ask).finally(() => this.#pending.delete(key));
    this.#pending.set(key, asked);
    return asked;
  }

  async #ask(key: string, nowMs: number, ask: () => Promise<HeldAnswer<V>>): Promise<V> {
    const { value, holdsMs } = await ask();
    this.#held.delete(key);
    if (holdsMs > 0) this.#held.set(key, { value, untilMs: nowMs + holdsMs });
    const [oldest] = this.#held.keys();
    if (this.#held.size > this.#options.capacity && oldest !== undefined) this.#held.delete(oldest);
    return value;
  }

  #admit(nowMs: number): void {
    const { perSecond, burst, mostPending } = this.#options;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#filledAtMs) * perSecond) / 1000);
    this.#filledAtMs = nowMs;
    if (this.#tokens < 1 || this.#pending.size >= mostPending)
      throw new Unavailable(
        'Too many ask who may come in; this one was not looked at. Try again in a few seconds.',
      );
    this.#tokens -= 1;
  }
}
