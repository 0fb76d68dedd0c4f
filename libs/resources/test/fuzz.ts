/*
 * Random lives of resources with faults, each checked against what must always hold: every release is called exactly
 * once, children before parents, every failure is heard, nothing is left behind. Used by the specs and by the benchmark.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PRIORITIES, Registry, type Handle } from '#resources';

export interface FuzzTally {
  runs: number;
  releases: number;
  faults: number;
  /** Releases that were never called. */
  lost: number;
  /** Releases that were called more than once. */
  doubled: number;
  /** Failures that nobody heard, or that were heard twice. */
  misheard: number;
  /** Parents that went before a child. */
  disordered: number;
  leftBehind: number;
  /** Errors of a body that a failing release hid. */
  hidden: number;
}

/** Uniform in [0, 1). */
type Random = () => number;

const MOST_RESOURCES = 5;
const DEADLINE_MS = 2;
const SHUTDOWN_MS = 4;
const FAULTS = [
  'none',
  'none',
  'later',
  'later',
  'throws',
  'rejects',
  'hangs',
  'hangsAndFails',
  'again',
] as const;

class Planted extends RangeError {}
class BodyFailed extends RangeError {}

interface Subject {
  readonly name: string;
  readonly parent: Subject | null;
  readonly fault: (typeof FAULTS)[number];
  handle: Handle<string> | null;
  calls: number;
  /** Before it: how many releases of this run had been called. */
  place: number;
}

/** Many runs at once, so that those that wait cost nothing. */
export async function fuzz(runs: number, random: Random, atOnce = 2000): Promise<FuzzTally> {
  const tally: FuzzTally = {
    runs: 0,
    releases: 0,
    faults: 0,
    lost: 0,
    doubled: 0,
    misheard: 0,
    disordered: 0,
    leftBehind: 0,
    hidden: 0,
  };
  for (let left = runs; left > 0; left -= atOnce)
    await Promise.all(Array.from({ length: Math.min(left, atOnce) }, () => new Life(random).run(tally)));
  return tally;
}

class Life {
  readonly #random: Random;
  readonly #heard: unknown[] = [];
  readonly #planted: Planted[] = [];
  readonly #registry = new Registry({ onFailure: (error) => void this.#heard.push(error) });
  readonly #subjects: Subject[] = [];
  #released = 0;
  #hidden = 0;
  #late: Promise<void>[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  async run(tally: FuzzTally): Promise<void> {
    const count = 1 + this.#below(MOST_RESOURCES);
    for (let i = 0; i < count; i += 1) this.#register(i);
    const going = Array.from({ length: this.#below(2 * count) }, () => this.#disturb());
    if (this.#chance(0.3)) going.push(this.#registry.shutdown(SHUTDOWN_MS));
    if (this.#chance(0.5)) await Promise.all(going);
    await this.#registry.shutdown(SHUTDOWN_MS);
    await Promise.all(going);
    await Promise.all(this.#late);
    this.#count(tally);
  }

  #register(index: number): void {
    const parent = this.#chance(0.5) ? this.#any() : null;
    const subject: Subject = {
      name: `r${index}`,
      parent,
      fault: this.#pick(FAULTS),
      handle: null,
      calls: 0,
      place: 0,
    };
    subject.handle = this.#registry.register({
      name: subject.name,
      value: subject.name,
      priority: this.#pick(PRIORITIES),
      deadlineMs: DEADLINE_MS,
      release: (_value, signal) => this.#release(subject, signal),
      ...(parent !== null && { parent: parent.name }),
    });
    this.#subjects.push(subject);
  }

  #release(subject: Subject, signal: AbortSignal): void | Promise<void> {
    subject.calls += 1;
    this.#released += 1;
    subject.place = this.#released;
    switch (subject.fault) {
      case 'none':
        return undefined;
      case 'later':
        return Promise.resolve();
      case 'throws':
        throw this.#plant();
      case 'rejects':
        return Promise.reject(this.#plant());
      case 'hangs':
        return new Promise(() => undefined);
      case 'hangsAndFails':
        return this.#failLate(signal);
      case 'again':
        // From inside itself, and not waited for.
        this.#late.push(this.#registry.release(subject.name));
        return undefined;
    }
  }

  #failLate(signal: AbortSignal): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => reject(this.#plant()), { once: true });
    this.#late.push(promise.catch(() => undefined));
    return promise;
  }

  /** One of the things that may happen at any moment. Never rejects. */
  async #disturb(): Promise<void> {
    const subject = this.#any();
    if (subject === null) return;
    if (this.#chance(0.5)) await pause(0);
    const what = this.#random();
    if (what < 0.3) await this.#registry.release(subject.name);
    else if (what < 0.6) await this.#useAndFail(subject);
    else await this.#refer(subject);
  }

  async #useAndFail(subject: Subject): Promise<void> {
    const failed = new BodyFailed();
    try {
      await using _handle = subject.handle;
      throw failed;
    } catch (error) {
      const kept = error === failed || (error instanceof SuppressedError && error.suppressed === failed);
      if (!kept) this.#hidden += 1;
    }
  }

  async #refer(subject: Subject): Promise<void> {
    if (this.#registry.get(subject.name)?.state !== 'Active') return;
    using held = this.#registry.reference(subject.name);
    await pause(this.#below(2 * SHUTDOWN_MS));
    // Given back twice: harmless.
    if (this.#chance(0.3)) held[Symbol.dispose]();
  }

  #count(tally: FuzzTally): void {
    tally.runs += 1;
    tally.releases += this.#released;
    tally.faults += this.#planted.length;
    tally.hidden += this.#hidden;
    tally.leftBehind += this.#registry.size;
    for (const { calls, parent, place } of this.#subjects) {
      if (calls === 0) tally.lost += 1;
      if (calls > 1) tally.doubled += 1;
      if (parent !== null && parent.place < place) tally.disordered += 1;
    }
    tally.misheard += this.#planted.filter((planted) => this.#timesHeard(planted) !== 1).length;
  }

  #timesHeard(planted: Planted): number {
    return this.#heard.filter((error) => error === planted).length;
  }

  #plant(): Planted {
    const planted = new Planted();
    this.#planted.push(planted);
    return planted;
  }

  #any(): Subject | null {
    return this.#subjects[this.#below(this.#subjects.length)] ?? null;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)] as T;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
}
