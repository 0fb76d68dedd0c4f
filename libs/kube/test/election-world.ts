/*
 * Candidates, a Lease and the wire between as a model in true time: requests and answers are late, lost or both, news
 * comes late or never, processes stall and are started anew under the same name, monotonic clocks start anywhere and
 * run up to a tenth too fast or too slow, and wall clocks are up to five minutes off and jump.
 */
import { InvalidValue } from '#contracts/errors';
import { leaseBody, parseLease, type StoredLease } from '../src/election/lease.js';
import {
  doubted,
  ELECTION_TIMES,
  heard,
  isLeading,
  newElection,
  nextElectionStep,
  observed,
  postponed,
  releaseStep,
  resigned,
  written,
  type ElectionState,
  type ElectionStep,
} from '../src/election/step.js';

type Write = Extract<ElectionStep, { kind: 'Write' }>;
type Answer =
  { readonly kind: 'Done' | 'Read'; readonly lease: StoredLease | null } | { readonly kind: 'Conflict' };

const REQUEST_TIMEOUT_MS = 2_000;
const WHERE = { namespace: 'ns', name: 'memwarden-controller' };

/** mulberry32: the same seed, the same life. */
function chanceFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Process {
  readonly name: string;
  readonly originMs: number;
  readonly rate: number;
  life: number;
  state: ElectionState;
  wallOffsetMs: number;
  stalledUntilMs: number;
  /** Of the request under way; an answer to an older one is not taken. */
  request: number;
  isStopping: boolean;
}

export class ElectionWorld {
  /** Whenever two led at once. */
  readonly conflicts: string[] = [];
  readonly #chance: () => number;
  readonly #events: { readonly atMs: number; readonly act: () => void }[] = [];
  readonly #processes: Process[];
  #nowMs = 0;
  #faults: number;
  #version = 0;
  #stored: object | null = null;
  #requests = 0;

  constructor(options: { readonly seed: number; readonly candidates: number; readonly faults: number }) {
    this.#chance = chanceFrom(options.seed);
    this.#faults = options.faults;
    const names = this.#chance() < 0.3 ? 1 : options.candidates; // a name given twice is a mistake, not two leaders
    this.#processes = Array.from({ length: options.candidates }, (_, i) => this.#start(`pod-${i % names}`));
    for (const process of this.#processes)
      this.#at(this.#between(0, 3000), () => this.#step(process, process.life));
    this.#at(500, () => this.#disturb());
  }

  /** From now on nothing goes wrong any more. */
  heal(): void {
    this.#faults = 0;
  }

  leaders(): readonly string[] {
    return this.#processes.filter((p) => isLeading(p.state, this.#mono(p))).map((p) => p.name);
  }

  run(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = this.#events.reduce(
        (least, e, i, all) => (e.atMs < (all[least]?.atMs ?? Infinity) ? i : least),
        0,
      );
      const event = this.#events[next];
      if (event === undefined || event.atMs > endMs) break;
      this.#events.splice(next, 1);
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.act();
      const leaders = this.leaders();
      if (leaders.length > 1) this.conflicts.push(`${this.#nowMs}: ${leaders.join(', ')}`);
    }
    this.#nowMs = endMs;
  }

  #start(name: string): Process {
    const instance = `${name}/${this.#chance()}`;
    return {
      name,
      originMs: this.#between(-1e6, 1e6),
      rate: this.#between(0.9, 1.1),
      life: 0,
      state: newElection({ identity: name, instance, address: name }, ELECTION_TIMES),
      wallOffsetMs: this.#between(-300_000, 300_000),
      stalledUntilMs: 0,
      request: 0,
      isStopping: false,
    };
  }

  #disturb(): void {
    this.#at(this.#between(500, 6000), () => this.#disturb());
    const victim = this.#processes[Math.floor(this.#chance() * this.#processes.length)];
    if (victim === undefined || this.#faults === 0) return;
    const what = this.#chance();
    if (what < 0.3) victim.stalledUntilMs = this.#nowMs + this.#between(0, 25_000);
    else if (what < 0.5) victim.wallOffsetMs = this.#between(-300_000, 300_000);
    else if (what < 0.7) this.#restart(victim);
    else if (what < 0.85) this.#stop(victim);
  }

  // Killed, and started again under the same name.
  #restart(process: Process): void {
    const life = process.life + 1;
    Object.assign(process, this.#start(process.name), { life });
    this.#at(this.#between(0, 2000), () => this.#step(process, life));
  }

  #stop(process: Process): void {
    process.isStopping = true;
    const release = releaseStep(process.state, this.#wall(process));
    process.state = resigned(process.state);
    if (release !== null) this.#send(process, release);
    this.#at(this.#between(0, 5000), () => this.#restart(process));
  }

  #step(process: Process, life: number): void {
    if (life !== process.life || process.isStopping) return;
    const step = nextElectionStep(process.state, this.#mono(process), this.#wall(process));
    if (step.kind !== 'Wait') {
      this.#send(process, step);
      return;
    }
    const waitMs = (step.untilMs - this.#mono(process)) / process.rate;
    this.#awake(process, Math.min(waitMs, 1000) + 1, () => this.#step(process, life));
  }

  #send(process: Process, step: Exclude<ElectionStep, { kind: 'Wait' }>): void {
    const { life } = process;
    const request = (process.request = this.#requests += 1);
    const sentMs = this.#mono(process);
    const isCurrent = (): boolean => process.life === life && process.request === request;
    if (!this.#isLost()) this.#at(this.#delay(), () => this.#serve(process, step, { isCurrent, sentMs }));
    this.#awake(process, REQUEST_TIMEOUT_MS, () => {
      if (isCurrent()) this.#answered(process, sentMs, null);
    });
  }

  #serve(
    process: Process,
    step: Exclude<ElectionStep, { kind: 'Wait' }>,
    at: { isCurrent: () => boolean; sentMs: number },
  ): void {
    const answer: Answer = step.kind === 'Read' ? { kind: 'Read', lease: this.#read() } : this.#write(step);
    if (this.#isLost()) return;
    this.#awake(process, this.#delay(), () => {
      if (at.isCurrent()) this.#answered(process, at.sentMs, answer);
    });
  }

  #answered(process: Process, sentMs: number, answer: Answer | null): void {
    process.request = 0;
    const nowMs = this.#mono(process);
    const { state } = process;
    if (answer === null) process.state = postponed(doubted(state), nowMs, this.#chance());
    else if (answer.kind === 'Conflict') process.state = doubted(state);
    else if (answer.kind === 'Read') process.state = observed(state, answer.lease, nowMs);
    else if (answer.lease !== null) process.state = written(state, answer.lease, sentMs, nowMs);
    this.#step(process, process.life);
  }

  #read(): StoredLease | null {
    return this.#stored === null ? null : parseLease(this.#stored);
  }

  #write({ record, over }: Write): Answer {
    const current = this.#read();
    if (current?.version !== over?.version) return { kind: 'Conflict' };
    this.#version += 1;
    const body = leaseBody(WHERE, record, over) as { metadata: object };
    this.#stored = { ...body, metadata: { ...body.metadata, resourceVersion: String(this.#version) } };
    const lease = this.#read();
    if (lease === null) throw new InvalidValue('It was written just now.');
    for (const process of this.#processes) this.#tell(process, lease);
    return { kind: 'Done', lease };
  }

  #tell(process: Process, lease: StoredLease): void {
    if (this.#isLost()) return;
    const { life } = process;
    this.#at(this.#delay(), () => {
      if (process.life !== life || this.#nowMs < process.stalledUntilMs) return;
      process.state = heard(process.state, lease, this.#mono(process));
    });
  }

  // What is due in a stalled process is done when it goes on, in any order.
  #awake(process: Process, afterMs: number, act: () => void): void {
    this.#at(afterMs, () => {
      const leftMs = process.stalledUntilMs - this.#nowMs;
      if (leftMs > 0) this.#awake(process, leftMs + this.#chance(), act);
      else act();
    });
  }

  #isLost(): boolean {
    return this.#chance() < 0.2 * this.#faults;
  }

  // Mostly quick; now and then longer than any lease.
  #delay(): number {
    const kind = this.#faults === 0 ? 0 : this.#chance();
    return this.#between(0, kind < 0.7 ? 50 : kind < 0.95 ? 3000 : 40_000);
  }

  #mono({ originMs, rate }: Process): number {
    return originMs + this.#nowMs * rate;
  }

  #wall({ wallOffsetMs }: Process): number {
    return 1.8e12 + this.#nowMs + wallOffsetMs;
  }

  #between(least: number, most: number): number {
    return least + this.#chance() * (most - least);
  }

  #at(afterMs: number, act: () => void): void {
    this.#events.push({ atMs: this.#nowMs + afterMs, act });
  }
}
